"""Webhooks as operators and supervisors see them: subscriptions without secrets, deliveries, attempts and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import Connection, ScalarSelect, TextClause, func, select, text

from engine.casework.actor import Actor
from engine.casework.event import Event
from engine.casework.policy import Action
from engine.casework.webhook import Attempt, Delivery, DeliveryState, Subscription, SubscriptionState
from engine.errors import NotFound
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.queries.permitted import Columns, permitted
from engine.store.repositories.events import EVENT, EVENT_COLUMNS, OUTBOX, to_event
from engine.store.repositories.webhooks import (
    ATTEMPT,
    ATTEMPT_COLUMNS,
    DELIVERY,
    DELIVERY_COLUMNS,
    HAS_WAITING,
    SUBSCRIPTION,
    SUBSCRIPTION_COLUMNS,
    to_attempt,
    to_delivery,
    to_subscription,
)
from engine.store.rows import taken

_NEXT = select(
    select(OUTBOX.c.position).exists(),
    select(func.min(SUBSCRIPTION.c.available_at))
    .where(SUBSCRIPTION.c.state == str(SubscriptionState.active), HAS_WAITING)
    .scalar_subquery(),
)
_SHOWN_ATTEMPTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRow:
    """A subscription as it is shown: never its secret, nor what its address may hide in its query."""

    subscription: Subscription
    waiting: int = 0
    """Events that wait to be told."""
    dead: int = 0
    """Events whose attempts are spent."""

    @property
    def url(self) -> str:
        """Its address; values of the query are not shown, for they may be keys."""
        return shown_address(self.subscription.url)

    @property
    def secret_overlaps_until(self) -> datetime | None:
        """Until when the former secret signs too."""
        return self.subscription.former_until

    def __getattr__(self, name: str) -> Any:
        return getattr(self.subscription, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """The telling of one event to one subscriber, as it is shown."""

    delivery: Delivery
    event: Event
    attempts_made: Sequence[Attempt] = ()

    @property
    def type(self) -> str:
        """Of the event."""
        return self.event.type

    @property
    def subject(self) -> str:
        """Of the event."""
        return self.event.subject

    @property
    def happened_at(self) -> datetime:
        """When what it tells happened."""
        return self.event.at

    def __getattr__(self, name: str) -> Any:
        return getattr(self.delivery, name)


def shown_address(url: str) -> str:
    """An address without the values in its query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="..." if parts.query else ""))


def seconds_until_told(connection: Connection, now: datetime) -> float | None:
    """How long until somebody can be told something; 0 or less when there is something to do, None when nothing is.

    One statement.
    """
    has_entries, at = connection.execute(_NEXT).one()
    if has_entries:
        return 0.0
    return None if at is None else float((at - now).total_seconds())


def subscription_page(
    connection: Connection, actor: Actor, *, limit: int = 25, cursor: str | None = None
) -> Page[SubscriptionRow]:
    """Subscriptions, the newest first: all for operators, those of their agencies for supervisors. Two statements."""
    start = decode_cursor(cursor, str)
    statement = select(*SUBSCRIPTION_COLUMNS)
    statement = statement.where(permitted(actor, Action.see_subscription, Columns(agency=SUBSCRIPTION.c.agency)))
    if start is not None:
        statement = statement.where(SUBSCRIPTION.c.id < start[0])
    most = bounded(limit)
    rows = connection.execute(statement.order_by(SUBSCRIPTION.c.id.desc()).limit(most + 1)).all()
    found = [to_subscription(taken(SUBSCRIPTION_COLUMNS, row)) for row in rows]
    return page_of(_counted(connection, found), most, lambda one: (one.subscription.id,))


def subscription_detail(connection: Connection, actor: Actor, subscription_id: str) -> SubscriptionRow:
    """One subscription. Two statements. Raises NotFound also for who may not see it."""
    return _counted(connection, [_seen(connection, actor, subscription_id)])[0]


