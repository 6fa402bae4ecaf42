"""A timer marked with the case's term gives the term its length: a renewal has one day, an exchange ten."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.bpmn.kernel.port import InstanceState, Step, TimerWait
from engine.calendar import Counting, Length, WorkingCalendar
from engine.casework.case import Case
from engine.casework.term import Term, TermRule
from engine.runtime.record_case import case_after
from tests.builders.a_case import a_case

MONDAY = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
CALENDAR = WorkingCalendar("AZ")
RULE = TermRule(name="statutory", length=Length(days=1), counting=Counting.working_days)


def after(timer: TimerWait) -> Case:
    term = Term.begin(RULE, MONDAY)
    case = a_case(term=term, deadline_at=term.deadline(CALENDAR), submitted_at=MONDAY)
    step = Step(state=InstanceState.active, snapshot=b"", variables={}, opened=[timer])
    return case_after(case, step, {}, {1: "j"}, at=MONDAY, calendar_of=lambda _: CALENDAR).case


def a_timer(duration: str | None, **properties: str) -> TimerWait:
    return TimerWait(wait=1, element_id="term-passed", due_at=MONDAY, duration=duration, properties=properties)


@pytest.mark.parametrize(
    ("timer", "day"),
    [
        pytest.param(a_timer("P1D", term="statutory", counting="working-days"), "2026-11-03", id="as-the-passport"),
        pytest.param(a_timer("P10D", term="statutory", counting="working-days"), "2026-11-18", id="longer"),
        pytest.param(a_timer("P3D", term="statutory", counting="calendar-days"), "2026-11-05", id="counted-otherwise"),
        pytest.param(a_timer("P3D", term="statutory"), "2026-11-05", id="counted-as-the-passport-does"),
        pytest.param(a_timer("P9D", term="review"), "2026-11-03", id="of-another-term"),
        pytest.param(a_timer("P9D"), "2026-11-03", id="of-no-term"),
        pytest.param(a_timer(None, term="statutory"), "2026-11-03", id="at-a-date"),
    ],
)
def test_the_deadline_follows_the_timer_that_carries_the_term(timer: TimerWait, day: str) -> None:
    found = after(timer)
    assert found.deadline_at is not None
    assert CALENDAR.local_day(found.deadline_at).isoformat() == day


def test_when_the_term_began_does_not_change() -> None:
    found = after(a_timer("P10D", term="statutory"))
    assert found.term is not None
    assert found.term.started_at == MONDAY
