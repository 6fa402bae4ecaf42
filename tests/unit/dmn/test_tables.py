"""Decision tables: tests, hit policies, outputs, defaults, allowed values (DMN 1.5, chapter 8)."""

from __future__ import annotations

from html import escape

import pytest

from engine.diagnostics import ModelRefused
from engine.dmn import compile_decisions, read_dmn
from tests.builders.a_decision_model import a_decision, a_model, an_input, answer, decide, literal


def a_table(
    rules: list[tuple[str, ...]],
    *,
    policy: str = "",
    inputs: tuple[str, ...] = ("a",),
    outputs: tuple[str, ...] = ("",),
    values: tuple[str, ...] = (),
    defaults: tuple[str, ...] = (),
    allowed: str = "",
    types: tuple[str, ...] = (),
) -> str:
    """A table over inputs a, b: each rule is its tests, then its outputs."""

    def text(element: str, inside: str) -> str:
        return f"<{element}><text>{escape(inside, quote=False)}</text></{element}>"

    head = "".join(
        f"<input><inputExpression><text>{name}</text></inputExpression>"
        + (text("inputValues", allowed) if allowed else "")
        + "</input>"
        for name in inputs
    )
    for place, name in enumerate(outputs):
        told = text("outputValues", values[place]) if place < len(values) else ""
        told += text("defaultOutputEntry", defaults[place]) if place < len(defaults) else ""
        typed = f' typeRef="{types[place]}"' if place < len(types) else ""
        head += f'<output name="{name}"{typed}>{told}</output>'
    body = "".join(
        "<rule>"
        + "".join(text("inputEntry", cell) for cell in rule[: len(inputs)])
        + "".join(text("outputEntry", cell) for cell in rule[len(inputs) :])
        + "</rule>"
        for rule in rules
    )
    return f"<decisionTable {policy}>{head}{body}</decisionTable>"


def decided(table: str, **inputs: object) -> str:
    given = "".join(an_input(name) for name in inputs)
    return answer(given + a_decision("D", table, inputs=",".join(inputs)), "D", inputs)


ALL = [("-", '"x"'), ("-", '"y"'), ("-", '"z"')]
TWO = [("-", '"lo"', "1"), ("-", '"hi"', "1"), ("-", '"hi"', "2")]
NAMED = ("risk", "fee")


@pytest.mark.parametrize(
    ("table", "value"),
    [
        pytest.param(a_table([("1", '"x"'), ("2", '"y"')]), '"x"', id="unique"),
        pytest.param(a_table(ALL), "null", id="unique, several match"),
        pytest.param(a_table([("-", "5"), ("-", "5.0")], policy='hitPolicy="ANY"'), "5", id="any, the same"),
        pytest.param(a_table([("-", "5"), ("-", "6")], policy='hitPolicy="ANY"'), "null", id="any, not the same"),
        pytest.param(a_table(ALL, policy='hitPolicy="FIRST"'), '"x"', id="first"),
        pytest.param(a_table(ALL, policy='hitPolicy="PRIORITY"', values=('"z", "x", "y"',)), '"z"', id="priority"),
        pytest.param(
            a_table(TWO, policy='hitPolicy="PRIORITY"', outputs=NAMED, values=('"hi", "lo"', "2, 1")),
            '{risk: "hi", fee: 2}',
            id="priority over two outputs",
        ),
        pytest.param(
            a_table(ALL, policy='hitPolicy="OUTPUT ORDER"', values=('"z", "x", "y"',)), '["z", "x", "y"]', id="order"
        ),
        pytest.param(
            a_table(TWO, policy='hitPolicy="OUTPUT ORDER"', outputs=NAMED, values=('"hi", "lo"', "2, 1")),
            '[{risk: "hi", fee: 2}, {risk: "hi", fee: 1}, {risk: "lo", fee: 1}]',
            id="order over two outputs",
        ),
        pytest.param(a_table(ALL, policy='hitPolicy="RULE ORDER"'), '["x", "y", "z"]', id="rule order"),
        pytest.param(a_table(ALL, policy='hitPolicy="COLLECT"'), '["x", "y", "z"]', id="collect"),
        pytest.param(
            a_table(TWO, policy='hitPolicy="COLLECT"', outputs=NAMED),
            '[{risk: "lo", fee: 1}, {risk: "hi", fee: 1}, {risk: "hi", fee: 2}]',
            id="collect two outputs",
        ),
        pytest.param(a_table(ALL, policy='hitPolicy="COLLECT" aggregation="COUNT"'), "3", id="count"),
        pytest.param(a_table(ALL, policy='hitPolicy="COLLECT" aggregation="MAX"'), '"z"', id="max of texts"),
        pytest.param(a_table(ALL, policy='hitPolicy="COLLECT" aggregation="MIN"'), '"x"', id="min of texts"),
        pytest.param(a_table(ALL, policy='hitPolicy="COLLECT" aggregation="SUM"'), "null", id="texts have no sum"),
        pytest.param(
            a_table([("-", "1"), ("-", "2.5")], policy='hitPolicy="COLLECT" aggregation="SUM"'), "3.5", id="sum"
        ),
        pytest.param(
            a_table(TWO, policy='hitPolicy="COLLECT" aggregation="SUM"', outputs=NAMED), "null", id="sum of two outputs"
        ),
        pytest.param(
            a_table([("-", "1"), ("-", "null")], policy='hitPolicy="COLLECT" aggregation="SUM"'), "null", id="a null"
        ),
        pytest.param(a_table([("1", '"x"', "5")], outputs=NAMED), '{risk: "x", fee: 5}', id="two outputs"),
        pytest.param(a_table([("1", "a + 1")]), "2", id="an output is an expression"),
        pytest.param(a_table([("1", "[1]")], types=("number",)), "1", id="an output fits its type"),
        pytest.param(a_table([("1", '"x"')], types=("number",)), "null", id="an output that does not fit"),
        pytest.param(a_table([("1", "")]), "null", id="an empty output"),
    ],
)
def test_the_hit_policy_says_what_a_table_answers(table: str, value: str) -> None:
    assert decided(table, a=1) == value


