"""Decision definitions: tables, their hit policies, and the reasons that come with a result (DMN 1.5, chapter 8)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.diagnostics import ModelRefused
from engine.dmn import compile_decisions, evaluate, read_dmn
from engine.errors import NotFound
from engine.feel import to_json

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def a_model(inside: str, namespace: str = NAMESPACE) -> bytes:
    return f'<definitions xmlns="{namespace}" id="m" name="m" namespace="urn:m">{inside}</definitions>'.encode()


def a_table(policy: str, rules: str, *, output: str = '<output name="fee"/>') -> bytes:
    return a_model(
        f"""<inputData id="age_input" name="age"><variable name="age" typeRef="number"/></inputData>
        <decision id="fee" name="Fee">
          <variable name="Fee"/>
          <informationRequirement><requiredInput href="#age_input"/></informationRequirement>
          <decisionTable id="table" {policy}>
            <input id="i" label="Age"><inputExpression typeRef="number"><text>age</text></inputExpression></input>
            {output}<annotation name="law"/>{rules}
          </decisionTable>
        </decision>"""
    )


def a_rule(test: str, answer: str, law: str = "") -> str:
    test = test.replace("<", "&lt;")
    note = f"<annotationEntry><text>{law}</text></annotationEntry>"
    return (
        f'<rule id="r-{answer}"><inputEntry><text>{test}</text></inputEntry>'
        f"<outputEntry><text>{answer}</text></outputEntry>{note}</rule>"
    )


OVERLAPPING = a_rule("< 30", "10") + a_rule("< 20", "30") + a_rule("< 10", "20")
ORDERED = '<output name="fee"><outputValues><text>30, 20, 10</text></outputValues></output>'


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param('hitPolicy="UNIQUE"', None, id="unique forbids several"),
        pytest.param('hitPolicy="ANY"', None, id="any wants them equal"),
        pytest.param('hitPolicy="FIRST"', 10, id="first"),
        pytest.param('hitPolicy="PRIORITY"', 30, id="priority goes by the output values"),
        pytest.param('hitPolicy="RULE ORDER"', [10, 30, 20], id="rule order"),
        pytest.param('hitPolicy="OUTPUT ORDER"', [30, 20, 10], id="output order"),
        pytest.param('hitPolicy="COLLECT"', [10, 30, 20], id="collect"),
        pytest.param('hitPolicy="COLLECT" aggregation="SUM"', 60, id="sum"),
        pytest.param('hitPolicy="COLLECT" aggregation="MIN"', 10, id="min"),
        pytest.param('hitPolicy="COLLECT" aggregation="MAX"', 30, id="max"),
        pytest.param('hitPolicy="COLLECT" aggregation="COUNT"', 3, id="count"),
    ],
)
def test_a_hit_policy_says_what_several_rules_give(policy: str, expected: object) -> None:
    compiled = compile_decisions(read_dmn(a_table(policy, OVERLAPPING, output=ORDERED)))

    assert to_json(evaluate(compiled, "Fee", {"age": Decimal(5)}).value) == expected


def test_a_result_says_which_rule_of_which_law_answered() -> None:
    rules = a_rule("< 18", "0", "Art. 4 (1)") + a_rule(">= 18", "25", "Art. 4 (2)")
    compiled = compile_decisions(read_dmn(a_table("", rules)))

    result = evaluate(compiled, "fee", {"age": Decimal(40)})

    table = result.trace[-1].tables[0]
    assert result.value == Decimal(25)
    assert table.inputs == (("Age", Decimal(40)),)
    assert [(rule.index, rule.annotations) for rule in table.matched] == [(2, (("law", "Art. 4 (2)"),))]
    assert result.trace_json()[0]["tables"][0]["matched"][0]["outputs"] == [{"name": "fee", "value": 25}]


def test_no_rule_gives_null_and_says_so() -> None:
    compiled = compile_decisions(read_dmn(a_table("", a_rule("< 18", "0"))))

    result = evaluate(compiled, "Fee", {"age": Decimal(40)})

    assert result.value is None
    assert [warning.code for warning in result.warnings] == ["no-rule"]


def test_an_input_of_the_wrong_type_is_null_and_said_so() -> None:
    compiled = compile_decisions(read_dmn(a_table("", a_rule("-", "1"))))

    assert "input-type" in [warning.code for warning in evaluate(compiled, "Fee", {"age": "forty"}).warnings]


def test_an_unknown_decision_is_not_found() -> None:
    compiled = compile_decisions(read_dmn(a_table("", a_rule("-", "1"))))

    with pytest.raises(NotFound, match="no decision Permit"):
        evaluate(compiled, "Permit", {})


def test_a_chain_of_2000_decisions_needs_no_deep_stack() -> None:
    links = "".join(
        f'<decision id="d{i}" name="d{i}"><informationRequirement><requiredDecision href="#d{i - 1}"/>'
        f"</informationRequirement><literalExpression><text>d{i - 1} + 1</text></literalExpression></decision>"
        for i in range(1, 2000)
    )
    start = '<decision id="d0" name="d0"><literalExpression><text>0</text></literalExpression></decision>'
    compiled = compile_decisions(read_dmn(a_model(start + links)))

    assert evaluate(compiled, "d1999", {}).value == Decimal(1999)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(b"no model", "not-xml", id="not XML"),
        pytest.param(b"<a/>", "not-dmn", id="another vocabulary"),
        pytest.param(a_model("", "https://www.omg.org/spec/DMN/20991231/MODEL/"), "not-dmn", id="a version to come"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY x "y">]>' + a_model(""), "xml-doctype", id="a DTD"),
        pytest.param(b'<?xml version="1.0" encoding="cp037"?><a/>', "not-xml", id="an odd encoding"),
        pytest.param(a_model("<a>" * 120 + "</a>" * 120), "model-too-large", id="a deep file"),
        pytest.param(b"<" * 5_000_001, "file-too-large", id="a large file"),
        pytest.param(a_table('hitPolicy="BEST"', ""), "hit-policy", id="an unknown hit policy"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(data: bytes, rule: str) -> None:
    with pytest.raises(ModelRefused) as refused:
        read_dmn(data, file="fee.dmn")

    assert rule in [found.rule for found in refused.value.diagnostics]


def test_a_fault_in_a_cell_is_told_with_its_element_and_line() -> None:
    with pytest.raises(ModelRefused) as refused:
        compile_decisions(read_dmn(a_table("", a_rule("< (", "1")), file="fee.dmn"))

    fault = refused.value.diagnostics[0]
    assert (fault.rule, fault.file) == ("feel-syntax", "fee.dmn")
    assert fault.line is not None
    assert "expected an expression" in fault.message


@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        pytest.param(
            '<decision id="a" name="a"><informationRequirement><requiredDecision href="#b"/></informationRequirement>'
            "</decision>",
            "missing-requirement",
            id="a requirement that is not there",
        ),
        pytest.param(
            '<decision id="a" name="a"><informationRequirement><requiredDecision href="#a"/></informationRequirement>'
            "</decision>",
            "requirement-cycle",
            id="a circle",
        ),
        pytest.param(
            '<decision id="a" name="a"><variable name="a" typeRef="tPerson"/></decision>', "unknown-type", id="a type"
        ),
    ],
)
def test_a_model_that_cannot_run_is_not_deployed(inside: str, rule: str) -> None:
    with pytest.raises(ModelRefused) as refused:
        compile_decisions(read_dmn(a_model(inside)))

    assert rule in [found.rule for found in refused.value.diagnostics]
