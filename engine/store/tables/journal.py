"""The journal: who did what, each entry bound to the one before by its hash."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Json, Name, RequiredMoment


class JournalEntry(Base):
    """One entry of one chain; the chain of an instance has the instance's key for a name."""

    __tablename__ = "journal_entry"
    __table_args__ = ({"sqlite_with_rowid": False},)

    chain: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[RequiredMoment]
    actor: Mapped[str] = mapped_column(String(26))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[Name]
    detail: Mapped[Json]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class JournalHead(Base):
    """The head of a chain that no instance stands behind, such as that of deployments."""

    __tablename__ = "journal_head"

    chain: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
