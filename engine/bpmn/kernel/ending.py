"""How tokens end before their time: cancelled by an event around them, by a terminate end event, or with the instance.

Without recursion: sub-processes may nest as deep as they like.
"""

from __future__ import annotations

from SpiffWorkflow import TaskState

from engine.bpmn.kernel.instance import Instance
from engine.bpmn.kernel.port import ActivityChange
from engine.bpmn.kernel.token import Token


def cancel(instance: Instance, token: Token) -> None:
    """End a token and all it owns, the innermost first. Its owner is not told: the caller knows what comes instead."""
    order = [token]
    for here in order:
        order.extend(instance.tasks[member] for member in here.members)
    for here in reversed(order):
        _cancel_one(instance, here)


def cancel_members(instance: Instance, owner: Token, *, but: Token | None = None) -> None:
    """Cancel all tokens an owner has, but one."""
    for number in list(owner.members):
        if but is None or number != but.id:
            cancel(instance, instance.tasks[number])


def close_scope(instance: Instance, owner: Token) -> None:
    """Cancel what is left of a scope, and let its owner be left: a terminate end event (BPMN 2.0.2, 13.5.6)."""
    cancel_members(instance, owner)
    leave_soon(instance, owner)


def leave_soon(instance: Instance, owner: Token) -> None:
    """Queue an owner whose members are done, to be left."""
    instance.queue.append((owner.id, True))


def consume(instance: Instance, token: Token) -> None:
    """A token that stood before a join goes up in the one that goes on."""
    token._set_state(TaskState.COMPLETED)
    instance.clear_incident(token)
    instance.remove(token)


def _cancel_one(instance: Instance, token: Token) -> None:
    instance.close_waits_of(token)
    instance.clear_incident(token)
    if token.entered and not token.told:
        instance.record(ActivityChange.cancelled, token)
    token.cancel()
    owner = instance.tasks[token.owner]
    arrived = owner.arrivals.get(token.task_spec.element_id)
    if arrived is not None and token.id in arrived:
        arrived.remove(token.id)
        if not arrived:
            del owner.arrivals[token.task_spec.element_id]
    if token.owner != token.id:
        instance.remove(token)
