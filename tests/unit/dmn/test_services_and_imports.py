"""Decision services, imported models, versions of the standard (DMN 1.5, 6.3.2, 6.3.10, 10.4)."""

from __future__ import annotations

import pytest

from engine.diagnostics import ModelRefused
from engine.dmn import compile_decisions, evaluate, read_dmn
from engine.feel import FeelBudgetExceeded, admit
from tests.builders.a_decision_model import (
    NAMESPACE,
    a_decision,
    a_model,
    an_input,
    answer,
    decide,
    knowledge,
    literal,
)


def a_service(name: str, outputs: str, *, decisions: str = "", data: str = "", type_ref: str = "") -> str:
    def references(element: str, ids: str, prefix: str = "") -> str:
        return "".join(f'<{element} href="#{prefix}{one.strip()}"/>' for one in ids.split(",") if one.strip())

    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return (
        f'<decisionService id="{name}" name="{name}"><variable name="{name}"{typed}/>'
        + references("outputDecision", outputs)
        + references("inputDecision", decisions)
        + references("inputData", data, "i-")
        + "</decisionService>"
    )


SERVICES = (
    an_input("n", "number")
    + a_decision("given", literal('"never asked"'))
    + a_decision("hidden", literal("n * 2"), inputs="n")
    + a_decision("sum", literal("hidden + 1"), decisions="hidden")
    + a_decision("text", literal('given + "!"'), decisions="given")
    + a_service("one", "sum", data="n")
    + a_service("two", "sum, text", decisions="given", data="n")
    + a_service("typed", "sum", data="n", type_ref="string")
)


@pytest.mark.parametrize(
    ("service", "inputs", "value"),
    [
        pytest.param("one", {"n": 3}, "7", id="one output is the value"),
        pytest.param("one", {"n": [3]}, "7", id="a list of one fits its input"),
        pytest.param("one", {"n": "x"}, "null", id="an input of the wrong type"),
        pytest.param("one", {"n": None}, "null", id="a null"),
        pytest.param("two", {"n": 3, "given": "x"}, '{sum: 7, text: "x!"}', id="several outputs are a context"),
        pytest.param("typed", {"n": 3}, "null", id="a result of the wrong type"),
    ],
)
def test_a_service_is_asked_with_its_inputs(service: str, inputs: dict[str, object], value: str) -> None:
    assert answer(SERVICES, service, inputs) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("one(3)", "7", id="by place"),
        pytest.param("one(n: 3)", "7", id="by name"),
        pytest.param('two("x", 3)', "null", id="input data stand first"),
        pytest.param('two(3, "x").text', '"x!"', id="input data, then input decisions"),
        pytest.param("one()", "null", id="an argument is missing"),
        pytest.param("one(n: 3, m: 4)", "null", id="an unknown argument"),
        pytest.param("[one(1), one(2)]", "[3, 5]", id="twice"),
        pytest.param("for x in [1, 2] return one(x)", "[3, 5]", id="in a loop"),
        pytest.param("one instance of function<number>->Any", "true", id="it is a function"),
    ],
)
def test_a_service_is_a_function_of_decisions_that_require_it(text: str, value: str) -> None:
    assert answer(SERVICES + a_decision("D", literal(text), knows="one, two"), "D") == value


def test_knowledge_may_use_a_service() -> None:
    model = SERVICES + knowledge("f", "x", literal("one(x) + 100"), knows="one")

    assert answer(model + a_decision("D", literal("f(1)"), knows="f"), "D") == "103"


LIBRARY = a_model(
    '<itemDefinition name="tAge"><typeRef>number</typeRef><allowedValues><text>[0..150]</text></allowedValues>'
    "</itemDefinition>"
    + an_input("age of person", "tAge").replace("i-age of person", "age")
    + a_decision("is adult", "")
    .replace("<decision ", "<decision ")
    .replace(
        "</decision>",
        '<informationRequirement><requiredInput href="#age"/></informationRequirement>'
        + literal("age of person >= 18")
        + "</decision>",
    )
    + knowledge("is age", "x", literal("x instance of tAge"))
    + knowledge("twice", "x: tAge", literal("x * 2")),
    "urn:lib",
)


def importing(name: str) -> str:
    return f'<import namespace="urn:lib" name="{name}" importType="{NAMESPACE}"/>'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("my lib.is adult", "true", id="a decision"),
        pytest.param("my lib.age of person", "20", id="input data"),
        pytest.param("my lib.twice(4)", "8", id="a function"),
        pytest.param("my lib.twice(400)", "null", id="whose parameters have its model's types"),
        pytest.param("my lib.is age(5)", "true", id="and whose expressions know its model's types"),
        pytest.param("5 instance of my lib.tAge", "true", id="a type"),
    ],
)
def test_an_imported_model_is_seen_under_its_name(text: str, value: str) -> None:
    needs = "".join(
        f'<informationRequirement><{kind} href="urn:lib#{one}"/></informationRequirement>'
        for kind, one in (("requiredDecision", "is adult"), ("requiredInput", "age"))
    ) + "".join(
        f'<knowledgeRequirement><requiredKnowledge href="urn:lib#{one}"/></knowledgeRequirement>'
        for one in ("twice", "is age")
    )
    model = importing("my lib") + f'<decision id="D" name="D"><variable name="D"/>{needs}{literal(text)}</decision>'

    assert answer(model, "D", {"age of person": 20}, LIBRARY) == value


