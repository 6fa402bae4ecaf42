"""Process instances and their history."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import CaseKey, Encrypted, EncryptedBytes, EncryptedJson
from engine.store.encryption.owners import OF_INSTANCE
from engine.store.tables.base import Base, Key, Name, OptionalMoment, RequiredMoment


class Instance(Base):
    """One run of a process definition. Its row is the lock of everything that belongs to it."""

    __tablename__ = "instance"
    __table_args__ = (Index("ix_instance_definition_id", "definition_id", "id"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    case_key: Mapped[bytes | None] = mapped_column(CaseKey)
    """Wrapped; before the columns that are read with it. Null when it was destroyed, and of versions before 0023."""
    definition_id: Mapped[Key] = mapped_column(ForeignKey("definition.id"))
    process_id: Mapped[Name]
    case_id: Mapped[str | None] = mapped_column(String(26))
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    """Counts the steps that were saved; a save of an older version is refused."""
    snapshot: Mapped[bytes | None] = mapped_column(EncryptedBytes("instance.snapshot", owner=OF_INSTANCE))
    """The kernel's state; gone when the instance has ended."""
    variables: Mapped[str | None] = mapped_column(Encrypted("instance.variables", owner=OF_INSTANCE))
    waits: Mapped[str | None] = mapped_column(Text)
    """Numbers of open waits by kind, so that closing one asks only the table it stands in."""
    visits: Mapped[int]
    """Elements visited in all."""
    journal_seq: Mapped[int]
    journal_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The head of the instance's journal."""
    started_at: Mapped[RequiredMoment]
    ended_at: Mapped[OptionalMoment]


class Activity(Base):
    """One visit of one element."""

    __tablename__ = "activity"
    __table_args__ = ({"sqlite_with_rowid": False},)

    instance_id: Mapped[Key] = mapped_column(primary_key=True)
    visit: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    element_id: Mapped[Name]
    element_type: Mapped[str] = mapped_column(String(40))
    scope: Mapped[int | None]
    """Visit of the sub-process or call it happened in; null is the process itself."""
    process_id: Mapped[Name | None]
    """Of a called process; null is the instance's own."""
    entered_at: Mapped[RequiredMoment]
    ended_at: Mapped[OptionalMoment]
    """Null also while it is open; the same as `entered_at` where nothing waited."""
    outcome: Mapped[str | None] = mapped_column(String(1))
    """c completed, x cancelled, f failed; null while open."""
    detail: Mapped[Any] = mapped_column(EncryptedJson("activity.detail", row=("instance_id", "visit")), nullable=True)
