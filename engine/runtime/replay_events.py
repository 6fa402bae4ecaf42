"""Events are told once more: one of them, all from an event or a moment on, or one made to try a subscription with.

What is told again comes under its first id, and in its place: before everything that happened later.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from engine.casework.actor import Actor
from engine.casework.event import Event
from engine.casework.event_kinds import TEST
from engine.casework.webhook import Delivery, DeliveryState, Subscription, SubscriptionState
from engine.errors import Invalid, Place, Refused
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.subscribe import NobodyTold
from engine.runtime.tell_subscribers import CHAIN
from engine.runtime.wiring import Runtime

MOST_REPLAYED: Final = 10_000
_AT_ONCE: Final = 1_000


class ReplayTooLarge(Refused):
    """More events are asked for than are told again at once."""

    code = "replay-too-large"

    def __init__(self) -> None:
        super().__init__(
            f"More than {MOST_REPLAYED} events would be told again.",
            remedy="Give `until` as well, and replay in parts.",
        )


def replay(
    runtime: Runtime,
    subscription_id: str,
    *,
    by: Actor,
    since: datetime | None = None,
    from_event: str | None = None,
    until: datetime | None = None,
) -> int:
    """Tell again what a subscriber wants, from an event (inclusive) or a moment on; gives how many events.

    Also events of before the subscription, as far as they were kept. Raises NotFound, Invalid, ReplayTooLarge.
    """
    if (since is None) is (from_event is None):
        raise Invalid(
            "Expected a moment or an event to begin with, and not both.",
            places=[Place("/since", "Expected either this or from_event.", "missing")],
            remedy="Send since, or from_event.",
        )

    def change(act: Act) -> int:
        act.work.events.lock_feed()
        subscription = _seen(act, subscription_id, by)
        place = 0 if from_event is None else act.work.events.read(from_event).position - 1
        told = 0
        while found := act.work.events.later(place, _AT_ONCE, since=since, until=until):
            place = found[-1].position
            wanted = [event for event in found if subscription.wants(event)]
            told += len(wanted)
            if told > MOST_REPLAYED:
                raise ReplayTooLarge
            act.work.webhooks.enqueue([_waiting(subscription, event, act.at) for event in wanted])
        act.work.webhooks.save(subscription.hurried(act.at))
        act.journal(CHAIN, "webhook.replayed", subscription.id, events=told)
        return told

    return transact(runtime, by, change)


def retry_delivery(runtime: Runtime, subscription_id: str, event_id: str, *, by: Actor) -> Delivery:
    """Tell one event again at once, whatever became of it. Raises NotFound."""

    def change(act: Act) -> Delivery:
        subscription = _seen(act, subscription_id, by)
        delivery = act.work.webhooks.delivery(subscription.id, event_id)
        if delivery.state is DeliveryState.waiting:
            again = delivery if subscription.is_held(act.at) else replace(delivery, tries=0)
        else:
            again = delivery.moved_to(DeliveryState.waiting, act.at)
        act.work.webhooks.save_delivery(again)
        act.work.webhooks.save(subscription.hurried(act.at))
        act.journal(CHAIN, "webhook.retried", subscription.id, event=event_id)
        return again

    return transact(runtime, by, change)


def skip_delivery(runtime: Runtime, subscription_id: str, event_id: str, *, by: Actor) -> Delivery:
    """Pass over an event that waits, so that those behind it have their turn. Raises NotFound, DeliveryMoveRefused."""

    def change(act: Act) -> Delivery:
        subscription = _seen(act, subscription_id, by)
        skipped = act.work.webhooks.delivery(subscription.id, event_id).moved_to(DeliveryState.skipped, act.at)
        # A try under way sees by the count that its result is not wanted any more.
        act.work.webhooks.save_delivery(replace(skipped, tries=0))
        act.work.webhooks.save(subscription.hurried(act.at))
        act.journal(CHAIN, "webhook.skipped", subscription.id, event=event_id)
        return skipped

    return transact(runtime, by, change)


def send_test(runtime: Runtime, subscription_id: str, *, by: Actor) -> Delivery:
    """Let a subscriber be told of an event that tells nothing, after all that waits. Raises NotFound, NobodyTold."""

    def change(act: Act) -> Delivery:
        place = act.work.events.lock_feed() + 1
        subscription = _seen(act, subscription_id, by)
        if subscription.state is not SubscriptionState.active:
            raise NobodyTold(
                f"The subscription {subscription.name!r:.80} is {subscription.state}.", remedy="Resume it first."
            )
        event = Event(
            id=new_key(),
            position=place,
            type=TEST.type,
            at=act.at,
            subject=subscription.id,
            agency=subscription.agency,
            service=subscription.service,
        )
        act.work.events.add_many([event])
        act.work.events.move_feed(place)
        delivery = _waiting(subscription, event, act.at)
        act.work.webhooks.enqueue([delivery])
        return delivery

    return transact(runtime, by, change)


def _seen(act: Act, subscription_id: str, by: Actor) -> Subscription:
    found = act.work.webhooks.lock(subscription_id)
    found.require_seen_by(by)
    return found


def _waiting(subscription: Subscription, event: Event, at: datetime) -> Delivery:
    return Delivery(subscription_id=subscription.id, position=event.position, event_id=event.id, created_at=at)
