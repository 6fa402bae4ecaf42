"""Expressions of a process: functions that are not there and types that cannot fit; variables may be anything."""

from __future__ import annotations

import pytest

from engine.bpmn.lint import check_variables, lint
from engine.bpmn.reader import read_bpmn
from engine.feel.types import SIMPLE, Record
from tests.builders.a_model import a_process

TOLD = frozenset(
    {"unknown-function", "unknown-name", "unknown-entry", "unfit-operands", "arguments", "argument-type", "condition"}
)


def rules(expression: str) -> list[str]:
    """What the lint tells of the types of a script."""
    definitions, _ = read_bpmn(a_process("p").start().script("s", expression).end().xml(), file="p.bpmn")
    return [found.rule for found in lint(definitions, file="p.bpmn") if found.rule in TOLD]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("=count(whatever.there[size > 3].to) + read", []),
        ("=count(list) + amount", []),
        ("=cuont(list)", ["unknown-function"]),
        ("=substring(name)", ["arguments"]),
        ('=1 + "a"', ["unfit-operands"]),
        ('=string length("a") = "1"', ["unfit-operands"]),
        ("=if count(list) then 1 else 2", ["condition"]),
        ("=upper case(today())", ["argument-type"]),
        ("={a: 1}.b", ["unknown-entry"]),
    ],
)
def test_only_what_no_variable_can_make_right_is_told(expression: str, expected: list[str]) -> None:
    assert rules(expression) == expected


def test_finding_names_what_the_expression_is_for_and_where_it_fails() -> None:
    drawn = a_process("p").start().exclusive("g").at("g", when="=1 + strng(x) > 3").end("a").at("g", otherwise=True)
    definitions, _ = read_bpmn(drawn.end("b").xml(), file="p.bpmn")

    [found] = [one for one in lint(definitions, file="p.bpmn") if one.rule == "unknown-function"]

    assert found.message == "The condition, line 1, column 5: Nothing is known under the name `strng`."
    assert found.remedy.startswith("Did you mean `string`?")
    assert (found.severity, found.file) == ("error", "p.bpmn")


def test_known_variables_are_held_to_their_types_until_the_process_writes_them() -> None:
    given = {"order": Record({"sum": SIMPLE["number"], "name": SIMPLE["string"]}, "order"), "case": {"number": None}}
    drawn = (
        a_process("p")
        .start()
        .script("change", '="x"', result="order.name")
        .script("a", "=order.sum + order.name")
        .script("b", '=order.sum + "x"')
        .script("c", "=case.nmber")
        .script("d", "=case.number + 1")
        .end()
    )
    definitions, _ = read_bpmn(drawn.xml(), file="p.bpmn")

    told = check_variables(definitions.processes["p"], given, file="p.bpmn")

    assert [(found.element_id, found.rule, str(found.severity)) for found in told] == [
        ("b", "unfit-operands", "error"),
        ("c", "unknown-entry", "warning"),
    ]
