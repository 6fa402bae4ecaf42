"""Records of closed cases that are due: planned, archived, erased. The worker does it, again and again; so may people.

Each case is looked at in a transaction of its own, under its lock, and what is due is reckoned there anew by the
passport as it is now: two workers, a kill and a changed law do no harm. A case at which something is still at work is
put off for a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engine.casework.actor import SYSTEM
from engine.casework.case import Case
from engine.casework.retention import RecordState, Retention, RetentionAct, RetentionPlan
from engine.errors import NotFound, OnewindowError, Unavailable
from engine.files.storage import StorageAway, StorageFull
from engine.runtime.act import Act, transact
from engine.runtime.archive_case import archive_case
from engine.runtime.definitions import SERVICE
from engine.runtime.erase_case import erase_case
from engine.runtime.erased_content import forget_content
from engine.runtime.wiring import Runtime
from engine.store.unit_of_work import UnitOfWork

_MOST: Final = 200
_PUT_OFF: Final = timedelta(days=1)
_SOON: Final = timedelta(hours=1)
PLANNED: Final = "planned"
ARCHIVED: Final = "archived"
ERASED: Final = "erased"
PUT_OFF: Final = "put-off"
CONTENT: Final = "content"
_WAITS: Final = "waits"


def retain(runtime: Runtime, most: int = _MOST) -> Mapping[str, int]:
    """Do what is due, for at most so many cases; gives how many were planned, archived, erased and put off.

    `content` counts what the storage of files forgot. Raises Unavailable, but for the storage: what it could not take
    or forget is left for the next time.
    """
    with runtime.database.work() as work:
        due = work.records.due(runtime.clock.now(), most)
    done: Counter[str] = Counter()
    for instance_id in due:
        try:
            done.update(_until_nothing_is_due(runtime, instance_id))
        except (StorageAway, StorageFull):
            done.update(_put_off(runtime, instance_id))
        except Unavailable:
            raise
        except OnewindowError:
            # Such as a passport that this version cannot read: the others are not to wait behind it.
            done.update(_put_off(runtime, instance_id))
    done[CONTENT] += forget_content(runtime)
    return {what: number for what, number in done.items() if number}


def retention_of(runtime: Runtime, work: UnitOfWork, service_key: str) -> Retention | None:
    """What the newest passport of a service says of its records, or the operator where it says nothing."""
    try:
        record = work.deployments.find(SERVICE, service_key)
    except NotFound:
        return runtime.retention
    return runtime.definitions.passport(work, record).retention or runtime.retention


def plan_of(runtime: Runtime, work: UnitOfWork, case: Case) -> RetentionPlan:
    """When the record of a closed case is archived and erased, as things are now."""
    assert case.closed_at is not None
    retention = retention_of(runtime, work, case.service_key)
    rule = None if retention is None else retention.rule_for(case.end)
    return RetentionPlan.of(rule, case.closed_at, ZoneInfo(runtime.calendar.timezone))


def _until_nothing_is_due(runtime: Runtime, instance_id: str) -> Counter[str]:
    """A case may be due twice at once, when nobody looked for long; archiving writes its package between."""
    done: Counter[str] = Counter()
    while True:
        what = transact(runtime, SYSTEM, lambda act: _look(act, instance_id))
        if what == _WAITS:
            what = ARCHIVED if archive_case(runtime, instance_id) else PUT_OFF
        done[what] += 1
        if what != ARCHIVED:
            return done


def _look(act: Act, instance_id: str) -> str:
    """Plan the case, and erase it where that is due; `waits` when it is to be archived."""
    record = act.work.instances.lock(instance_id)
    case, records = record.case, act.work.records
    if case is None or case.closed_at is None or case.retain_at is None or case.retain_at > act.at:
        return PLANNED
    plan, is_held = plan_of(act.runtime, act.work, case), records.is_held(case.id)
    due = plan.due(case.record, act.at, is_held=is_held)
    if due is None:
        records.plan(case, plan, plan.next_look(case.record, act.at, is_held=is_held))
        return PLANNED
    if record.is_active or records.is_at_work(case):
        records.plan(case, plan, act.at + _PUT_OFF)
        return PUT_OFF
    records.plan(case, plan, act.at)
    if due is RetentionAct.erase:
        erase_case(act, record, case, plan)
        return ERASED
    assert case.record is RecordState.live
    return _WAITS


def _put_off(runtime: Runtime, instance_id: str) -> list[str]:
    """Look at it again in an hour: others are not to wait behind it."""

    def change(act: Act) -> None:
        case = act.work.instances.lock(instance_id).case
        if case is not None:
            act.work.records.look_at(case, act.at + _SOON)

    transact(runtime, SYSTEM, change)
    return [PUT_OFF]
