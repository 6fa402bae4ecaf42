"""Events for programs outside: the outbox, the events, who is told of them, and how that went.

The outbox is filled by a trigger on the journal (migration 0008), in the transaction of the act and without a statement
of its own, and only while somebody subscribes. A worker empties it into events and deliveries.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Json, Key, Name, OptionalMoment, RequiredMoment

WAITS = text("state = 'waiting'")
"""Written out, so that a database can see that the index of these rows serves a statement."""
OF_A_CASE = text("case_id IS NOT NULL")
"""Written out, for the same reason."""
IS_DEAD = text("state = 'dead'")
"""Written out, for the same reason."""


class Outbox(Base):
    """An entry of the journal that no event was made of yet."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_position", "position"),)

    chain: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
    """In which order they came: of one chain, always that of the journal."""


class EventFeed(Base):
    """The last position given to an event. One row; who holds it makes the events."""

    __tablename__ = "event_feed"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)


class Event(Base):
    """One event."""

    __tablename__ = "event"
    __table_args__ = (
        Index("uq_event_position", "position", unique=True),
        Index("ix_event_at", "at"),
        Index("ix_event_case_id", "case_id", sqlite_where=OF_A_CASE, postgresql_where=OF_A_CASE),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(60))
    at: Mapped[RequiredMoment]
    subject: Mapped[Name]
    case_id: Mapped[str | None] = mapped_column(String(26))
    case_number: Mapped[str | None] = mapped_column(String(24))
    instance_id: Mapped[str | None] = mapped_column(String(26))
    agency: Mapped[Name | None]
    service: Mapped[Name | None]
    carried: Mapped[Json]


class WebhookSubscription(Base):
    """One subscriber. `available_at` is when it may be told: the end of a pause, or of the lease of who tells it."""

    __tablename__ = "webhook_subscription"
    __table_args__ = (Index("ix_webhook_subscription_agency_id", "agency", "id"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    name: Mapped[Name]
    url: Mapped[str] = mapped_column(Text)
    types: Mapped[Json]
    agency: Mapped[Name | None]
    service: Mapped[Name | None]
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    former_secret: Mapped[str | None] = mapped_column(Text)
    former_until: Mapped[OptionalMoment]
    failures: Mapped[int]
    dead_in_a_row: Mapped[int]
    available_at: Mapped[RequiredMoment]
    lease_owner: Mapped[Name | None]
    lease_until: Mapped[OptionalMoment]
    created_by: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[RequiredMoment]
    changed_at: Mapped[RequiredMoment]
    version: Mapped[int]


class WebhookDelivery(Base):
    """One event for one subscriber."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_event_id", "event_id"),
        Index(
            "ix_webhook_delivery_waiting",
            "subscription_id",
            "position",
            sqlite_where=WAITS,
            postgresql_where=WAITS,
        ),
        Index(
            "ix_webhook_delivery_dead",
            "subscription_id",
            "position",
            sqlite_where=IS_DEAD,
            postgresql_where=IS_DEAD,
        ),
    )

    subscription_id: Mapped[Key] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[Key]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    tries: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text)
    created_at: Mapped[RequiredMoment]
    ended_at: Mapped[OptionalMoment]


class WebhookAttempt(Base):
    """One try of a delivery, and what came back."""

    __tablename__ = "webhook_attempt"

    subscription_id: Mapped[Key] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[RequiredMoment]
    milliseconds: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
