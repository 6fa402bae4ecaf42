"""Columns of constant cells: the rules they leave are those whose cells hold, one by one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn import evaluate
from engine.dmn.columns import Column
from engine.feel import Date, Value, admit, parse_unary_tests
from onewindow.bench.decisions import CASES, duty_table

NUMBERS = st.integers(-3, 3).map(str)
TEXTS = st.sampled_from(['"a"', '"b"', '"ab"', '""'])
DAYS = st.sampled_from(['@"2026-01-01"', '@"2026-03-01"'])
RANGES = st.builds(
    lambda start, low, high, end: f"{start}{low}..{high}{end}",
    st.sampled_from("[("), NUMBERS, NUMBERS, st.sampled_from("])"),
)  # fmt: skip
OPEN = st.builds(
    lambda sign, end: f"{sign} {end}", st.sampled_from(["<", "<=", ">", ">=", "!="]), NUMBERS | TEXTS | DAYS
)
TESTS = st.lists(NUMBERS | TEXTS | DAYS | RANGES | OPEN | st.sampled_from(["true", "false", "null"]), min_size=1)
CELLS = TESTS.map(", ".join) | TESTS.map(lambda tests: f"not({', '.join(tests)})")
VALUES: Sequence[Value] = [
    *(admit(number) for number in (-4, -3, -2.5, 0, 0.5, 1, 3, 3.0001)),
    *("a", "b", "ab", "", "c", "aa"),
    *(Date(2025, 12, 31), Date(2026, 1, 1), Date(2026, 2, 1)),
    *(True, False, None, [admit(1)], ["a"], {"a": "b"}),
]


@settings(max_examples=200, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=6))
def test_a_column_leaves_the_rules_whose_cells_hold(cells: list[str]) -> None:
    parsed = [parse_unary_tests(cell) for cell in cells]
    column = Column([tests.constant for tests in parsed])

    for value in [*VALUES, *reversed(VALUES)]:
        holding = [tests.constant is None or tests.matches(value, {}).value is True for tests in parsed]
        assert column.rules_for(value) == sum(1 << place for place, holds in enumerate(holding) if holds)


@pytest.mark.parametrize("cell", ["1", '"a"', "-1", "[1..5]", "< 5", 'not("a", "b")', "null", '@"P1D"', "> 5, null"])
def test_a_cell_of_literals_is_constant(cell: str) -> None:
    assert parse_unary_tests(cell).constant is not None


@pytest.mark.parametrize("cell", ["a", "[1..a]", "? > 5", 'date("2026-01-01")', '-"a"', '["a"..5]', "1, a"])
def test_a_cell_that_reads_names_or_would_warn_is_not(cell: str) -> None:
    assert parse_unary_tests(cell).constant is None


def test_a_cell_that_every_value_passes_leaves_its_rule() -> None:
    assert Column([None, parse_unary_tests("5").constant]).rules_for("x") == 0b01


def test_a_decision_without_its_trace_has_the_same_value() -> None:
    model = duty_table()

    for case in CASES:
        untraced = evaluate(model, "duty", case, traced=False)
        assert untraced.trace == ()
        assert untraced.value == evaluate(model, "duty", case).value
