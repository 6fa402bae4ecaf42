"""Cases: what the citizen and the agency see of an instance."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import EncryptedJson
from engine.store.tables.base import Base, Json, Key, Name, OptionalMoment, RequiredMoment

_TO_LOOK_AT = text("look_at IS NOT NULL")
_TO_RETAIN = text("retain_at IS NOT NULL")


class Closure(Base):
    """Days on which an agency is closed, beyond the public holidays."""

    __tablename__ = "closure"
    __table_args__ = (Index("ix_closure_agency_first_day", "agency", "first_day"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    agency: Mapped[Name]
    first_day: Mapped[str] = mapped_column(String(10))
    last_day: Mapped[str] = mapped_column(String(10))
    """ISO 8601, both included."""
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[RequiredMoment]


class CaseCounter(Base):
    """The last serial number given in a country and year."""

    __tablename__ = "case_counter"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Case(Base):
    """One case."""

    __tablename__ = "case"
    __table_args__ = (
        Index("uq_case_number", "number", unique=True),
        Index("ix_case_applicant_id", "applicant", "id"),
        Index("ix_case_agency_id", "agency", "id"),
        Index("ix_case_look_at", "look_at", sqlite_where=_TO_LOOK_AT, postgresql_where=_TO_LOOK_AT),
        Index("ix_case_retain_at", "retain_at", sqlite_where=_TO_RETAIN, postgresql_where=_TO_RETAIN),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24))
    service_key: Mapped[Name]
    agency: Mapped[Name]
    applicant: Mapped[str] = mapped_column(String(26))
    representative: Mapped[str | None] = mapped_column(String(26))
    """Account that applied for the applicant under a mandate."""
    mandate_id: Mapped[str | None] = mapped_column(String(26))
    instance_id: Mapped[Key]
    state: Mapped[str] = mapped_column(String(20))
    milestone: Mapped[Name | None]
    channel: Mapped[Name]
    term: Mapped[Json]
    deadline_at: Mapped[OptionalMoment]
    look_at: Mapped[OptionalMoment]
    """When its term must be looked at next."""
    decision: Mapped[Any] = mapped_column(EncryptedJson("case.decision"), nullable=True)
    submitted_at: Mapped[RequiredMoment]
    closed_at: Mapped[OptionalMoment]
    record: Mapped[str] = mapped_column(String(10), server_default="live")
    retain_at: Mapped[OptionalMoment]
    """When its record must be looked at next."""
    archive_at: Mapped[OptionalMoment]
    erase_at: Mapped[OptionalMoment]


class MilestoneReached(Base):
    """When a case reached a milestone; a case that goes back reaches one twice."""

    __tablename__ = "milestone_reached"
    __table_args__ = ({"sqlite_with_rowid": False},)

    case_id: Mapped[Key] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The visit of the element that reached it."""
    milestone: Mapped[Name]
    reached_at: Mapped[RequiredMoment]


class Evidence(Base):
    """A proof of a fact, with its provenance."""

    __tablename__ = "evidence"
    __table_args__ = ({"sqlite_with_rowid": False},)

    case_id: Mapped[Key] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    key: Mapped[Name]
    provenance: Mapped[str] = mapped_column(String(10))
    source: Mapped[Name]
    purpose: Mapped[str] = mapped_column(Text)
    legal_basis: Mapped[str] = mapped_column(Text)
    supplied_at: Mapped[RequiredMoment]
    supplied_by: Mapped[str | None] = mapped_column(String(26))
    content: Mapped[Any] = mapped_column(EncryptedJson("evidence.content", row=("case_id", "id")), nullable=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(32), server_default="")
    fetched_at: Mapped[OptionalMoment]
    is_reused: Mapped[bool] = mapped_column(server_default=false())
    proof: Mapped[Json]
    outcome: Mapped[str] = mapped_column(String(20), server_default="proved")
    compared: Mapped[Any] = mapped_column(EncryptedJson("evidence.compared", row=("case_id", "id")), nullable=True)
    """What was stated and what was found, where they were held against each other."""
