"""Item definitions: components, collections, allowed values, constraints, functions (DMN 1.5, 7.3.2 and 7.3.3)."""

from __future__ import annotations

import pytest

from engine.dmn import compile_decisions, read_dmn
from tests.builders.a_decision_model import a_decision, a_model, an_input, answer, literal


def an_item(name: str, inside: str, attributes: str = "") -> str:
    return f'<itemDefinition name="{name}" {attributes}>{inside}</itemDefinition>'


def typed(name: str) -> str:
    return f"<typeRef>{name}</typeRef>"


def allowed(text: str, element: str = "allowedValues") -> str:
    return f"<{element}><text>{text.replace('<', '&lt;')}</text></{element}>"


def component(name: str, inside: str, attributes: str = "") -> str:
    return f'<itemComponent name="{name}" {attributes}>{inside}</itemComponent>'


ITEMS = (
    an_item("tStatus", typed("string") + allowed('"open", "closed"'))
    + an_item("tAge", typed("number") + allowed("[0..150]"))
    + an_item("tAdult", typed("tAge") + allowed(">= 18"))
    + an_item("tEven", typed("number") + allowed("even(?)"))
    + an_item("tPast", typed("date") + allowed("<= today()"))
    + an_item("tStatuses", typed("tStatus"), 'isCollection="true"')
    + an_item("tGrades", typed("number") + allowed("[1..5]"), 'isCollection="true"')
    + an_item("tThree", typed("number") + allowed("count(?) <= 3", "typeConstraint"), 'isCollection="true"')
    + an_item("tPerson", component("first name", typed("string")) + component("age", typed("tAge")))
    + an_item("tTeam", component("lead", typed("tPerson")) + component("all", typed("tPerson"), 'isCollection="true"'))
    + an_item("tTree", component("value", typed("number")) + component("kids", typed("tTree"), 'isCollection="true"'))
    + an_item("tInline", component("point", component("x", typed("number"))))
    + an_item("tLater", typed("tLast"))
    + an_item("tLast", typed("string"))
)
ANN = {"first name": "Ann", "age": 30}


@pytest.mark.parametrize(
    ("type_ref", "value", "fits"),
    [
        ("number", 5, True),
        ("number", "5", False),
        ("feel:number", 5, True),
        ("Any", "x", True),
        ("tStatus", "open", True),
        ("tStatus", "lost", False),
        ("tStatus", None, True),
        ("tAge", 30, True),
        ("tAge", 200, False),
        ("tAdult", 30, True),
        ("tAdult", 10, False),
        ("tAdult", 200, False),
        ("tEven", 4, True),
        ("tEven", 5, False),
        ("tStatuses", ["open", "closed"], True),
        ("tStatuses", ["open", "lost"], False),
        ("tStatuses", [], True),
        ("tGrades", [1, 5], True),
        ("tGrades", [1, 6], False),
        ("tThree", [1, 2, 3], True),
        ("tThree", [1, 2, 3, 4], False),
        ("tPerson", ANN, True),
        ("tPerson", {**ANN, "more": 1}, True),
        ("tPerson", {"age": 30}, False),
        ("tPerson", {"first name": "Ann", "age": None}, True),
        ("tPerson", {"first name": "Ann", "age": 200}, False),
        ("tTeam", {"lead": ANN, "all": [ANN, ANN]}, True),
        ("tTeam", {"lead": ANN, "all": [5]}, False),
        ("tTree", {"value": 1, "kids": [{"value": 2, "kids": []}]}, True),
        ("tTree", {"value": 1, "kids": [{"value": "x", "kids": []}]}, False),
        ("tInline", {"point": {"x": 1}}, True),
        ("tInline", {"point": {"x": "a"}}, False),
        ("tLater", "x", True),
        ("tLater", 1, False),
    ],
)
def test_an_input_is_taken_when_it_conforms_and_null_when_not(type_ref: str, value: object, fits: bool) -> None:
    model = ITEMS + an_input("v", type_ref) + a_decision("D", literal("v"), inputs="v")

    taken = answer(model, "D", {"v": value})

    assert (taken != "null") is (fits and value is not None)


@pytest.mark.parametrize(
    ("type_ref", "text", "value"),
    [
        pytest.param("number", "[5]", "5", id="a list of one becomes its item"),
        pytest.param("tGrades", "5", "[5]", id="an item becomes a list of one"),
        pytest.param("tStatus", '["open"]', '"open"', id="with allowed values"),
        pytest.param("date and time", '@"2026-01-01"', '@"2026-01-01T00:00:00Z"', id="a date becomes midnight in UTC"),
        pytest.param("tPast", '@"2026-03-02"', '@"2026-03-02"', id="today() is known to allowed values"),
        pytest.param("tPast", '@"2026-03-03"', "null", id="and tomorrow is not in the past"),
        pytest.param("string", "5", "null", id="what does not conform"),
        pytest.param("tPerson", '{first name: "Ann", age: 5, x: 1}', '{"first name": "Ann", age: 5, x: 1}', id="more"),
        pytest.param("tPerson", '{first name: "Ann"}', "null", id="a component is missing"),
    ],
)
def test_a_result_is_fitted_to_the_type_of_its_decision(type_ref: str, text: str, value: str) -> None:
    assert answer(ITEMS + a_decision("D", literal(text), type_ref=type_ref), "D") == value


def test_expressions_ask_for_the_types_of_the_model() -> None:
    text = '[{first name: "Ann", age: 5} instance of tPerson, 5 instance of tPerson, "lost" instance of tStatus]'

    assert answer(ITEMS + a_decision("D", literal(text)), "D") == "[true, false, true]"


def test_a_component_with_a_blank_in_its_name_is_found() -> None:
    model = ITEMS + an_input("p", "tPerson") + a_decision("D", literal("p.first name"), inputs="p")

    assert answer(model, "D", {"p": ANN}) == '"Ann"'


def test_an_item_may_be_a_function() -> None:
    item = (
        '<itemDefinition name="tF"><functionItem outputTypeRef="number"><parameters name="a" typeRef="number"/>'
        "</functionItem></itemDefinition>"
    )
    texts = "[(function(a: number) a) instance of tF, (function(a: string) a) instance of tF, 1 instance of tF]"

    assert answer(item + a_decision("D", literal(texts)), "D") == "[true, false, false]"


@pytest.mark.parametrize(
    ("inside", "rule", "place"),
    [
        pytest.param(an_item("tA", typed("tNowhere")), "unknown-type", "Type `tA`: ", id="an unknown type"),
        pytest.param(
            an_item("tA", component("b", typed("tNowhere"))), "unknown-type", "Type `tA`, component `b`: ", id="within"
        ),
        pytest.param(
            an_item("tA", typed("number") + allowed("< (")), "feel-syntax", "Type `tA`: Line 1", id="allowed values"
        ),
        pytest.param(
            an_item("tA", typed("number")) + an_item("tA", typed("string")), "duplicate-name", "Type `tA`: ", id="twice"
        ),
    ],
)
def test_a_fault_of_a_type_names_it(inside: str, rule: str, place: str) -> None:
    compiled = compile_decisions(read_dmn(a_model(inside)), tolerant=True)

    assert [found.rule for found in compiled.diagnostics] == [rule]
    assert compiled.diagnostics[0].message.startswith(place)
