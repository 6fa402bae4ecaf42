"""Webhooks: who is told of which events, and how the telling of each one goes on. Pure.

A subscription: active <-> paused              (people)
                active --> suspended --> active (Onewindow gives up until somebody looks; paused likewise)
A delivery:     waiting --2xx--> delivered
                waiting --attempts spent--> dead
                waiting --a person--> skipped
                delivered, dead, skipped --a person--> waiting

A subscriber is told one event at a time, in order: while one waits for its next try, all behind it wait too. When its
attempts are spent it is dead and the next one's turn comes. Three dead ones in a row, or an answer 410, suspend the
subscription: what waits is kept, and nothing is tried until somebody resumes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from engine.casework.actor import Actor, DutyMissing
from engine.casework.event import Event
from engine.casework.event_kinds import matches
from engine.casework.policy import Action, Thing, decide, permit
from engine.errors import Refused

MOST_SUBSCRIPTIONS: Final = 200
LONGEST_URL: Final = 1_000
LONGEST_ANSWER: Final = 500
"""Characters of an answer that are kept."""
LONGEST_OVERLAP: Final = timedelta(hours=168)
"""How long at most a former secret signs beside the new one."""
_MOST_DEAD_IN_A_ROW: Final = 3
_PAUSES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 28_800)
)
_JITTER: Final = 0.2
_LONGEST_ASKED_FOR: Final = timedelta(hours=1)


class SubscriptionState(StrEnum):
    """Whether a subscriber is told."""

    active = "active"
    paused = "paused"
    """By a person."""
    suspended = "suspended"
    """By Onewindow: it answers no more."""


SUBSCRIPTION_MOVES: Final[Mapping[SubscriptionState, frozenset[SubscriptionState]]] = {
    SubscriptionState.active: frozenset({SubscriptionState.paused, SubscriptionState.suspended}),
    SubscriptionState.paused: frozenset({SubscriptionState.active}),
    SubscriptionState.suspended: frozenset({SubscriptionState.active, SubscriptionState.paused}),
}
"""From each state, the states it may go to."""


class DeliveryState(StrEnum):
    """Where the telling of one event to one subscriber stands."""

    waiting = "waiting"
    delivered = "delivered"
    dead = "dead"
    skipped = "skipped"


DELIVERY_MOVES: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    DeliveryState.waiting: frozenset({DeliveryState.delivered, DeliveryState.dead, DeliveryState.skipped}),
    DeliveryState.delivered: frozenset({DeliveryState.waiting}),
    DeliveryState.dead: frozenset({DeliveryState.waiting}),
    DeliveryState.skipped: frozenset({DeliveryState.waiting}),
}
"""From each state, the states it may go to."""


class SubscriptionMoveRefused(Refused):
    """A subscription cannot go from one state to the other."""

    code = "subscription-move-refused"

    def __init__(self, subscription: Subscription, state: SubscriptionState) -> None:
        super().__init__(
            f"The subscription {subscription.name!r:.80} is {subscription.state} and cannot become {state}.",
            remedy="Read it again.",
        )


class DeliveryMoveRefused(Refused):
    """A delivery cannot go from one state to the other."""

    code = "delivery-move-refused"

    def __init__(self, delivery: Delivery, state: DeliveryState) -> None:
        super().__init__(
            f"The delivery of event {delivery.event_id} is {delivery.state} and cannot become {state}.",
            remedy="Read it again.",
        )


class DeliveryOvertaken(Refused):
    """The lease on a subscription is over, or it is gone: what came of the try is not used, and it may be repeated."""

    code = "delivery-overtaken"

    def __init__(self, subscription_id: str) -> None:
        super().__init__(
            f"Expected to hold webhook subscription {subscription_id}, but the lease is over.",
            remedy="Drop the result; whoever holds it now tells the event again, under the same webhook-id.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscriber and what it wants to be told."""

    id: str
    name: str
    url: str
    types: tuple[str, ...]
    """Types of events, with `*` at the end for all that begin so."""
    agency: str | None = None
    """Only events of this agency; None for all, which only an operator may have."""
    service: str | None = None
    state: SubscriptionState = SubscriptionState.active
    reason: str = ""
    """Why it is suspended."""
    secret: str
    """What it is signed with, sealed or by reference: never the secret itself."""
    former_secret: str | None = None
    """The one before, which signs too until `former_until`."""
    former_until: datetime | None = None
    failures: int = 0
    """Tries that failed since the last one that did not."""
    dead_in_a_row: int = 0
    available_at: datetime
    """Not told before: the end of a pause, or of the lease of who is telling it just now."""
    lease_owner: str | None = None
    lease_until: datetime | None = None
    created_by: str
    created_at: datetime
    changed_at: datetime
    version: int = 1

    def wants(self, event: Event) -> bool:
        """Whether it is to be told of an event."""
        return (
            matches(self.types, event.type)
            and self.agency in (None, event.agency)
            and self.service in (None, event.service)
        )

    @property
    def thing(self) -> Thing:
        """As the policy knows it."""
        return Thing(kind="webhook subscription", key=self.id, agency=self.agency)

    def may_be_seen_by(self, actor: Actor) -> bool:
        """Operators, and supervisors of its agency."""
        return decide(actor, Action.see_subscription, self.thing).allowed

    def require_seen_by(self, actor: Actor) -> None:
        """Raises NotFound for who may not know that it exists."""
        permit(actor, Action.see_subscription, self.thing)

    def moved_to(self, state: SubscriptionState, reason: str = "") -> Subscription:
        """In another state; staying where it is is no move. Raises SubscriptionMoveRefused."""
        if state is self.state:
            return self
        if state not in SUBSCRIPTION_MOVES[self.state]:
            raise SubscriptionMoveRefused(self, state)
        return replace(self, state=state, reason=reason)

    def resumed(self, at: datetime) -> Subscription:
        """Told again, from a clean sheet, at once unless it is being told just now. Raises SubscriptionMoveRefused."""
        fresh = replace(self.moved_to(SubscriptionState.active), failures=0, dead_in_a_row=0)
        return fresh.hurried(at)

    def hurried(self, at: datetime) -> Subscription:
        """Without the rest of its pause."""
        return self if self.is_held(at) else replace(self, available_at=at)

    def held_by(self, owner: str, until: datetime) -> Subscription:
        """With a lease of one worker, for as long as it tells it."""
        return replace(self, lease_owner=owner, lease_until=until, available_at=until)

    def let_go(self, available_at: datetime) -> Subscription:
        """Without a lease."""
        return replace(self, lease_owner=None, lease_until=None, available_at=available_at)

    def is_held(self, at: datetime) -> bool:
        """Whether somebody is telling it just now."""
        return self.lease_until is not None and self.lease_until > at

    def signing_secrets(self, at: datetime) -> tuple[str, ...]:
        """The secrets a message is signed with, the present one first."""
        former = self.former_secret
        if former is None or self.former_until is None or self.former_until <= at:
            return (self.secret,)
        return (self.secret, former)

    def rotated(self, secret: str, at: datetime, overlap: timedelta) -> Subscription:
        """With another secret; the former one signs too for the time of the overlap."""
        former = self.secret if overlap > timedelta() else None
        return replace(self, secret=secret, former_secret=former, former_until=at + overlap if former else None)


