"""Expressions of a model before deployment: names that nobody knows, and types that cannot fit."""

from __future__ import annotations

import pytest

from engine.diagnostics import Severity
from engine.dmn import compile_decisions, read_dmn
from engine.dmn.checks import check_types
from tests.builders.a_decision_model import a_decision, a_model, an_input, knowledge, literal

PERSON = (
    '<itemDefinition name="tPerson"><itemComponent name="name"><typeRef>string</typeRef></itemComponent>'
    '<itemComponent name="age"><typeRef>number</typeRef></itemComponent></itemDefinition>'
    '<itemDefinition name="tStatus"><typeRef>string</typeRef><allowedValues><text>"open", "closed"</text>'
    "</allowedValues></itemDefinition>"
)
INPUTS = an_input("amount", "number") + an_input("status", "tStatus") + an_input("person", "tPerson")


def findings(*elements: str) -> list[tuple[str, str]]:
    """Rule and message of what is found in a model."""
    model = read_dmn(a_model(PERSON + INPUTS + "".join(elements)), file="m.dmn")
    return [(found.rule, found.message) for found in check_types(compile_decisions(model))]


def rules(*elements: str) -> list[str]:
    """The rules broken."""
    return [rule for rule, _ in findings(*elements)]


def decided(text: str, *, type_ref: str = "", **requires: str) -> list[str]:
    """The rules that a decision by one expression breaks."""
    return rules(a_decision("d", literal(text), inputs="amount,status,person", type_ref=type_ref, **requires))


def a_table(cell: str, output: str, *, column: str = "amount", out_type: str = "number", values: str = "") -> str:
    """A table of one rule."""
    listed = f"<outputValues><text>{values}</text></outputValues>" if values else ""
    return (
        f'<decisionTable hitPolicy="UNIQUE"><input id="in" label="{column}"><inputExpression>'
        f"<text>{column}</text></inputExpression></input>"
        f'<output id="out" name="fee" typeRef="{out_type}">{listed}</output>'
        f"<rule id='r1'><inputEntry id='c1'><text>{cell}</text></inputEntry>"
        f"<outputEntry id='o1'><text>{output}</text></outputEntry></rule></decisionTable>"
    )


def table(*arguments: str, **more: str) -> list[str]:
    """The rules that a table breaks."""
    return rules(a_decision("d", a_table(*arguments, **more), inputs="amount,status"))


def test_a_decision_sees_what_it_requires_and_nothing_else() -> None:
    drawn = a_decision("d", literal("amount > 3"), inputs="amount")
    forgotten = a_decision("d", literal("amount > 3"))

    assert rules(drawn) == []
    assert rules(forgotten) == ["unknown-name"]


def test_finding_names_decision_line_column_and_text_and_stands_against_deployment() -> None:
    model = read_dmn(
        a_model(
            INPUTS.replace("tPerson", "Any").replace("tStatus", "Any")
            + a_decision("fee", literal("1 +\n  amuont"), inputs="amount")
        ),
        file="m.dmn",
    )

    [found] = check_types(compile_decisions(model))

    assert found.severity is Severity.error
    assert found.message == (
        "Decision `fee`: Nothing is known under the name `amuont`. It stands in line 2, column 3 of `1 + amuont`."
    )
    assert found.remedy.startswith("Did you mean `amount`?")
    assert (found.element_id, found.file) == ("fee", "m.dmn")
    assert found.line is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount + 1", []),
        ("amount + status", ["unfit-operands"]),
        ("person.name", []),
        ("person.nmae", ["unknown-entry"]),
        ('status = "opne"', ["value-not-allowed"]),
        ('status = "open"', []),
        ('status in ("open", 3)', ["test-type"]),
        ("{a: amount}.b", ["unknown-entry"]),
    ],
)
def test_expression_is_held_to_the_declared_types(text: str, expected: list[str]) -> None:
    assert decided(text) == expected


def test_only_what_is_certain_stands_against_deployment() -> None:
    model = read_dmn(a_model(PERSON + INPUTS + a_decision("d", literal("person.nmae"), inputs="person")))

    assert [found.severity for found in check_types(compile_decisions(model))] == [Severity.warning]


def test_result_must_be_able_to_have_the_declared_type() -> None:
    assert decided("amount + 1", type_ref="string") == ["decision-type"]
    assert decided("[amount]", type_ref="number") == []
    assert decided('{name: "A"}', type_ref="tPerson") == ["decision-type"]


