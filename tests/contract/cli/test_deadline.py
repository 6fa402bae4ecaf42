"""`onewindow deadline`: when a term ends, day by day, without a database."""

from __future__ import annotations

import json

import pytest

from tests.contract.cli.conftest import Command

NOVRUZ = ("--from", "2026-03-19", "--counting", "working-days")


def test_each_day_is_told_and_the_end_last(onewindow: Command) -> None:
    shown = onewindow("deadline", "P1D", *NOVRUZ)

    lines = shown.stdout.splitlines()
    assert shown.exit_code == 0, shown.output
    assert lines[0] == "19 March 2026: day of the event, not counted"
    assert "23 March 2026: Novruz, not counted" in lines
    assert lines[-2:] == ["31 March 2026: day 1", "2026-03-31 23:59"]


def test_stops_and_closing_days_are_counted_in(onewindow: Command) -> None:
    more = ("--stopped", "2026-03-31..2026-04-02", "--closed", "2026-04-03")

    told = json.loads(onewindow("deadline", "P3D", *NOVRUZ, *more, "--json").stdout)

    why = {day["day"]: day["why"] for day in told["days"]}
    assert told["deadline"].startswith("2026-04-07")
    assert (why["2026-04-01"], why["2026-04-03"]) == ("stopped", "closed")


@pytest.mark.parametrize(
    "arguments",
    [
        ("P3X",),
        ("P1M", "--counting", "working-days"),
        ("P3D", "--stopped", "2026-04-02..2026-04-01"),
        ("P3D", "--stopped", "soon"),
        ("P3D", "--country", "XX"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_counted_is_refused_with_what_to_write(onewindow: Command, arguments: tuple[str, ...]) -> None:
    shown = onewindow("deadline", *arguments)

    assert shown.exit_code == 2, shown.output
    assert "Traceback" not in shown.output