def require_subscriber_of(actor: Actor, agency: str | None) -> None:
    """Operators may subscribe to everything, supervisors to their agencies. Raises DutyMissing."""
    if not decide(actor, Action.subscribe, Thing(kind="agency", agency=agency)).allowed:
        raise DutyMissing("operator or supervisor of the agency", "subscribe to these events")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one subscriber."""

    subscription_id: str
    position: int
    """Of the event: the order of telling."""
    event_id: str
    state: DeliveryState = DeliveryState.waiting
    attempts: int = 0
    """How often it was tried in all; counted before the try."""
    tries: int = 0
    """How often since it was made to wait the last time."""
    status: int | None = None
    """Status of the last answer; None when there was none."""
    error: str = ""
    created_at: datetime
    ended_at: datetime | None = None

    def moved_to(self, state: DeliveryState, at: datetime) -> Delivery:
        """In another state. Raises DeliveryMoveRefused."""
        if state not in DELIVERY_MOVES[self.state]:
            raise DeliveryMoveRefused(self, state)
        ended_at = None if state is DeliveryState.waiting else at
        return replace(self, state=state, ended_at=ended_at, tries=0 if ended_at is None else self.tries)

    def begun(self) -> Delivery:
        """Being tried: counted before the try, so that one which kills its worker is counted too."""
        return replace(self, attempts=self.attempts + 1, tries=self.tries + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try, and what came back."""

    subscription_id: str
    position: int
    number: int
    at: datetime
    milliseconds: int
    status: int | None = None
    error: str = ""
    """What went wrong; empty when it was taken."""
    answer: str = ""
    """The beginning of the answer's body."""
    retry_after_seconds: int = 0
    """How long the subscriber asked to be left alone."""
    suspends: str = ""
    """Why nothing can be sent to this subscriber any more; empty for what may pass."""

    @property
    def was_taken(self) -> bool:
        """Whether the subscriber has the event."""
        return not self.error


def after(
    subscription: Subscription, delivery: Delivery, attempt: Attempt, *, most_tries: int, chance: float
) -> tuple[Subscription, Delivery]:
    """Subscription and delivery after a try. `chance`, from 0 up to 1, spreads the next tries of many subscribers.

    A delivery that was made to wait again meanwhile stays so. The lease is not touched.
    """
    told = replace(delivery, status=attempt.status, error=attempt.error)
    if attempt.was_taken:
        told = told.moved_to(DeliveryState.delivered, attempt.at)
        return replace(subscription, failures=0, dead_in_a_row=0, available_at=attempt.at), told
    failed = replace(subscription, failures=subscription.failures + 1)
    if attempt.suspends:
        return _suspended(failed, attempt.suspends), told
    if delivery.tries < most_tries:
        return replace(failed, available_at=attempt.at + pause(delivery.tries, chance, attempt)), told
    told = told.moved_to(DeliveryState.dead, attempt.at)
    failed = replace(failed, dead_in_a_row=failed.dead_in_a_row + 1, available_at=attempt.at)
    if failed.dead_in_a_row >= _MOST_DEAD_IN_A_ROW:
        failed = _suspended(failed, f"{_MOST_DEAD_IN_A_ROW} events in a row were tried in vain.")
    return failed, told


def pause(tries: int, chance: float, attempt: Attempt) -> timedelta:
    """How long to wait after so many tries: 5 s, 30 s, 2 min ... 8 h, give or take a fifth, or what was asked for.

    After the first try and with `chance` 0 that is 4 s, with 0.5 it is 5 s.
    """
    usual = _PAUSES[min(max(tries, 1), len(_PAUSES)) - 1]
    spread = usual * (1 - _JITTER + 2 * _JITTER * chance)
    asked_for = timedelta(seconds=max(attempt.retry_after_seconds, 0))
    return max(spread, min(asked_for, _LONGEST_ASKED_FOR))


def _suspended(subscription: Subscription, reason: str) -> Subscription:
    if subscription.state is not SubscriptionState.active:
        return subscription
    return subscription.moved_to(SubscriptionState.suspended, reason)
