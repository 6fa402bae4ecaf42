"""Who waits for which message or signal, and messages that nobody waited for yet."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import Encrypted
from engine.store.encryption.owners import NOBODY
from engine.store.tables.base import Base, Key, Name, RequiredMoment


class MessageWait(Base):
    """An instance waits for a message of this name with this correlation key."""

    __tablename__ = "message_wait"
    __table_args__ = (
        Index("ix_message_wait_name_correlation_key", "name", "correlation_key"),
        {"sqlite_with_rowid": False},
    )

    instance_id: Mapped[Key] = mapped_column(primary_key=True)
    wait: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[Name]
    correlation_key: Mapped[Name]


class SignalWait(Base):
    """An instance waits for a signal of this name."""

    __tablename__ = "signal_wait"
    __table_args__ = (Index("ix_signal_wait_name", "name"), {"sqlite_with_rowid": False})

    instance_id: Mapped[Key] = mapped_column(primary_key=True)
    wait: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[Name]


class BufferedMessage(Base):
    """A message that nobody waited for when it came; kept until it is taken or its time to live is over.

    A row whose `taken_at` is set stands only to refuse the same `message_id` again.
    """

    __tablename__ = "buffered_message"
    __table_args__ = (
        UniqueConstraint("name", "correlation_key", "message_id"),
        Index("ix_buffered_message_expires_at", "expires_at"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    name: Mapped[Name]
    correlation_key: Mapped[Name]
    message_id: Mapped[Name | None]
    variables: Mapped[str | None] = mapped_column(Encrypted("buffered_message.variables", owner=NOBODY))
    """Of the installation: whose it is shows when somebody takes it."""
    is_taken: Mapped[bool]
    expires_at: Mapped[RequiredMoment]
    created_at: Mapped[RequiredMoment]
