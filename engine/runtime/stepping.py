"""One locked instance, one command: step a copy, record what happened, hand over messages that were waiting for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from engine.bpmn.kernel.port import Command, DeliverMessage, MessageWait, Step
from engine.casework.case import Case
from engine.errors import Refused
from engine.identity import new_key
from engine.runtime.act import Act
from engine.runtime.record import record_step
from engine.runtime.surroundings import World
from engine.store.records import InstanceRecord, WaitKind

_MOST_BUFFERED: Final = 50
"""Messages handed over in one transaction; the rest come with the worker's next round."""


class InstanceEnded(Refused):
    """The instance has ended: nothing can happen to it any more."""

    code = "instance-ended"

    def __init__(self, record: InstanceRecord) -> None:
        super().__init__(
            f"Expected instance {record.id} to be active, but it is {record.state}.",
            remedy="Read its history; what it led to stands there.",
            state=record.state,
        )


def advance(act: Act, record: InstanceRecord, command: Command, *, done: int | None = None) -> Step:
    """Apply a command to a locked instance and record all that follows.

    `done` is the wait the command finishes, whose own row the caller writes. Raises InstanceEnded, NotWaiting,
    SnapshotUnreadable, and what recording raises.
    """
    if not record.is_active or record.snapshot is None:
        raise InstanceEnded(record)
    act.instance_id = record.id
    world = World.of(act, record.definition_id)
    step = act.runtime.kernel.step(world.compiled, record.snapshot, command, world.surroundings())
    record_step(act, record, step, world, done=done)
    _hand_over(act, record, step)
    return step


def begin(
    act: Act,
    definition_id: str,
    variables: Mapping[str, Any],
    *,
    case: Case | None = None,
    instance_id: str | None = None,
    start_element_id: str | None = None,
) -> InstanceRecord:
    """Start an instance of a definition, with the case behind it where there is one."""
    world = World.of(act, definition_id)
    record = InstanceRecord(
        id=instance_id or new_key(),
        definition_id=definition_id,
        process_id=world.definition.key,
        state="active",
        version=1,
        snapshot=None,
        started_at=act.at,
        case_id=case.id if case else None,
        case=case,
    )
    act.work.instances.give_key(record)
    act.journal(record.id, "instance.started", record.id, definition=definition_id)
    step = act.runtime.kernel.start(world.compiled, variables, world.surroundings(), start_element_id)
    record_step(act, record, step, world, is_first=True)
    _hand_over(act, record, step)
    return record


def save_noted(act: Act, record: InstanceRecord) -> None:
    """Save an instance that was not stepped, with what was noted in its journal."""
    act.work.journal.append(record, act.entries(record.id))
    act.work.instances.save(record)


def _hand_over(act: Act, record: InstanceRecord, step: Step) -> None:
    """Give an instance the messages that were published before it waited for them."""
    opened = deque(wait for wait in step.opened if isinstance(wait, MessageWait))
    for _ in range(_MOST_BUFFERED):
        if not opened:
            return
        wait = opened.popleft()
        if record.snapshot is None or record.waits.get(wait.wait) != WaitKind.message:
            continue
        message = act.work.messages.take_buffered(wait.name, wait.correlation_key, act.at)
        if message is None:
            continue
        world = World.of(act, record.definition_id)
        command = DeliverMessage(wait=wait.wait, variables=message.variables)
        act.journal(record.id, "message.correlated", wait.element_id, message=wait.name)
        further = act.runtime.kernel.step(world.compiled, record.snapshot, command, world.surroundings())
        record_step(act, record, further, world)
        opened.extend(one for one in further.opened if isinstance(one, MessageWait))
