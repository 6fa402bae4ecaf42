"""An operator ends an instance that should not go on, and the case behind it."""

from __future__ import annotations

from engine.bpmn.kernel.port import Cancel, InstanceState, SnapshotUnreadable, Step
from engine.casework.actor import Actor
from engine.casework.policy import Action, permit
from engine.errors import Invalid, Place
from engine.runtime.act import Act, transact
from engine.runtime.record import record_step
from engine.runtime.stepping import InstanceEnded, advance
from engine.runtime.surroundings import World
from engine.runtime.wiring import Runtime
from engine.store.records import InstanceRecord

_LONGEST_REASON = 1_000


def cancel_instance(runtime: Runtime, instance_id: str, reason: str, *, by: Actor) -> None:
    """End an instance: its tasks, jobs and waits are closed. Raises NotFound, InstanceEnded, DutyMissing, Invalid.

    An instance whose snapshot cannot be read is ended too.
    """
    if not 0 < len(reason.strip()) <= _LONGEST_REASON:
        raise Invalid(
            "Ending an instance needs a reason.",
            places=[Place("/reason", f"Expected 1 to {_LONGEST_REASON} characters.", "wrong-length")],
            remedy="Write why; it stands in the journal.",
        )

    def change(act: Act) -> None:
        permit(by, Action.cancel_instance)
        record = act.work.instances.lock(instance_id)
        if not record.is_active:
            raise InstanceEnded(record)
        act.journal(instance_id, "instance.cancel", instance_id, reason=reason.strip())
        try:
            advance(act, record, Cancel())
        except SnapshotUnreadable:
            _end_damaged(act, record)

    transact(runtime, by, change)


def _end_damaged(act: Act, record: InstanceRecord) -> None:
    """Close by the rows alone what the kernel cannot load."""
    step = Step(state=InstanceState.cancelled, snapshot=None, variables={}, closed=tuple(record.waits))
    record_step(act, record, step, World.of(act, record.definition_id), keep_variables=True)