def test_type_of_an_undeclared_decision_is_told_by_its_logic() -> None:
    first = a_decision("first", literal("amount + 1"), inputs="amount")
    second = a_decision("second", literal("string length(first)"), decisions="first")

    assert rules(second, first) == ["argument-type"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tax(amount, 0.2)", []),
        ("tax(sum: amount, rate: 0.2)", []),
        ("tax(amount)", ["arguments"]),
        ('tax(amount, "a")', ["argument-type"]),
        ("tax(sum: amount, rat: 0.2)", ["arguments"]),
        ("upper case(tax(amount, 0.2))", ["argument-type"]),
    ],
)
def test_call_of_business_knowledge_is_held_to_its_parameters(text: str, expected: list[str]) -> None:
    tax = knowledge("tax", "sum: number, rate: number", literal("sum * rate"), type_ref="number")

    assert rules(tax, a_decision("d", literal(text), inputs="amount", knows="tax")) == expected


def test_body_of_business_knowledge_sees_parameters_itself_and_what_it_requires() -> None:
    inner = knowledge("half", "x: number", literal("x / 2"))
    outer = knowledge("tax", "sum: number", literal("half(sum) + rate + tax(1)"), knows="half")

    assert [message for _, message in findings(inner, outer)] == [
        "Business knowledge model `tax`: Nothing is known under the name `rate`. "
        "It stands in line 1, column 13 of `half(sum) + rate + tax(1)`."
    ]


@pytest.mark.parametrize(
    ("cell", "output", "expected"),
    [
        ("< 5", "1", []),
        ("-", "amount * 2", []),
        ('"a"', "1", ["test-type"]),
        ("< limit", "1", ["unknown-name"]),
        ("< 5", '"a"', ["output-type"]),
        ("< 5", "status", ["output-type"]),
        ("< 5", "amuont", ["unknown-name"]),
    ],
)
def test_cells_are_held_to_their_columns(cell: str, output: str, expected: list[str]) -> None:
    assert table(cell.replace("<", "&lt;"), output) == expected


def test_input_entry_beyond_the_allowed_values_never_holds() -> None:
    assert table('"open", "closed"', "1", column="status") == []
    assert table('"open", "opne"', "1", column="status") == ["value-not-allowed"]


def test_output_beyond_the_allowed_values_is_told() -> None:
    assert table("-", '"open"', out_type="tStatus") == []
    assert table("-", '"opne"', out_type="tStatus") == ["output-not-allowed"]
    assert table("-", "3", values="1, 2") == ["output-not-allowed"]
    assert table("-", "2", values="1, 2") == []


def test_boxed_expressions_are_walked_to_their_leaves() -> None:
    leaf = literal("amuont")
    boxes = [
        f"<context><contextEntry><variable name='x'/>{leaf}</contextEntry></context>",
        f"<list>{leaf}</list>",
        f"<relation><column name='a'/><row>{leaf}</row></relation>",
        f"<conditional><if>{literal('true')}</if><then>{leaf}</then><else>{literal('1')}</else></conditional>",
        f"<filter><in>{literal('[1]')}</in><match>{leaf}</match></filter>",
        f"<for iteratorVariable='i'><in>{literal('[1]')}</in><return>{leaf}</return></for>",
        f"<every iteratorVariable='i'><in>{leaf}</in><satisfies>{literal('i > 1')}</satisfies></every>",
        f"<invocation>{literal('abs')}<binding><parameter name='n'/>{leaf}</binding></invocation>",
        f"<functionDefinition><formalParameter name='x'/>{leaf}</functionDefinition>",
    ]

    for box in boxes:
        assert rules(a_decision("d", box, inputs="amount")) == ["unknown-name"], box


def test_entries_of_a_boxed_context_see_those_before() -> None:
    box = (
        f"<context><contextEntry><variable name='net pay'/>{literal('amount - 1')}</contextEntry>"
        f"<contextEntry>{literal('net pay + 1')}</contextEntry></context>"
    )

    assert rules(a_decision("d", box, inputs="amount")) == []


def test_boxed_invocation_names_the_parameters_of_what_it_calls() -> None:
    call = f"<invocation>{literal('string length')}<binding><parameter name='string'/>{literal('amount')}</binding>"

    assert rules(a_decision("d", f"{call}</invocation>", inputs="amount")) == ["argument-type"]


def test_recursive_types_come_to_an_end() -> None:
    tree = (
        '<itemDefinition name="tTree"><itemComponent name="value"><typeRef>number</typeRef></itemComponent>'
        '<itemComponent name="children" isCollection="true"><typeRef>tTree</typeRef></itemComponent></itemDefinition>'
    )
    asked = a_decision("d", literal("tree.children[1].children[1].value + 1"), inputs="tree")
    wrong = a_decision("e", literal("upper case(tree.children[1].value)"), inputs="tree")

    assert rules(tree, an_input("tree", "tTree"), asked, wrong) == ["argument-type"]