@pytest.mark.parametrize(
    ("table", "value"),
    [
        pytest.param(a_table([("2", "5")]), "null", id="nothing matches"),
        pytest.param(a_table([("2", "5")], defaults=("7",)), "7", id="a default"),
        pytest.param(a_table([("2", "5")], defaults=("a + 1",)), "2", id="a default is an expression"),
        pytest.param(a_table([("2", "5")], defaults=("[7]",), types=("number",)), "7", id="a default fits its type"),
        pytest.param(a_table([("2", "5")], defaults=("true",), types=("number",)), "null", id="one that does not fit"),
        pytest.param(
            a_table([("2", "5", "6")], outputs=NAMED, defaults=("7",)), "{risk: 7, fee: null}", id="a default of one"
        ),
        pytest.param(a_table([("2", "5")], policy='hitPolicy="FIRST"', defaults=("7",)), "7", id="first"),
        pytest.param(
            a_table([("2", "5")], policy='hitPolicy="PRIORITY"', values=("5, 7",), defaults=("7",)), "7", id="priority"
        ),
        pytest.param(a_table([("2", "5")], policy='hitPolicy="COLLECT"', defaults=("7",)), "[7]", id="collect"),
        pytest.param(a_table([("2", "5")], policy='hitPolicy="RULE ORDER"', defaults=("7",)), "[7]", id="rule order"),
        pytest.param(
            a_table([("2", "5")], policy='hitPolicy="COLLECT" aggregation="SUM"', defaults=("7",)), "7", id="sum"
        ),
        pytest.param(a_table([("2", "5")], policy='hitPolicy="COLLECT"'), "[]", id="collect, without a default"),
        pytest.param(a_table([("2", "5")], policy='hitPolicy="COLLECT" aggregation="COUNT"'), "0", id="count"),
        pytest.param(a_table([("2", "5")], policy='hitPolicy="COLLECT" aggregation="SUM"'), "null", id="no sum"),
        pytest.param(a_table([("1", "null")], defaults=("7",)), "null", id="a null that matched is no default"),
    ],
)
def test_without_a_match_the_default_answers(table: str, value: str) -> None:
    assert decided(table, a=1) == value


@pytest.mark.parametrize(
    ("rules", "a", "b", "value"),
    [
        ([("> 5", "< 3", "1")], 6, 2, "1"),
        ([("> 5", "< 3", "1")], 6, 4, "null"),
        ([("> b", "-", "1")], 6, 4, "1"),
        ([("[b..10]", "-", "1")], 6, 4, "1"),
        ([("? > b", "? < a", "1")], 6, 4, "1"),
        ([("not(1, 2)", "-", "1")], 3, 0, "1"),
        ([("null", "-", "1")], None, 0, "1"),
        ([("not(null)", "-", "1")], None, 0, "null"),
        ([("-", "", "1")], None, None, "1"),
        ([("> 5", "-", "1")], None, 0, "null"),
        ([("> 5", "-", "1")], "x", 0, "null"),
    ],
)
def test_a_rule_matches_when_all_its_tests_hold(rules: list[tuple[str, ...]], a: object, b: object, value: str) -> None:
    assert decided(a_table(rules, inputs=("a", "b")), a=a, b=b) == value


