"""A message comes: the one instance that waits for its name and key takes it, or a process starts, or it is kept.

A message is delivered once. With two instances waiting it is refused, for nobody could say which is meant; with none it
starts the process whose start event has its name; else it is kept for its time to live, and taken by the first that
waits for it. A message without a time to live that nobody waits for is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from engine.bpmn.kernel.port import DeliverMessage
from engine.casework.actor import SYSTEM, Actor
from engine.casework.payment import PAYMENT_RESULT
from engine.casework.policy import Action, permit
from engine.errors import Invalid, Place, Refused, Unavailable
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.stepping import advance, begin
from engine.runtime.variables import check_variables
from engine.runtime.wiring import Runtime
from engine.store.records import BufferedMessageRecord, WaitKind

_LONGEST_TEXT: Final = 255
_TRIES: Final = 3
_REPEATS_REFUSED: Final = timedelta(days=1)
"""For so long at least the same `message_id` is refused."""


class MessageOutcome(StrEnum):
    """What became of a message."""

    correlated = "correlated"
    started = "started"
    buffered = "buffered"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedMessage:
    """A message and what became of it."""

    outcome: MessageOutcome
    instance_id: str | None = None
    """Who took it."""


class NoReceiver(Refused):
    """Nobody waits for the message, and it has no time to live."""

    code = "no-receiver"


class AmbiguousMessage(Refused):
    """Several instances wait for the same name and key."""

    code = "ambiguous-message"


class MessageReserved(Refused):
    """Only Onewindow itself sends messages of this name: they tell of money."""

    code = "message-reserved"


class MessageRepeated(Refused):
    """A message with this id came before."""

    code = "message-repeated"


def publish_message(
    runtime: Runtime,
    name: str,
    correlation_key: str,
    variables: Mapping[str, Any],
    *,
    by: Actor,
    ttl_seconds: int = 0,
    message_id: str | None = None,
) -> PublishedMessage:
    """Publish a message.

    Raises NoReceiver, AmbiguousMessage, MessageRepeated, MessageReserved, BadVariables, Invalid, DutyMissing.
    """
    check_variables(variables)
    longest = int(runtime.limits.longest_message_life.total_seconds())
    _check_texts(name, correlation_key, message_id or "-", ttl_seconds, longest)

    def change(act: Act) -> PublishedMessage:
        permit(by, Action.publish_message)
        if name == PAYMENT_RESULT and by.account != SYSTEM.account:
            raise MessageReserved(
                f"The message {name} tells that money came; nobody else may say so.",
                remedy="Ask the provider: reconcile its daily file, or retry the incident of the payment.",
            )
        if message_id is not None and act.work.messages.was_published(name, correlation_key, message_id):
            raise MessageRepeated(
                f"A message {name!r:.80} with this id came before.",
                remedy="Nothing more to do; use a new id for a new message.",
            )
        life = timedelta(seconds=ttl_seconds)
        return correlate(act, name, correlation_key, variables, life=life, message_id=message_id)

    return transact(runtime, by, change)


def correlate(
    act: Act,
    name: str,
    correlation_key: str,
    variables: Mapping[str, Any],
    *,
    life: timedelta,
    message_id: str | None = None,
) -> PublishedMessage:
    """Bring a message to its receiver, within a transaction. Raises NoReceiver, AmbiguousMessage."""
    taken = _deliver(act, name, correlation_key, variables)
    if taken is None:
        if not life:
            raise NoReceiver(
                f"Nobody waits for the message {name!r:.80} with this key.",
                remedy="Check name and key, or give the message a time to live.",
            )
        act.work.messages.buffer(_kept(act, name, correlation_key, variables, life, message_id))
        return PublishedMessage(outcome=MessageOutcome.buffered)
    if message_id is not None:
        spent = _kept(act, name, correlation_key, {}, max(life, _REPEATS_REFUSED), message_id)
        act.work.messages.buffer(spent, is_taken=True)
    return taken


def _deliver(act: Act, name: str, correlation_key: str, variables: Mapping[str, Any]) -> PublishedMessage | None:
    for _ in range(_TRIES):
        waiting = act.work.messages.waiting(name, correlation_key, at_most=20)
        if len({instance_id for instance_id, _ in waiting}) > 1:
            raise AmbiguousMessage(
                f"Several instances wait for the message {name!r:.80} with this key.",
                remedy="Choose correlation keys that belong to one case, such as its number.",
            )
        if not waiting:
            return _start(act, name, variables)
        instance_id, wait = waiting[0]
        record = act.work.instances.lock(instance_id)
        if record.waits.get(wait, "")[:1] == WaitKind.message:
            act.journal(instance_id, "message.correlated", instance_id, message=name)
            advance(act, record, DeliverMessage(wait=wait, variables=variables))
            return PublishedMessage(outcome=MessageOutcome.correlated, instance_id=instance_id)
        # It was taken between the search and the lock: search again.
    raise Unavailable(f"The receivers of message {name!r:.80} change too fast.", retry_after_seconds=1)


def _start(act: Act, name: str, variables: Mapping[str, Any]) -> PublishedMessage | None:
    starts = act.work.deployments.starts("message", name)
    if not starts:
        return None
    record = begin(act, starts[0].definition_id, variables, start_element_id=starts[0].element_id)
    return PublishedMessage(outcome=MessageOutcome.started, instance_id=record.id)


def _kept(
    act: Act, name: str, correlation_key: str, variables: Mapping[str, Any], life: timedelta, message_id: str | None
) -> BufferedMessageRecord:
    return BufferedMessageRecord(
        id=new_key(),
        name=name,
        correlation_key=correlation_key,
        message_id=message_id,
        variables=variables,
        expires_at=act.at + life,
        created_at=act.at,
    )


def _check_texts(name: str, correlation_key: str, message_id: str, ttl_seconds: int, longest: int) -> None:
    told = {"/name": name, "/message_id": message_id}
    places = [
        Place(at, f"Expected a text of 1 to {_LONGEST_TEXT} characters.", "wrong-length")
        for at, text in told.items()
        if not 0 < len(text) <= _LONGEST_TEXT
    ]
    if len(correlation_key) > _LONGEST_TEXT:
        places.append(Place("/correlation_key", f"Expected at most {_LONGEST_TEXT} characters.", "wrong-length"))
    if not 0 <= ttl_seconds <= longest:
        places.append(Place("/ttl_seconds", f"Expected 0 to {longest} seconds.", "out-of-range"))
    if places:
        raise Invalid("The message cannot be taken.", places=places, remedy="Correct the places named.")
