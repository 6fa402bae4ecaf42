"""Seals of silence: looks that a person is not shown for a time."""

from __future__ import annotations

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Json, Key, Name, OptionalMoment, RequiredMoment


class Silence(Base):
    """One seal of silence over looks at one person's data."""

    __tablename__ = "silence"
    __table_args__ = (Index("ix_silence_person", "person"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    person: Mapped[Key]
    readers: Mapped[Json]
    """Accounts whose looks are silenced."""
    case_id: Mapped[Key | None]
    from_at: Mapped[RequiredMoment]
    until_at: Mapped[RequiredMoment]
    legal_basis: Mapped[str] = mapped_column(Text)
    reference: Mapped[Name]
    placed_by: Mapped[Key]
    placed_at: Mapped[RequiredMoment]
    lifted_at: Mapped[OptionalMoment]
    lifted_by: Mapped[Key | None]
    lift_reason: Mapped[str] = mapped_column(Text)
