"""A supervisor holds the record of a case, so that it is not erased, and releases it; both with a reason.

The journal says who and when; the reason stands with the hold alone, for it may tell of a person.
"""

from __future__ import annotations

from engine.casework.actor import Actor
from engine.casework.case import Case
from engine.casework.hold import Hold, required_reason
from engine.casework.policy import Action, permit
from engine.casework.retention import RecordErased, RecordState
from engine.errors import NotFound
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime
from engine.store.records import InstanceRecord


def place_hold(runtime: Runtime, case_id: str, reason: str, *, by: Actor) -> Hold:
    """Keep the record of a case. Raises NotFound (also for who does not oversee the agency), RecordErased, Invalid."""

    def change(act: Act) -> Hold:
        record, case = _lock(act, case_id, by)
        hold = Hold(
            id=new_key(),
            case_id=case.id,
            reason=required_reason(reason),
            placed_by=by.account,
            placed_at=act.at,
        )
        act.work.records.add_hold(hold)
        _note(act, record, "hold.placed", hold)
        return hold

    return transact(runtime, by, change)


def release_hold(runtime: Runtime, case_id: str, hold_id: str, reason: str, *, by: Actor) -> Hold:
    """Take a hold back: with the last one gone, the schedule goes on.

    Raises NotFound (also for who does not oversee the agency), HoldReleased, RecordErased, Invalid.
    """

    def change(act: Act) -> Hold:
        record, case = _lock(act, case_id, by)
        hold = act.work.records.hold(case.id, hold_id).released(by.account, act.at, reason)
        act.work.records.release(hold)
        if case.closed_at is not None:
            act.work.records.look_at(case, act.at)
        _note(act, record, "hold.released", hold)
        return hold

    return transact(runtime, by, change)


def _lock(act: Act, case_id: str, by: Actor) -> tuple[InstanceRecord, Case]:
    record = act.work.instances.lock(act.work.cases.instance_of(case_id))
    case = record.case
    if case is None:
        raise NotFound.of("application", case_id)
    permit(by, Action.keep_record, case.thing)
    if case.record is RecordState.erased:
        raise RecordErased(str(case.number))
    return record, case


def _note(act: Act, record: InstanceRecord, action: str, hold: Hold) -> None:
    act.journal(record.id, action, hold.id)
    act.work.journal.append(record, act.entries(record.id))
    act.work.instances.save(record)
