"""What a step means for its case: pure, from values to values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.bpmn.kernel.port import Activity, ActivityChange, InstanceState, Step
from engine.calendar import Counting, Length, WorkingCalendar
from engine.casework.case import Case, CaseState
from engine.casework.decision import Outcome, ReasonsMissing
from engine.casework.term import Term, TermRule
from engine.identity import CaseNumber, new_key
from engine.runtime.marks import Marks
from engine.runtime.record_case import CaseChange, case_after

MONDAY = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
CALENDAR = WorkingCalendar("AZ")
RULE = TermRule(name="statutory", length=Length(days=10), counting=Counting.calendar_days)
MARKS = {
    "permit": Marks(milestones={"check": "checked"}, outcomes={"granted": Outcome.granted, "refused": Outcome.refused})
}


def a_running_case(**said: Any) -> Case:
    """A case whose clock runs since Monday."""
    term = Term.begin(RULE, MONDAY)
    return Case(
        **{
            "id": new_key(),
            "number": CaseNumber("AZ", 2026, 1),
            "service_key": "permit",
            "agency": "city",
            "applicant": new_key(),
            "instance_id": new_key(),
            "state": CaseState.in_progress,
            "submitted_at": MONDAY,
            "term": term,
            "deadline_at": term.deadline(CALENDAR),
            **said,
        }
    )


def a_step(*entered: str, state: InstanceState = InstanceState.active, **variables: Any) -> Step:
    """A step that entered some elements of `permit`."""
    activities = [
        Activity(
            change=ActivityChange.entered,
            element_id=element,
            element_type="UserTask",
            element_instance=number,
            process_id="permit",
        )
        for number, element in enumerate(entered, start=1)
    ]
    return Step(state=state, snapshot=b"", variables=variables, activities=activities)


def after(case: Case, step: Step, *waits: str, at: datetime = MONDAY, is_first: bool = False) -> CaseChange:
    """The case after a step that left these waits open."""
    open_waits = dict(enumerate(waits, start=1))
    return case_after(case, step, MARKS, open_waits, at=at, calendar_of=lambda _: CALENDAR, is_first=is_first)


def test_entering_a_marked_element_reaches_its_milestone() -> None:
    change = after(a_running_case(), a_step("start", "check"), "t")
    assert change.case.milestone == "checked"
    assert change.milestones == ((2, "checked"),)


def test_an_element_of_another_process_with_the_same_id_means_nothing() -> None:
    step = a_step("check")
    elsewhere = Activity(
        change=ActivityChange.entered, element_id="check", element_type="UserTask", element_instance=1, process_id="x"
    )
    change = after(a_running_case(), Step(state=step.state, snapshot=b"", variables={}, activities=[elsewhere]), "t")
    assert change.case.milestone is None


def test_a_case_is_submitted_until_its_first_step_is_followed_by_another() -> None:
    case = a_running_case(state=CaseState.submitted)
    assert after(case, a_step(), "j", is_first=True).case.state is CaseState.submitted
    assert after(case, a_step(), "t").case.state is CaseState.in_progress


@pytest.mark.parametrize(
    ("waits", "state", "is_stopped"),
    [
        (("t",), CaseState.in_progress, False),
        (("ta",), CaseState.awaiting_applicant, False),
        (("tas",), CaseState.awaiting_applicant, True),
        (("ts",), CaseState.in_progress, True),
        (("t", "tas"), CaseState.awaiting_applicant, True),
        (("j", "m", "s", "i"), CaseState.in_progress, False),
    ],
    ids=lambda said: "-".join(said) if isinstance(said, tuple) else "",
)
def test_open_tasks_say_whose_turn_it_is_and_whether_the_clock_runs(
    waits: tuple[str, ...], state: CaseState, is_stopped: bool
) -> None:
    change = after(a_running_case(), a_step(), *waits)
    assert change.case.state is state
    assert change.case.term is not None
    assert change.case.term.clock_is_stopped is is_stopped
    assert (change.case.deadline_at is None) is is_stopped
    assert change.clock_was_stopped is is_stopped


def test_the_clock_runs_again_when_the_last_task_that_stops_it_is_closed() -> None:
    case = a_running_case()
    both = after(case, a_step(), "tas", "ts").case
    one = after(both, a_step(), "ts", at=MONDAY + timedelta(days=1))
    assert (one.case.deadline_at, one.clock_was_resumed) == (None, False)
    none = after(one.case, a_step(), "t", at=MONDAY + timedelta(days=3))
    assert none.clock_was_resumed
    assert none.case.deadline_at is not None
    assert case.deadline_at is not None
    assert none.case.deadline_at - case.deadline_at >= timedelta(days=3)


def test_entering_an_outcome_decides_the_case() -> None:
    change = after(a_running_case(), a_step("granted", decision={"text": "Yes."}))
    assert change.case.state is CaseState.decided
    assert change.outcome is Outcome.granted
    assert change.case.decision is not None
    assert change.case.decision.text == "Yes."
    assert change.was_closed


def test_a_refusal_needs_reasons() -> None:
    with pytest.raises(ReasonsMissing):
        after(a_running_case(), a_step("refused", decision={"text": "No."}))


def test_an_instance_that_ends_without_an_outcome_closes_its_case() -> None:
    change = after(a_running_case(), a_step(state=InstanceState.completed))
    assert change.case.state is CaseState.cancelled
    assert change.outcome is None


def test_a_decided_case_is_decided_for_good() -> None:
    decided = after(a_running_case(), a_step("granted")).case
    later = after(decided, a_step("check", "refused", decision={"reasons": ["x"]}), "ta")
    assert later.case.state is CaseState.decided
    assert later.case.decision == decided.decision
    assert later.case.milestone == "checked"