def delivery_page(
    connection: Connection,
    actor: Actor,
    subscription_id: str,
    *,
    state: str | None = None,
    type: str | None = None,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[DeliveryRow]:
    """The deliveries of a subscription, the latest event first. Two statements. Raises NotFound."""
    start = decode_cursor(cursor, int)
    _seen(connection, actor, subscription_id)
    statement = (
        select(*DELIVERY_COLUMNS, *EVENT_COLUMNS)
        .join(EVENT, EVENT.c.id == DELIVERY.c.event_id)
        .where(DELIVERY.c.subscription_id == subscription_id)
    )
    if state is not None:
        statement = statement.where(_stands(DeliveryState(state)))
    if type is not None:
        statement = statement.where(EVENT.c.type == type)
    if start is not None:
        statement = statement.where(DELIVERY.c.position < start[0])
    most = bounded(limit)
    rows = connection.execute(statement.order_by(DELIVERY.c.position.desc()).limit(most + 1)).all()
    return page_of([_delivery_row(row) for row in rows], most, lambda one: (one.delivery.position,))


def delivery_detail(connection: Connection, actor: Actor, subscription_id: str, event_id: str) -> DeliveryRow:
    """One delivery with its last attempts, the latest first. Three statements. Raises NotFound."""
    _seen(connection, actor, subscription_id)
    row = connection.execute(
        select(*DELIVERY_COLUMNS, *EVENT_COLUMNS)
        .join(EVENT, EVENT.c.id == DELIVERY.c.event_id)
        .where(DELIVERY.c.subscription_id == subscription_id, DELIVERY.c.event_id == event_id)
    ).first()
    if row is None:
        raise NotFound.of("delivery of event", event_id)
    found = _delivery_row(row)
    attempts = connection.execute(
        select(*ATTEMPT_COLUMNS)
        .where(ATTEMPT.c.subscription_id == subscription_id, ATTEMPT.c.position == found.delivery.position)
        .order_by(ATTEMPT.c.number.desc())
        .limit(_SHOWN_ATTEMPTS)
    )
    made = [to_attempt(taken(ATTEMPT_COLUMNS, one)) for one in attempts]
    return DeliveryRow(delivery=found.delivery, event=found.event, attempts_made=made)


def _seen(connection: Connection, actor: Actor, subscription_id: str) -> Subscription:
    row = connection.execute(select(*SUBSCRIPTION_COLUMNS).where(SUBSCRIPTION.c.id == subscription_id)).first()
    if row is None:
        raise NotFound.of("webhook subscription", subscription_id)
    found = to_subscription(taken(SUBSCRIPTION_COLUMNS, row))
    found.require_seen_by(actor)
    return found


def _counted(connection: Connection, subscriptions: Sequence[Subscription]) -> list[SubscriptionRow]:
    counts: dict[str, tuple[int, int]] = {}
    if subscriptions:
        statement = select(SUBSCRIPTION.c.id, _count(DeliveryState.waiting), _count(DeliveryState.dead)).where(
            SUBSCRIPTION.c.id.in_([one.id for one in subscriptions])
        )
        counts = {row[0]: (int(row[1]), int(row[2])) for row in connection.execute(statement)}
    return [
        SubscriptionRow(subscription=one, waiting=counts.get(one.id, (0, 0))[0], dead=counts.get(one.id, (0, 0))[1])
        for one in subscriptions
    ]


def _stands(state: DeliveryState) -> TextClause:
    """Deliveries in a state, written out, so that SQLite sees that the index of such serves."""
    return text(f"webhook_delivery.state = '{state}'")


def _count(state: DeliveryState) -> ScalarSelect[int]:
    """How many deliveries of a subscription stand so."""
    return (
        select(func.count())
        .select_from(DELIVERY)
        .where(DELIVERY.c.subscription_id == SUBSCRIPTION.c.id, _stands(state))
        .correlate(SUBSCRIPTION)
        .scalar_subquery()
    )


def _delivery_row(row: Any) -> DeliveryRow:
    return DeliveryRow(
        delivery=to_delivery(taken(DELIVERY_COLUMNS, row)),
        event=to_event(taken(EVENT_COLUMNS, row, len(DELIVERY_COLUMNS))),
    )