def test_an_import_without_a_name_is_seen_as_if_it_were_here() -> None:
    model = importing("") + a_decision("D", literal("twice(4)"), knows="urn:lib#twice")

    assert answer(model, "D", {}, LIBRARY) == "8"


def test_a_type_of_an_imported_model_may_be_used() -> None:
    model = importing("lib") + an_input("a", "lib.tAge") + a_decision("D", literal("a"), inputs="a")

    assert answer(model, "D", {"a": 30}, LIBRARY) == "30"
    assert answer(model, "D", {"a": 300}, LIBRARY) == "null"


@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        pytest.param('<import namespace="urn:x" name="x"/>', "missing-import", id="a model that is not there"),
        pytest.param(
            '<import namespace="urn:x" name="x" importType="http://www.dmg.org/PMML-4_1"/>', "import-type", id="PMML"
        ),
        pytest.param(
            a_decision("D", literal("1"), decisions="urn:lib#nothing"), "missing-requirement", id="what it lacks"
        ),
        pytest.param(an_input("a", "lib.tNothing"), "unknown-type", id="a type it lacks"),
    ],
)
def test_what_an_import_lacks_is_told(inside: str, rule: str) -> None:
    model = read_dmn(a_model(importing("lib") + inside))

    with pytest.raises(ModelRefused) as refused:
        compile_decisions(model, [read_dmn(LIBRARY)])

    assert rule in [found.rule for found in refused.value.diagnostics]


def test_models_that_double_their_imports_are_refused_quickly() -> None:
    models = []
    for depth in range(40):
        below = f'namespace="urn:{depth - 1}" importType="{NAMESPACE}"'
        imports = f'<import name="a" {below}/><import name="b" {below}/>' if depth else ""
        item = '<itemDefinition name="t"><typeRef>number</typeRef></itemDefinition>'
        models.append(read_dmn(a_model(imports + item, f"urn:{depth}")))

    with pytest.raises(ModelRefused) as refused:
        compile_decisions(models[-1], models[:-1])

    assert "too-many-types" in [found.rule for found in refused.value.diagnostics]


def test_models_may_import_each_other() -> None:
    there = a_model(
        f'<import namespace="urn:m" name="here" importType="{NAMESPACE}"/>' + a_decision("E", literal("1")), "urn:lib"
    )
    model = importing("lib") + a_decision("D", literal("lib.E + 1"), decisions="urn:lib#E")

    assert answer(model, "D", {}, there) == "2"


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_of_the_standard_is_read(namespace: str) -> None:
    model = a_model(an_input("n", "number") + a_decision("D", literal("n + 1"), inputs="n"))

    compiled = compile_decisions(read_dmn(model.replace(NAMESPACE.encode(), namespace.encode())))

    assert evaluate(compiled, "D", {"n": admit(1)}).value == 2


def test_elements_of_other_vocabularies_and_diagrams_are_passed_over() -> None:
    model = (
        '<extensionElements><x:a xmlns:x="urn:x"><decision id="no" name="no"/></x:a></extensionElements>'
        + a_decision("D", "<!-- note --><description>d</description>" + literal("1"))
        + '<d:DMNDI xmlns:d="https://www.omg.org/spec/DMN/20230324/DMNDI/"/>'
        + '<businessContextElement id="b" name="b"/><textAnnotation id="t"><text>1 +</text></textAnnotation>'
    )

    assert answer(model, "D") == "1"


def test_a_missing_input_is_null_and_said_so() -> None:
    result = decide(an_input("n", "number") + a_decision("D", literal("n"), inputs="n"), "D")

    assert result.value is None
    assert [warning.code for warning in result.warnings] == ["missing-input"]


def test_a_service_that_lacks_an_input_goes_on_with_null_and_says_so() -> None:
    result = decide(SERVICES, "two", {"n": 3})

    assert answer(SERVICES, "two", {"n": 3}) == "{sum: 7, text: null}"
    assert "missing-input" in [warning.code for warning in result.warnings]


def test_a_service_may_offer_decisions_of_a_model_that_imports_it() -> None:
    there = a_model(
        f'<import namespace="urn:m" name="here" importType="{NAMESPACE}"/>'
        '<decisionService id="S" name="S"><variable name="S"/><outputDecision href="urn:m#E"/></decisionService>',
        "urn:lib",
    )
    model = (
        importing("lib") + a_decision("E", literal("1")) + a_decision("D", literal("lib.S() + 1"), knows="urn:lib#S")
    )

    assert answer(model, "D", {}, there) == "2"


def test_a_decision_that_asks_itself_by_way_of_a_service_stops() -> None:
    model = a_decision("D", literal("S()"), knows="S") + a_service("S", "D")

    with pytest.raises(FeelBudgetExceeded):
        decide(model, "D")


@pytest.mark.parametrize("offered", ["two", "i-n"])
def test_a_service_offers_decisions_only(offered: str) -> None:
    model = SERVICES + f'<decisionService id="S" name="S"><outputDecision href="#{offered}"/></decisionService>'

    compiled = compile_decisions(read_dmn(a_model(model)), tolerant=True)

    assert [found.rule for found in compiled.diagnostics] == ["service-output"]
    assert evaluate(compiled, "S", {}).value == {}
