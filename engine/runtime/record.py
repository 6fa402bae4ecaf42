"""Turns a kernel's step into rows, in one pass and one statement a table: waits, incidents, history, case, journal.

Nothing here decides what happens next: the kernel did. What the step means for the case is `record_case`'s, what rows
its waits become `record_waits`'s. The instance's own row knows which kind each open wait is of, so that closing one
asks only the table it stands in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from engine.bpmn.kernel.port import Activity, ActivityChange, InstanceState, Step
from engine.casework.case import Case
from engine.casework.job import JobState
from engine.casework.task import task_id_of
from engine.runtime.act import Act
from engine.runtime.closures import agency_calendar
from engine.runtime.record_case import CaseChange, case_after
from engine.runtime.record_waits import opened_rows, wait_kind
from engine.runtime.surroundings import World
from engine.store.records import InstanceRecord, Visit, VisitEnd, WaitKind

_ENDS = {ActivityChange.completed: "c", ActivityChange.cancelled: "x", ActivityChange.failed: "f"}


def record_step(
    act: Act,
    record: InstanceRecord,
    step: Step,
    world: World,
    *,
    done: int | None = None,
    is_first: bool = False,
    keep_variables: bool = False,
) -> None:
    """Write what a step did, and the instance with its new snapshot.

    `done` is the wait that the command itself finished: its row is the caller's. With `is_first` the instance, and the
    case behind it, are new. `keep_variables` leaves those of the row as they are.
    """
    _close_waits(act, record, step, done)
    for wait in step.opened:
        record.waits[wait.wait] = wait_kind(wait, record.case)
    for incident in step.incidents:
        record.waits[incident.wait] = WaitKind.incident.value
    _change_case(act, record, step, world, is_first=is_first)
    rows = opened_rows(act, record, step, world)
    record.state = str(step.state)
    record.snapshot = step.snapshot
    record.visits += step.visits
    if step.state is not InstanceState.active:
        record.ended_at = act.at
        act.journal(record.id, f"instance.{step.state}", record.id)
    act.work.journal.append(record, act.entries(record.id))
    if is_first:
        act.work.instances.add(record, step.variables)
    else:
        act.work.instances.save(record, None if keep_variables else step.variables)
    begun, ended = visits_of(step.activities, record.process_id, act.at)
    act.work.instances.add_visits(record.id, begun)
    act.work.instances.end_visits(record.id, ended)
    act.work.tasks.open_many(rows.tasks)
    act.opened_tasks.update((task.id, task) for task in rows.tasks)
    act.work.jobs.enqueue_many(rows.jobs)
    act.work.messages.await_messages(record.id, rows.messages)
    act.work.messages.await_signals(record.id, rows.signals)
    act.work.incidents.raise_many(rows.incidents)
    act.jobs_are_due |= any(job.due_at <= act.at and job.state is JobState.waiting for job in rows.jobs)


def visits_of(activities: Sequence[Activity], process_id: str, at: datetime) -> tuple[list[Visit], list[VisitEnd]]:
    """History as rows: visits that began in the step, with their ends if they ended too, and ends of earlier ones."""
    begun: dict[int, Visit] = {}
    ended: dict[int, VisitEnd] = {}
    for activity in activities:
        if activity.change is ActivityChange.taken:
            continue
        visit = activity.element_instance
        if activity.change is ActivityChange.entered:
            begun[visit] = Visit(
                visit=visit,
                element_id=activity.element_id,
                element_type=activity.element_type,
                scope=activity.scope_instance or None,
                process_id=activity.process_id if activity.process_id != process_id else None,
                entered_at=at,
                detail=activity.detail or None,
            )
        else:
            detail = activity.detail or None
            ended[visit] = VisitEnd(visit=visit, at=at, outcome=_ENDS[activity.change], detail=detail)
    whole = [_ended(visit, ended.pop(visit.visit, None)) for visit in begun.values()]
    return whole, list(ended.values())


def _ended(visit: Visit, end: VisitEnd | None) -> Visit:
    if end is None:
        return visit
    return Visit(
        visit=visit.visit,
        element_id=visit.element_id,
        element_type=visit.element_type,
        scope=visit.scope,
        process_id=visit.process_id,
        entered_at=visit.entered_at,
        ended_at=end.at,
        outcome=end.outcome,
        detail=end.detail or visit.detail,
    )


def _close_waits(act: Act, record: InstanceRecord, step: Step, done: int | None) -> None:
    closed: dict[str, list[int]] = {}
    for wait in step.closed:
        kind = record.waits.pop(wait, None)
        if kind is not None and wait != done:
            closed.setdefault(kind[0], []).append(wait)
    work = act.work
    work.tasks.cancel_many(record.id, closed.get(WaitKind.task, ()), act.at)
    for wait in closed.get(WaitKind.task, ()):
        act.opened_tasks.pop(task_id_of(record.id, wait), None)
    work.jobs.close_many(record.id, closed.get(WaitKind.job, ()), JobState.cancelled)
    work.messages.close_messages(record.id, closed.get(WaitKind.message, ()))
    work.messages.close_signals(record.id, closed.get(WaitKind.signal, ()))
    gone = [*closed.get(WaitKind.incident, ()), *closed.get(WaitKind.job, ())]
    work.incidents.resolve_waits(record.id, gone, act.by.account, act.at)


def _change_case(act: Act, record: InstanceRecord, step: Step, world: World, *, is_first: bool) -> None:
    """Bring the case behind the instance along, and its timers with its clock."""
    before = record.case
    if before is None:
        return
    change = case_after(
        before,
        step,
        world.marks,
        record.waits,
        at=act.at,
        calendar_of=lambda agency: agency_calendar(act.runtime, act.work, agency),
        is_first=is_first,
    )
    record.case = case = change.case
    if is_first:
        act.work.cases.add(case)
    elif case != before:
        act.work.cases.save(case)
    reached = dict(change.milestones)
    act.work.cases.reach(case.id, [(visit, milestone, act.at) for visit, milestone in reached.items()])
    if case.term is not None and not is_first:
        if change.clock_was_stopped:
            act.work.jobs.suspend_term(record.id, case.term.name)
        elif change.clock_was_resumed and case.deadline_at is not None:
            act.work.jobs.resume_term(record.id, case.term.name, case.deadline_at)
    _note_case(act, record.id, before, change)


def _note_case(act: Act, chain: str, before: Case, change: CaseChange) -> None:
    case = change.case
    if case.state is not before.state:
        act.journal(chain, "case.status", case.id, state=str(case.state), was=str(before.state))
    for _, milestone in change.milestones:
        act.journal(chain, "case.milestone", case.id, milestone=milestone)
    if change.clock_was_stopped:
        act.journal(chain, "clock.stopped", case.id)
    if change.clock_was_resumed:
        deadline = case.deadline_at.isoformat() if case.deadline_at else None
        act.journal(chain, "clock.resumed", case.id, deadline=deadline)
    if change.outcome is not None:
        act.journal(chain, "case.decided", case.id, outcome=str(change.outcome))
    elif change.was_closed:
        act.journal(chain, "case.closed", case.id, state=str(case.state))
