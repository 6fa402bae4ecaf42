"""What another outcome would have needed: the rules of a table that almost applied, and the conditions they lacked.

Told only where the table tells it for certain: of hit policies that let one rule answer; of rules whose missing
conditions can be judged from the inputs alone; and, where earlier rules go first, of rules before the one that applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.dmn.model import DecisionTable, Rule
from engine.dmn.trace import TableTrace
from engine.feel import Effort, FeelBudgetExceeded, FeelSyntaxError, UnaryTests, Value, parse_unary_tests

_ONE_ANSWERS: Final = frozenset({"UNIQUE", "ANY", "FIRST"})
_MOST_OTHERS: Final = 3
_MOST_RULES: Final = 1_000
"""Rules that are looked at; of a larger table the first."""
_MOST_OPERATIONS: Final = 200_000
"""Of all their conditions; what would take more is not told."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A condition that was not met."""

    label: str
    found: Value
    wanted: UnaryTests


@dataclass(frozen=True, slots=True)
class Other:
    """A rule that would have answered otherwise."""

    index: int
    """From 1, as drawn."""
    element_id: str | None
    outputs: tuple[tuple[str, str], ...]
    """Column and expression, as written."""
    lacks: tuple[Lack, ...]


def nearest(table: DecisionTable, trace: TableTrace) -> tuple[Other, ...]:
    """The rules with another outcome that lacked the fewest conditions, at most three, as drawn."""
    if table.hit_policy not in _ONE_ANSWERS or len(trace.inputs) != len(table.inputs):
        return ()
    applied = [rule.index for rule in trace.matched]
    given = {_outputs(table.rules[index - 1]) for index in applied}
    found: list[Other] = []
    effort = Effort(operations=_MOST_OPERATIONS)
    for index, rule in enumerate(table.rules[:_MOST_RULES], 1):
        overtaken = table.hit_policy == "FIRST" and applied and index > applied[0]
        if index in applied or overtaken or _outputs(rule) in given:
            continue
        lacks = _lacks(rule, trace.inputs, effort)
        if lacks:
            names = (column.name for column in table.outputs)
            outputs = tuple((name, text.text.strip()) for name, text in zip(names, rule.outputs, strict=True))
            found.append(Other(index, rule.spot.element_id, outputs, lacks))
    fewest = min((len(other.lacks) for other in found), default=0)
    return tuple(other for other in found if len(other.lacks) == fewest)[:_MOST_OTHERS]


def _outputs(rule: Rule) -> tuple[str, ...]:
    return tuple(text.text.strip() for text in rule.outputs)


def _lacks(rule: Rule, inputs: Sequence[tuple[str, Value]], effort: Effort) -> tuple[Lack, ...] | None:
    """The conditions of a rule that were not met; None when that cannot be told from the inputs alone."""
    lacks: list[Lack] = []
    for text, (label, value) in zip(rule.tests, inputs, strict=True):
        if text.text.strip() in ("", "-"):
            continue
        try:
            tests = parse_unary_tests(text.text)
        except FeelSyntaxError:
            return None
        if tests.free_names:
            return None
        try:
            answer = tests.matches(value, {}, effort=effort)
        except FeelBudgetExceeded:
            return None
        if answer.value is None and value is not None:
            return None
        if answer.value is not True:
            lacks.append(Lack(label, value, tests))
    return tuple(lacks)
