"""What a decision table answers when rules match: the seven hit policies and four aggregators (DMN 1.5, 8.2.8).

Each policy gets the values of the rules that matched, in the order drawn, and gives the table's value. `Undecided` says
that the policy forbids what was found; the table is then null.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, DecimalException
from typing import TypeAlias

from engine.feel.values import NUMBERS, Value, compare, equal

Rank: TypeAlias = tuple[int, ...]
Answer: TypeAlias = tuple[Value, Rank]
"""The value of a rule, and the places of its outputs in the lists of output values."""
Policy: TypeAlias = Callable[[Sequence[Answer]], Value]


class Undecided(Exception):
    """The rules that matched may not match together, or cannot be put together."""


def unique(answers: Sequence[Answer]) -> Value:
    """Exactly one rule matches."""
    if len(answers) > 1:
        raise Undecided(f"hit policy UNIQUE expects one rule that matches, found {len(answers)}")
    return answers[0][0]


def any_agreeing(answers: Sequence[Answer]) -> Value:
    """All rules that match agree."""
    first = answers[0][0]
    for value, _ in answers[1:]:
        if equal(first, value) is not True:
            raise Undecided("hit policy ANY expects equal outputs of all rules that match")
    return first


def priority(answers: Sequence[Answer]) -> Value:
    """The rule whose outputs stand first in the output values."""
    return min(answers, key=_rank)[0]


def first(answers: Sequence[Answer]) -> Value:
    """The first rule as drawn."""
    return answers[0][0]


def rule_order(answers: Sequence[Answer]) -> Value:
    """All, as drawn."""
    return [value for value, _ in answers]


def output_order(answers: Sequence[Answer]) -> Value:
    """All, by the order of the output values."""
    return [value for value, _ in sorted(answers, key=_rank)]


def collect(answers: Sequence[Answer]) -> Value:
    """All, in no order that means anything."""
    return [value for value, _ in answers]


def collect_count(answers: Sequence[Answer]) -> Value:
    """How many."""
    return Decimal(len(answers))


def collect_sum(answers: Sequence[Answer]) -> Value:
    """Their sum."""
    values = [value for value, _ in answers]
    if not all(isinstance(value, Decimal) for value in values):
        raise Undecided("aggregator SUM expects numbers")
    try:
        total = Decimal(0)
        for value in values:
            total = NUMBERS.add(total, value)
        return total
    except DecimalException:
        raise Undecided("aggregator SUM gives a number that is too large") from None


def collect_min(answers: Sequence[Answer]) -> Value:
    """The least."""
    return _extreme(answers, -1, "MIN")


def collect_max(answers: Sequence[Answer]) -> Value:
    """The greatest."""
    return _extreme(answers, 1, "MAX")


def _rank(answer: Answer) -> Rank:
    return answer[1]


def _extreme(answers: Sequence[Answer], sign: int, name: str) -> Value:
    best = answers[0][0]
    for value, _ in answers:
        order = compare(value, best)
        if order is None:
            raise Undecided(f"aggregator {name} expects outputs that have an order")
        best = value if order * sign > 0 else best
    return best


POLICIES: dict[tuple[str, str | None], Policy] = {
    ("UNIQUE", None): unique,
    ("ANY", None): any_agreeing,
    ("PRIORITY", None): priority,
    ("FIRST", None): first,
    ("RULE ORDER", None): rule_order,
    ("OUTPUT ORDER", None): output_order,
    ("COLLECT", None): collect,
    ("COLLECT", "COUNT"): collect_count,
    ("COLLECT", "SUM"): collect_sum,
    ("COLLECT", "MIN"): collect_min,
    ("COLLECT", "MAX"): collect_max,
}
