"""Subscriptions and deliveries of one transaction.

A subscription is told by one worker at a time: taking it is an UPDATE with a lease, and every end of a try locks its
row and looks whether the lease is still held. PostgreSQL skips what another worker is just taking; on SQLite writers
take turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, text, update

from engine.casework.event import Event
from engine.casework.webhook import Attempt, Delivery, DeliveryState, Subscription, SubscriptionState
from engine.errors import NotFound
from engine.store.repositories.events import EVENT, EVENT_COLUMNS, to_event
from engine.store.rows import columns_of, insert_into, plain, table_of, taken
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import webhooks as tables

SUBSCRIPTION = table_of(tables.WebhookSubscription)
DELIVERY = table_of(tables.WebhookDelivery)
ATTEMPT = table_of(tables.WebhookAttempt)
SUBSCRIPTION_COLUMNS = columns_of(tables.WebhookSubscription)
DELIVERY_COLUMNS = columns_of(tables.WebhookDelivery)
ATTEMPT_COLUMNS = columns_of(tables.WebhookAttempt)

_WAITING = text("webhook_delivery.state = 'waiting'")
HAS_WAITING = exists().where(DELIVERY.c.subscription_id == SUBSCRIPTION.c.id, _WAITING)
_MOST_FORGOTTEN = 1_000
_LOCK = select(*SUBSCRIPTION_COLUMNS).where(SUBSCRIPTION.c.id == bindparam("key")).with_for_update()
_SAVED = [column.name for column in SUBSCRIPTION_COLUMNS if column.name != "id"]
_SAVE = (
    update(SUBSCRIPTION)
    .where(SUBSCRIPTION.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _SAVED})
    .execution_options(**SENT_TOGETHER)
)
_FIRST_WAITING = (
    select(*DELIVERY_COLUMNS, *EVENT_COLUMNS)
    .join(EVENT, EVENT.c.id == DELIVERY.c.event_id)
    .where(DELIVERY.c.subscription_id == bindparam("key"), _WAITING)
    .order_by(DELIVERY.c.position)
    .limit(1)
)
_OF_EVENT = select(*DELIVERY_COLUMNS).where(
    DELIVERY.c.subscription_id == bindparam("key"), DELIVERY.c.event_id == bindparam("event")
)
_CHANGED = ("state", "attempts", "tries", "status", "error", "ended_at")
_ONE = (
    update(DELIVERY)
    .where(DELIVERY.c.subscription_id == bindparam("key"), DELIVERY.c.position == bindparam("place"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
    .execution_options(**SENT_TOGETHER)
)
_END_OF_TRY = _ONE.where(DELIVERY.c.tries == bindparam("seen_tries"))


class Webhooks:
    """Subscribers of one transaction, and what they are told."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, subscription: Subscription) -> None:
        """Keep a new subscription."""
        self._connection.execute(insert(SUBSCRIPTION), of_subscription(subscription))

    def count(self) -> int:
        """How many subscriptions there are."""
        return int(self._connection.execute(select(func.count()).select_from(SUBSCRIPTION)).scalar_one())

    def lock(self, subscription_id: str) -> Subscription:
        """A subscription, kept from all others until the transaction ends. Raises NotFound."""
        row = self._connection.execute(_LOCK, {"key": subscription_id}).first()
        if row is None:
            raise NotFound.of("webhook subscription", subscription_id)
        return to_subscription(taken(SUBSCRIPTION_COLUMNS, row))

    def save(self, subscription: Subscription) -> None:
        """Keep a subscription as it is now; it must be locked."""
        row = of_subscription(subscription)
        self._connection.execute(_SAVE, {"key": subscription.id, **{f"new_{name}": row[name] for name in _SAVED}})

    def remove(self, subscription_id: str) -> None:
        """Forget a subscription and all its deliveries; it must be locked."""
        for table in (ATTEMPT, DELIVERY):
            self._connection.execute(delete(table).where(table.c.subscription_id == subscription_id))
        self._connection.execute(delete(SUBSCRIPTION).where(SUBSCRIPTION.c.id == subscription_id))

    def all(self) -> list[Subscription]:
        """Every subscription, as it is."""
        rows = self._connection.execute(select(*SUBSCRIPTION_COLUMNS).order_by(SUBSCRIPTION.c.id))
        return [to_subscription(taken(SUBSCRIPTION_COLUMNS, row)) for row in rows]

    def take(self, owner: str, now: datetime, lease: timedelta, at_most: int) -> list[Subscription]:
        """Take active subscriptions with something to be told whose pause and lease are over, longest waiting first."""
        due = (
            select(SUBSCRIPTION.c.id)
            .where(
                SUBSCRIPTION.c.state == str(SubscriptionState.active), SUBSCRIPTION.c.available_at <= now, HAS_WAITING
            )
            .order_by(SUBSCRIPTION.c.available_at, SUBSCRIPTION.c.id)
            .limit(at_most)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        until = now + lease
        rows = self._connection.execute(
            update(SUBSCRIPTION)
            .where(SUBSCRIPTION.c.id.in_(select(due.c.id)))
            .values(lease_owner=owner, lease_until=until, available_at=until)
            .returning(*SUBSCRIPTION_COLUMNS)
        ).all()
        return [to_subscription(taken(SUBSCRIPTION_COLUMNS, row)) for row in rows]

    def first_waiting(self, subscription_id: str) -> tuple[Delivery, Event] | None:
        """The delivery whose turn it is, with its event; None when nothing waits."""
        row = self._connection.execute(_FIRST_WAITING, {"key": subscription_id}).first()
        if row is None:
            return None
        return to_delivery(taken(DELIVERY_COLUMNS, row)), to_event(taken(EVENT_COLUMNS, row, len(DELIVERY_COLUMNS)))

    def delivery(self, subscription_id: str, event_id: str) -> Delivery:
        """The delivery of one event; its subscription must be locked. Raises NotFound."""
        row = self._connection.execute(_OF_EVENT, {"key": subscription_id, "event": event_id}).first()
        if row is None:
            raise NotFound.of("delivery of event", event_id)
        return to_delivery(taken(DELIVERY_COLUMNS, row))

    def enqueue(self, deliveries: Sequence[Delivery]) -> None:
        """Let events wait for their turn; what waits already goes on waiting, what has ended waits again."""
        if not deliveries:
            return
        statement = insert_into(DELIVERY, self._connection)
        again = statement.on_conflict_do_update(
            index_elements=["subscription_id", "position"],
            set_={"state": statement.excluded.state, "tries": 0, "ended_at": None},
        )
        self._connection.execute(again, [of_delivery(one) for one in deliveries])

    def save_delivery(self, delivery: Delivery) -> None:
        """Keep a delivery as it is now; its subscription must be locked."""
        self._connection.execute(_ONE, _delivery_values(delivery))

    def end_try(self, delivery: Delivery, attempt: Attempt, seen_tries: int) -> None:
        """Keep what came of a try; a delivery that was made to wait again meanwhile stays so."""
        self._connection.execute(_END_OF_TRY, {**_delivery_values(delivery), "seen_tries": seen_tries})
        row = {column.name: getattr(attempt, column.name) for column in ATTEMPT_COLUMNS}
        self._connection.execute(insert(ATTEMPT).execution_options(**SENT_TOGETHER), row)

    def forget(self, before: datetime) -> int:
        """Remove events of earlier, with their deliveries and attempts, delivered or not; gives how many.

        A thousand at a time, the oldest first, so that nobody waits long for the writers' turn.
        """
        oldest = select(EVENT.c.position).where(EVENT.c.at < before).order_by(EVENT.c.at).limit(_MOST_FORGOTTEN)
        last = self._connection.execute(select(func.max(oldest.subquery().c.position))).scalar()
        if last is None:
            return 0
        subscriptions = [one.id for one in self.all()]
        for table in (ATTEMPT, DELIVERY):
            of_them = table.c.subscription_id.in_(subscriptions)
            self._connection.execute(delete(table).where(of_them, table.c.position <= last))
        return self._connection.execute(delete(EVENT).where(EVENT.c.position <= last)).rowcount


def to_subscription(row: Mapping[str, Any]) -> Subscription:
    """A subscription of its row."""
    return Subscription(**{**row, "types": tuple(row["types"]), "state": SubscriptionState(row["state"])})


def of_subscription(subscription: Subscription) -> dict[str, Any]:
    """The row of a subscription."""
    return {**plain(subscription), "types": list(subscription.types), "state": str(subscription.state)}


def to_delivery(row: Mapping[str, Any]) -> Delivery:
    """A delivery of its row."""
    return Delivery(**{**row, "state": DeliveryState(row["state"])})


def of_delivery(delivery: Delivery) -> dict[str, Any]:
    """The row of a delivery."""
    return {**plain(delivery), "state": str(delivery.state)}


def to_attempt(row: Mapping[str, Any]) -> Attempt:
    """An attempt of its row; what only mattered just after it is not kept."""
    known = {one.name for one in fields(Attempt)}
    return Attempt(**{name: value for name, value in row.items() if name in known})


def _delivery_values(delivery: Delivery) -> dict[str, Any]:
    row = of_delivery(delivery)
    return {
        "key": delivery.subscription_id,
        "place": delivery.position,
        **{f"new_{name}": row[name] for name in _CHANGED},
    }
