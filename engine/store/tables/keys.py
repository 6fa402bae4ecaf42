"""Keys that personal data are encrypted under, wrapped; those of cases stand with their instances."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, OptionalMoment


class DataKey(Base):
    """The key of a person, or that of the installation."""

    __tablename__ = "data_key"
    __table_args__ = (Index("ix_data_key_master", "master"),)

    owner: Mapped[str] = mapped_column(String(32), primary_key=True)
    """As `engine.store.encryption.owners` writes it."""
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Null when it was destroyed."""
    master: Mapped[str | None] = mapped_column(String(80))
    """Name of the master key that wraps it."""
    destroyed_at: Mapped[OptionalMoment]


class Encryption(Base):
    """How far the database is encrypted. One row, filled by migration 0023."""

    __tablename__ = "encryption"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(10))
    """`off`, `on` (what is new), `whole` (everything: clear values are refused)."""