@pytest.mark.parametrize(("a", "value"), [(1, '"yes"'), (5, "null"), (None, "null")])
def test_an_input_beyond_its_allowed_values_gives_null(a: object, value: str) -> None:
    assert decided(a_table([("-", '"yes"')], allowed="1, 2, 3"), a=a) == value


def test_the_priorities_may_be_those_of_the_type() -> None:
    item = (
        '<itemDefinition name="tRisk"><typeRef>string</typeRef>'
        '<allowedValues><text>"z", "y", "x"</text></allowedValues></itemDefinition>'
    )
    table = a_table(ALL, policy='hitPolicy="PRIORITY"', types=("tRisk",))

    assert answer(item + an_input("a") + a_decision("D", table, inputs="a"), "D", {"a": 1}) == '"z"'


def test_a_table_without_inputs_or_rules_is_a_table() -> None:
    assert decided(a_table([('"x"',)], inputs=())) == '"x"'
    assert decided(a_table([], defaults=("5",)), a=1) == "5"


def test_a_table_within_a_context_and_a_function() -> None:
    table = a_table([("1", '"one"'), ("-", '"other"')], policy='hitPolicy="FIRST"')
    function = f'<functionDefinition><formalParameter name="a"/>{table}</functionDefinition>'
    context = (
        f'<context><contextEntry><variable name="f"/>{function}</contextEntry>'
        f"<contextEntry>{literal('[f(1), f(2)]')}</contextEntry></context>"
    )

    assert answer(a_decision("D", context), "D") == '["one", "other"]'


def test_a_result_says_what_was_forbidden() -> None:
    result = decide(an_input("a") + a_decision("D", a_table(ALL), inputs="a"), "D", {"a": 1})

    assert [warning.code for warning in result.warnings] == ["hit-policy"]
    assert "UNIQUE expects one rule that matches, found 3" in result.warnings[0].message


@pytest.mark.parametrize(
    ("table", "place", "wanted"),
    [
        pytest.param(
            a_table([("1", "2"), ("< (", "2")]), "Decision `D`, rule 2, input `a`: Line 1, column 4", "found", id="test"
        ),
        pytest.param(
            a_table([("1", "2 +")], outputs=("fee",)),
            "Decision `D`, rule 1, output `fee`: Line 1, column 4",
            "expected an expression",
            id="output",
        ),
        pytest.param(
            a_table([], outputs=("fee",), defaults=("2 +",)), "Decision `D`, output `fee`: Line 1", "", id="default"
        ),
        pytest.param(
            a_table([], outputs=("fee", "")), "Decision `D`: Expected a name of its own", "`fee`", id="no name"
        ),
        pytest.param(a_table([("1", "2")], allowed="1,"), "Decision `D`, input", "Line 1, column 3", id="allowed"),
        pytest.param(a_table([("1",)]), "Decision `D`, rule 1: Expected 1 inputs and 1 outputs", "", id="a short rule"),
        pytest.param(
            a_table([("1", "2")], types=("tX",), outputs=("fee",)), "Decision `D`, output `fee`", "tX", id="t"
        ),
        pytest.param(
            f"<context><contextEntry><variable name='e'/>{literal('1 +')}</contextEntry></context>",
            "Decision `D`, entry `e`: Line 1, column 4",
            "the end of the text",
            id="an entry",
        ),
        pytest.param(
            '<literalExpression expressionLanguage="urn:python"><text>1</text></literalExpression>',
            "Decision `D`: Expected FEEL",
            "urn:python",
            id="another language",
        ),
    ],
)
def test_a_fault_names_decision_rule_and_column(table: str, place: str, wanted: str) -> None:
    with pytest.raises(ModelRefused) as refused:
        compile_decisions(read_dmn(a_model(an_input("a") + a_decision("D", table, inputs="a")), file="d.dmn"))

    fault = refused.value.diagnostics[0]
    assert fault.message.startswith(place)
    assert wanted in fault.message
    assert fault.line is not None
    assert (fault.element_id, fault.file) == ("D", "d.dmn")
