"""Somebody subscribes to events, changes a subscription, or ends it. What is kept of a secret is never the secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

from engine.casework.actor import Actor
from engine.casework.event_kinds import check_patterns
from engine.casework.policy import Action, permit
from engine.casework.webhook import (
    LONGEST_OVERLAP,
    LONGEST_URL,
    MOST_SUBSCRIPTIONS,
    Subscription,
    SubscriptionState,
    require_subscriber_of,
)
from engine.errors import Invalid, Place, Refused
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.tell_subscribers import CHAIN
from engine.runtime.wiring import Runtime
from engine.store.faults import StaleVersion

_Change: TypeAlias = Callable[[Act, Subscription], Subscription]


class TooManySubscriptions(Refused):
    """There are as many subscriptions as there may be."""

    code = "too-many-subscriptions"


class NobodyTold(Refused):
    """A subscription that is not active is told nothing."""

    code = "subscription-not-active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a subscriber wants."""

    name: str
    url: str
    types: tuple[str, ...]
    agency: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """A subscription, and its secret where one was made just now."""

    subscription: Subscription
    secret: str | None = None


def subscribe(runtime: Runtime, wish: Wish, *, by: Actor, secret_reference: str | None = None) -> Subscribed:
    """Tell somebody of events from now on; the secret is made here, or one that an operator has set up.

    Raises DutyMissing, Invalid with places, NoWebhooks, TooManySubscriptions.
    """
    secret, kept = _secret(runtime, by, secret_reference)

    def change(act: Act) -> Subscribed:
        types = _checked(runtime, wish, by)
        act.work.events.lock_feed()
        if act.work.webhooks.count() >= MOST_SUBSCRIPTIONS:
            raise TooManySubscriptions(
                f"There are {MOST_SUBSCRIPTIONS} subscriptions, which is as many as there may be.",
                remedy="Delete one that nobody needs; one subscription can have many types of events.",
            )
        made = Subscription(
            id=new_key(),
            name=wish.name,
            url=wish.url,
            types=types,
            agency=wish.agency,
            service=wish.service,
            secret=kept,
            available_at=act.at,
            created_by=by.account,
            created_at=act.at,
            changed_at=act.at,
        )
        act.work.webhooks.add(made)
        act.journal(CHAIN, "webhook.subscribed", made.id, types=list(types), agency=wish.agency, service=wish.service)
        return Subscribed(subscription=made, secret=secret)

    return transact(runtime, by, change)


def change_subscription(
    runtime: Runtime, subscription_id: str, wish: Wish, *, by: Actor, seen_version: int
) -> Subscription:
    """Change what a subscriber wants, from now on. Raises NotFound, DutyMissing, Invalid, StaleVersion."""

    def change(act: Act, found: Subscription) -> Subscription:
        if found.version != seen_version:
            raise StaleVersion("webhook subscription", found.id)
        types = _checked(runtime, wish, by)
        act.journal(CHAIN, "webhook.changed", found.id, types=list(types), agency=wish.agency, service=wish.service)
        return replace(
            found, name=wish.name, url=wish.url, types=types, agency=wish.agency, service=wish.service
        ).hurried(act.at)

    return _changed(runtime, subscription_id, by, change)


def pause_subscription(runtime: Runtime, subscription_id: str, *, by: Actor) -> Subscription:
    """Tell nothing until it is resumed; what happens meanwhile waits. Raises NotFound, SubscriptionMoveRefused."""

    def change(act: Act, found: Subscription) -> Subscription:
        act.journal(CHAIN, "webhook.paused", found.id)
        return found.moved_to(SubscriptionState.paused)

    return _changed(runtime, subscription_id, by, change)


def resume_subscription(runtime: Runtime, subscription_id: str, *, by: Actor) -> Subscription:
    """Tell again, at once, what waits. Raises NotFound."""

    def change(act: Act, found: Subscription) -> Subscription:
        act.journal(CHAIN, "webhook.resumed", found.id)
        return found.resumed(act.at)

    return _changed(runtime, subscription_id, by, change)


def rotate_secret(
    runtime: Runtime,
    subscription_id: str,
    *,
    by: Actor,
    overlap: timedelta,
    secret_reference: str | None = None,
) -> Subscribed:
    """Sign with another secret; the former one signs too while the overlap lasts.

    Raises NotFound, Invalid, DutyMissing, NoWebhooks.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        longest = int(LONGEST_OVERLAP.total_seconds() // 3_600)
        raise Invalid(
            "The overlap is out of range.",
            places=[Place("/overlap_hours", f"Expected 0 to {longest} hours.", "out-of-range")],
        )
    secret, kept = _secret(runtime, by, secret_reference)

    def change(act: Act, found: Subscription) -> Subscription:
        act.journal(CHAIN, "webhook.secret-rotated", found.id)
        return found.rotated(kept, act.at, overlap)

    return Subscribed(subscription=_changed(runtime, subscription_id, by, change), secret=secret)


def end_subscription(runtime: Runtime, subscription_id: str, *, by: Actor) -> None:
    """Forget a subscription, with all that waited for it. Raises NotFound."""

    def change(act: Act) -> None:
        found = act.work.webhooks.lock(subscription_id)
        found.require_seen_by(by)
        act.work.webhooks.remove(found.id)
        act.journal(CHAIN, "webhook.ended", found.id)

    transact(runtime, by, change)


def _changed(runtime: Runtime, subscription_id: str, by: Actor, change: _Change) -> Subscription:
    def whole(act: Act) -> Subscription:
        found = act.work.webhooks.lock(subscription_id)
        found.require_seen_by(by)
        changed = replace(change(act, found), changed_at=act.at, version=found.version + 1)
        act.work.webhooks.save(changed)
        return changed

    return transact(runtime, by, whole)


def _secret(runtime: Runtime, by: Actor, reference: str | None) -> tuple[str | None, str]:
    """The secret to be shown, where one is made, and what is kept of it."""
    if reference is None:
        made = runtime.webhooks.secrets.make()
        return made, runtime.webhooks.secrets.seal(made)
    permit(by, Action.refer_to_environment)
    return None, runtime.webhooks.secrets.refer(reference)


def _checked(runtime: Runtime, wish: Wish, by: Actor) -> tuple[str, ...]:
    """The types of a wish that can be granted. Raises DutyMissing, Invalid with places."""
    require_subscriber_of(by, wish.agency)
    too_long = f"Expected at most {LONGEST_URL} characters." if len(wish.url) > LONGEST_URL else None
    fault = too_long or runtime.webhooks.address_fault(wish.url)
    if fault is not None:
        raise Invalid(
            f"The address cannot be told anything: {fault}",
            places=[Place("/url", fault, "address-refused")],
            remedy="Give a public https address; hosts within are listed by an operator in ONEWINDOW_WEBHOOK_HOSTS.",
        )
    return check_patterns(wish.types)
