"""What a step means for the case behind the instance: milestone, clock, decision, whose turn it is. Pure.

The clock stands still while a task or message marked `stopsClock` is waited for, and runs again when the last of them
is closed; the deadline then moves by the counted days of the stop (`engine.casework.term`). The case awaits the
applicant while a task of her own is open. Entering an element marked `outcome` decides the case with what variable
`decision` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from engine.bpmn.kernel.port import ActivityChange, InstanceState, Step, TaskWait, TimerWait
from engine.calendar import Counting, Length, WorkingCalendar
from engine.casework.case import Case, CaseState
from engine.casework.decision import Decision, Outcome
from engine.feel.plain import to_json
from engine.runtime.marks import COUNTING, STOPS_CLOCK, TERM, Marks
from engine.store.records import WaitKind

CalendarOf: TypeAlias = Callable[[str], WorkingCalendar]
"""The working days of an agency; asked only when a term is reckoned."""
OF_APPLICANT = "a"
STOPS = "s"
"""Marks behind the kind of a task's wait: the applicant's own, and one that lets the clock stand still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """The case after a step, and what happened on the way."""

    case: Case
    milestones: tuple[tuple[int, str], ...] = ()
    """Visits of elements, and the milestones they reached."""
    clock_was_stopped: bool = False
    clock_was_resumed: bool = False
    outcome: Outcome | None = None
    """How the case was decided in this step."""
    was_closed: bool = False
    """Whether it ended in this step, decided or not."""


def case_after(
    case: Case,
    step: Step,
    marks: Mapping[str, Marks],
    waits: Mapping[int, str],
    *,
    at: datetime,
    calendar_of: CalendarOf,
    is_first: bool = False,
) -> CaseChange:
    """The case after a step.

    `marks` are those of the processes the step went through, by process id; `waits` all that is open after it.

    Raises ReasonsMissing when a negative outcome has no reasons.
    """
    milestones, outcome = _passed(step, marks)
    for _, milestone in milestones:
        case = case.reached(milestone)
    if not case.is_open:
        return CaseChange(case=case, milestones=milestones)
    before = case
    case = _as_timed(case, step, calendar_of, at)
    case = _after_tasks(case, waits, at=at, calendar_of=calendar_of, is_first=is_first)
    if outcome is not None:
        case = case.decided(Decision.of(outcome, to_json(step.variables.get("decision")), at))
    elif step.state is not InstanceState.active:
        case = case.cancelled(at)
    return CaseChange(
        case=case,
        milestones=milestones,
        clock_was_stopped=_is_stopped(case) and not _is_stopped(before),
        clock_was_resumed=_is_stopped(before) and not _is_stopped(case),
        outcome=outcome,
        was_closed=not case.is_open,
    )


def stops_clock(properties: Mapping[str, str]) -> bool:
    """Whether a task lets the clock stand still."""
    return properties.get(STOPS_CLOCK) == "true"


def _passed(step: Step, marks: Mapping[str, Marks]) -> tuple[tuple[tuple[int, str], ...], Outcome | None]:
    """The milestones reached, and the first outcome met."""
    milestones: list[tuple[int, str]] = []
    outcome: Outcome | None = None
    for activity in step.activities:
        said = marks.get(activity.process_id)
        if said is None or activity.change is not ActivityChange.entered:
            continue
        if activity.element_id in said.milestones:
            milestones.append((activity.element_instance, said.milestones[activity.element_id]))
        if outcome is None:
            outcome = said.outcomes.get(activity.element_id)
    return tuple(milestones), outcome


def _as_timed(case: Case, step: Step, calendar_of: CalendarOf, at: datetime) -> Case:
    """The case with the length of its term as the model's timer gives it.

    A term may depend on what is asked for (a renewal one day, an exchange ten): the passport says the usual length, the
    timer marked with the term the one of this case. When it began and stood still does not change.
    """
    for wait in step.opened:
        if not isinstance(wait, TimerWait) or wait.duration is None or case.term is None:
            continue
        if wait.properties.get(TERM) != case.term.name:
            continue
        counting = Counting(wait.properties.get(COUNTING, case.term.counting))
        term = replace(case.term, length=Length.parse(wait.duration), counting=counting)
        if term != case.term:
            case = case.with_term(term, calendar_of(case.agency), at)
    return case


def _after_tasks(
    case: Case, waits: Mapping[int, str], *, at: datetime, calendar_of: CalendarOf, is_first: bool
) -> Case:
    tasks = [kind[1:] for kind in waits.values() if kind[0] == WaitKind.task]
    if any(OF_APPLICANT in marked for marked in tasks):
        case = case.moved_to(CaseState.awaiting_applicant)
    elif not is_first:
        case = case.moved_to(CaseState.in_progress)
    stopping = any(STOPS in kind[1:] for kind in waits.values())
    if case.term is not None and stopping is not _is_stopped(case):
        term = case.term.stop(at) if stopping else case.term.resume(at)
        case = case.with_term(term, calendar_of(case.agency), at)
    return case


def task_kind(wait: TaskWait, case: Case | None) -> str:
    """How a task stands among the open waits of its instance."""
    marked = WaitKind.task.value
    if case is not None and is_of_applicant(wait, case):
        marked += OF_APPLICANT
    return marked + STOPS if stops_clock(wait.properties) else marked


def is_of_applicant(wait: TaskWait, case: Case) -> bool:
    """Whether a task is the applicant's own."""
    return not wait.candidate_groups and wait.assignee == case.applicant


def _is_stopped(case: Case) -> bool:
    return case.term is not None and case.term.clock_is_stopped
