"""Partners that failed lately, and what was said to them and by them."""

from __future__ import annotations

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import Encrypted
from engine.store.encryption.owners import NOBODY
from engine.store.tables.base import Base, Json, Key, Name, OptionalMoment, RequiredMoment


class Partner(Base):
    """The circuit breaker of one partner, shared by all workers. A partner that answers has no row."""

    __tablename__ = "partner"

    name: Mapped[Name] = mapped_column(primary_key=True)
    failures: Mapped[int]
    openings: Mapped[int]
    open_until: Mapped[OptionalMoment]
    is_tried: Mapped[bool]
    last_error: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[RequiredMoment]


class Exchange(Base):
    """One request to a partner and its answer, without secrets and without data of persons."""

    __tablename__ = "exchange"
    __table_args__ = (Index("ix_exchange_at", "at"),)

    job_id: Mapped[Key] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of an attempt that asked several times, such as one that was redirected; from 1."""
    at: Mapped[RequiredMoment]
    partner: Mapped[Name]
    milliseconds: Mapped[int]
    method: Mapped[str] = mapped_column(String(10))
    url: Mapped[str] = mapped_column(Text)
    request_headers: Mapped[Json]
    request_body: Mapped[str | None] = mapped_column(
        Encrypted("exchange.request_body", row=("job_id", "attempt", "position"), owner=NOBODY)
    )
    status: Mapped[int | None]
    """Null when no answer came."""
    answer_headers: Mapped[Json]
    answer_body: Mapped[str | None] = mapped_column(
        Encrypted("exchange.answer_body", row=("job_id", "attempt", "position"), owner=NOBODY)
    )
    error: Mapped[str | None] = mapped_column(Text)
    """Why no answer came, or why it was not used."""
