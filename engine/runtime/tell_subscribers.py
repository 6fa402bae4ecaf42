"""Events are told to their subscribers: whose turn it is, and what came of a try.

The call itself is made outside of any transaction, by the worker, between `take_turns` and `end_try`. One event at a
time goes to a subscriber: who tells it holds a lease on the subscription. The end of one try begins the next one in the
same transaction. A worker that dies leaves its lease to run out; the event is then told again, under the same id.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.casework.actor import SYSTEM
from engine.casework.event import Event
from engine.casework.webhook import (
    Attempt,
    Delivery,
    DeliveryOvertaken,
    DeliveryState,
    Subscription,
    SubscriptionState,
    after,
)
from engine.errors import NotFound
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime
from engine.store.unit_of_work import UnitOfWork

CHAIN = "webhooks"
"""The journal's chain of subscriptions."""
_DIED = "Every worker that tried it died of it, or never came back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One event that is to be told now."""

    subscription: Subscription
    delivery: Delivery
    event: Event


def take_turns(runtime: Runtime, owner: str, lease: timedelta, at_most: int) -> list[Turn]:
    """Take subscribers with something to be told, and for each the event whose turn it is. Raises Unavailable."""

    def take(work: UnitOfWork) -> list[Turn]:
        now, turns = runtime.clock.now(), []
        for subscription in work.webhooks.take(owner, now, lease, at_most):
            turn = _next(runtime, work, subscription, now)
            if turn is None:
                work.webhooks.save(subscription.let_go(now))
            else:
                turns.append(turn)
        return turns

    return runtime.database.run(take)


def end_try(
    runtime: Runtime, turn: Turn, attempt: Attempt, *, owner: str, lease: timedelta, chance: float, goes_on: bool = True
) -> Turn | None:
    """Keep what came of a try; gives the next turn of the same subscriber when there is one and the worker `goes_on`.

    Raises DeliveryOvertaken when the lease was lost or the subscription is gone, Unavailable.
    """

    def change(act: Act) -> Turn | None:
        subscription = _held(act, turn.subscription.id, owner)
        told, delivery = after(
            subscription, turn.delivery, attempt, most_tries=runtime.webhooks.most_tries, chance=chance
        )
        act.work.webhooks.end_try(delivery, attempt, turn.delivery.tries)
        _note(act, subscription, told, delivery)
        following = None
        if goes_on and told.state is SubscriptionState.active and delivery.state is not DeliveryState.waiting:
            following = _next(runtime, act.work, told.held_by(owner, act.at + lease), act.at)
        act.work.webhooks.save(told.let_go(told.available_at) if following is None else following.subscription)
        return following

    return transact(runtime, SYSTEM, change)


def let_go(runtime: Runtime, turn: Turn, *, owner: str) -> None:
    """A worker that stops gives back a turn it did not begin; the try does not count. Raises DeliveryOvertaken."""

    def change(act: Act) -> None:
        subscription = _held(act, turn.subscription.id, owner)
        now = act.work.webhooks.delivery(subscription.id, turn.event.id)
        if now.tries == turn.delivery.tries:
            act.work.webhooks.save_delivery(replace(now, attempts=now.attempts - 1, tries=now.tries - 1))
        act.work.webhooks.save(subscription.let_go(act.at))

    transact(runtime, SYSTEM, change)


def _next(runtime: Runtime, work: UnitOfWork, subscription: Subscription, now: datetime) -> Turn | None:
    """Begin the delivery whose turn it is. One that nobody came back from, as often as it may be tried, is dead."""
    while (found := work.webhooks.first_waiting(subscription.id)) is not None:
        delivery, event = found
        if delivery.tries < runtime.webhooks.most_tries:
            begun = delivery.begun()
            work.webhooks.save_delivery(begun)
            return Turn(subscription=subscription, delivery=begun, event=event)
        work.webhooks.save_delivery(replace(delivery.moved_to(DeliveryState.dead, now), error=_DIED))
    return None


def _held(act: Act, subscription_id: str, owner: str) -> Subscription:
    try:
        subscription = act.work.webhooks.lock(subscription_id)
    except NotFound as gone:
        raise DeliveryOvertaken(subscription_id) from gone
    if subscription.lease_owner != owner or not subscription.is_held(act.at):
        raise DeliveryOvertaken(subscription_id)
    return subscription


def _note(act: Act, before: Subscription, told: Subscription, delivery: Delivery) -> None:
    if delivery.state is DeliveryState.dead:
        act.journal(CHAIN, "webhook.dead", told.id, event=delivery.event_id, status=delivery.status)
    if told.state is not before.state:
        act.journal(CHAIN, "webhook.suspended", told.id, reason=told.reason)
