"""Records of closed cases: what was archived and erased, holds, and content that is still to go."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Json, Key, Name, OptionalMoment, RequiredMoment


class CaseRecord(Base):
    """A case that was archived or erased: what is known of it then. Holds nothing of a person."""

    __tablename__ = "case_record"
    __table_args__ = (
        Index("ix_case_record_agency_service", "agency", "service_key", "closed_at"),
        Index("ix_case_record_package", "package"),
    )

    case_id: Mapped[Key] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24))
    agency: Mapped[Name]
    service_key: Mapped[Name]
    outcome: Mapped[str] = mapped_column(String(20))
    """That of the decision, or `cancelled`."""
    submitted_at: Mapped[RequiredMoment]
    closed_at: Mapped[RequiredMoment]
    is_in_time: Mapped[bool | None]
    """Null where no deadline ran when it ended."""
    legal_basis: Mapped[str] = mapped_column(Text)
    archived_at: Mapped[OptionalMoment]
    package: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the archived rest, which lies in the storage of files; null before and after."""
    package_bytes: Mapped[int | None] = mapped_column(BigInteger)
    erased_at: Mapped[OptionalMoment]
    counts: Mapped[Json]
    """How many rows of each kind went."""


class CaseHold(Base):
    """Somebody must keep the record of a case. It goes with the record."""

    __tablename__ = "case_hold"
    __table_args__ = (Index("ix_case_hold_case_id", "case_id"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    case_id: Mapped[Key]
    reason: Mapped[str] = mapped_column(Text)
    placed_by: Mapped[str] = mapped_column(String(26))
    placed_at: Mapped[RequiredMoment]
    released_by: Mapped[str | None] = mapped_column(String(26))
    released_at: Mapped[OptionalMoment]
    release_reason: Mapped[str | None] = mapped_column(Text)


class ErasedContent(Base):
    """Content of an erased case that the storage of files still has, as far as nothing else holds it."""

    __tablename__ = "erased_content"
    __table_args__ = (Index("ix_erased_content_try_at", "try_at"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    try_at: Mapped[RequiredMoment]
