"""Statutory terms that somebody must look at: people are reminded, delays are told, moved days are reckoned anew.

Only the worker calls this, again and again. Each case is looked at in a transaction of its own, under its lock; what a
look finds it also sets right, so that two workers and repeated looks do no harm.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engine.casework.actor import SYSTEM
from engine.casework.case import Case
from engine.casework.term_notice import NEAR, PASSED
from engine.runtime.act import Act, transact
from engine.runtime.closures import agency_calendar
from engine.runtime.tell_officials import tell_officials
from engine.runtime.wiring import Runtime
from engine.store.records import InstanceRecord

_MOST: Final = 200
SOON_PRIORITY: Final = 80
"""Tasks of a case whose term ends soon have at least this priority."""
LATE_PRIORITY: Final = 100
"""Those of a case whose term has passed: they stand first in every queue that is sorted by it."""


def watch_terms(runtime: Runtime, most: int = _MOST) -> int:
    """Look at the terms that are due for a look; gives how many. Raises Unavailable."""
    now = runtime.clock.now()
    with runtime.database.work() as work:
        instances = work.closures.to_look_at(now, most)
    for instance in instances:
        _look(runtime, instance)
    return len(instances)


def _look(runtime: Runtime, instance_id: str) -> None:
    def change(act: Act) -> None:
        record = act.work.instances.lock(instance_id)
        case = record.case
        if case is None or case.term is None or case.look_at is None or case.look_at > act.at:
            return
        calendar = agency_calendar(runtime, act.work, case.agency)
        due = case.term.deadline(calendar)
        after = case.with_term(case.term, calendar, act.at)
        if due is not None and due != case.deadline_at:
            act.work.jobs.move_term(record.id, case.term.name, due)
            act.journal(record.id, "deadline.moved", case.id, deadline=due.isoformat())
        if due is not None:
            reminder = case.term.reminder_at(calendar, due)
            _tell(act, record, case, due=due, is_soon=reminder is not None and reminder <= act.at)
        act.work.cases.save(after)
        record.case = after
        act.work.journal.append(record, act.entries(record.id))
        act.work.instances.save(record)

    transact(runtime, SYSTEM, change)


def _tell(act: Act, record: InstanceRecord, case: Case, *, due: datetime, is_soon: bool) -> None:
    if due <= act.at:
        act.journal(record.id, "deadline.passed", case.id, deadline=due.isoformat())
        act.work.tasks.hurry(record.id, LATE_PRIORITY)
        tell_officials(act, case, PASSED, due)
    elif is_soon:
        act.journal(record.id, "deadline.near", case.id, deadline=due.isoformat())
        act.work.tasks.hurry(record.id, SOON_PRIORITY)
        tell_officials(act, case, NEAR, due)
