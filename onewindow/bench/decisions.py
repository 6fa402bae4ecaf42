"""How fast expressions and decision tables are, in this process, through the doors that the product itself uses.

Each figure is the best of several repeats on one core: what else runs on the machine only ever makes one slower.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from importlib.resources import files

from engine.dmn import CompiledDecisions, compile_decisions, evaluate, read_dmn
from engine.feel import Value, parse_expression

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CONDITION = 'amount * (1 + rate) > 1000 and status in ("open","new")'
SCOPE: Mapping[str, Value] = {"amount": Decimal("950.50"), "rate": Decimal("0.18"), "status": "new"}
LONG_EXPRESSION = (
    'if applicant.age >= 18 and count(documents[valid and issued < @"2026-01-01"]) > 2 then sum(for d in documents '
    'return d.fee * (1 + vat)) else if status in ("draft", "open") then {:07} * fee else null'
)
"""A rule of the kind analysts write, of 200 characters; a number tells one from the next, so that none is known yet."""
CASES: tuple[Mapping[str, Value], ...] = tuple(
    {"kind": kind, "area": Decimal(area), "age": Decimal(age)}
    for kind in ("citizen", "company")
    for area in (30, 80, 150, 300, 900)
    for age in (40, 70)
)
"""One case for each of the twenty rules of `models/duty.dmn`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFigures:
    """What was measured, in this process and on one core."""

    feel_per_s: float
    """Evaluations of a parsed condition."""
    dmn_table_per_s: float
    """Decisions by a table of twenty rules and three inputs."""
    dmn_traced_per_s: float
    """The same, with the inputs and rules of each decision kept."""
    feel_parse_ms: float
    """Parsing and compiling an expression of 200 characters that was never seen before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionScale:
    """How much is measured."""

    repeats: int = 15
    evaluations: int = 20_000
    decisions: int = 2_000
    parses: int = 50


QUICK = DecisionScale(repeats=3, evaluations=1_000, decisions=60, parses=5)


def duty_table() -> CompiledDecisions:
    """The model of the table, whose decision is `duty`."""
    return compile_decisions(read_dmn(files("onewindow.bench").joinpath("models/duty.dmn").read_bytes()))


def measure_decisions(scale: DecisionScale = DecisionScale()) -> DecisionFigures:
    """Measure all; takes some seconds."""
    condition = parse_expression(CONDITION)
    model = duty_table()
    numbers = itertools.count()

    def evaluate_conditions(times: int) -> None:
        for _ in range(times):
            condition.evaluate(SCOPE, now=NOW)

    def decide(times: int, *, traced: bool) -> None:
        for _ in range(times // len(CASES)):
            for case in CASES:
                evaluate(model, "duty", case, now=NOW, traced=traced)

    def parse(times: int) -> None:
        for _ in range(times):
            parse_expression(LONG_EXPRESSION.format(next(numbers)))

    return DecisionFigures(
        feel_per_s=1 / _seconds_each(evaluate_conditions, scale.evaluations, scale.repeats),
        dmn_table_per_s=1 / _seconds_each(partial(decide, traced=False), scale.decisions, scale.repeats),
        dmn_traced_per_s=1 / _seconds_each(partial(decide, traced=True), scale.decisions, scale.repeats),
        feel_parse_ms=1000 * _seconds_each(parse, scale.parses, scale.repeats),
    )


def _seconds_each(work: Callable[[int], object], times: int, repeats: int) -> float:
    """The least seconds that one piece of work took, as the mean of many in a row."""
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        work(times)
        taken.append(time.perf_counter() - began)
    return min(taken) / times
