"""Agencies and how they are made up; absences and deputies; mandates.

What somebody may do is in `membership`, `supervision` and `administration`, which every request reads; the tables here
stand beside them.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import Encrypted
from engine.store.encryption.owners import of_person
from engine.store.tables.base import Base, Json, Key, Name, OptionalMoment, RequiredMoment


class Agency(Base):
    """A public organisation that answers for services."""

    __tablename__ = "agency"
    __table_args__ = (Index("uq_agency_key", "key", unique=True),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    key: Mapped[Name]
    names: Mapped[Json]
    """By language."""
    parent: Mapped[Name | None]
    contact: Mapped[Json]
    created_by: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[RequiredMoment]


class Unit(Base):
    """A part of an agency."""

    __tablename__ = "unit"

    agency: Mapped[Name] = mapped_column(primary_key=True)
    key: Mapped[Name] = mapped_column(primary_key=True)
    names: Mapped[Json]
    parent: Mapped[Name | None]
    created_at: Mapped[RequiredMoment]


class AgencyRole(Base):
    """A function in an agency; `agency:role` is the queue of its tasks."""

    __tablename__ = "agency_role"

    agency: Mapped[Name] = mapped_column(primary_key=True)
    key: Mapped[Name] = mapped_column(primary_key=True)
    names: Mapped[Json]
    created_at: Mapped[RequiredMoment]


class UnitMember(Base):
    """In which unit of an agency an account works."""

    __tablename__ = "unit_member"

    agency: Mapped[Name] = mapped_column(primary_key=True)
    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), primary_key=True)
    unit: Mapped[Name]


class Administration(Base):
    """An account administers an agency."""

    __tablename__ = "administration"

    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), primary_key=True)
    agency: Mapped[Name] = mapped_column(primary_key=True)


class Absence(Base):
    """A time in which a member of an agency is away."""

    __tablename__ = "absence"
    __table_args__ = (
        Index("ix_absence_account_id", "account_id"),
        Index("ix_absence_agency", "agency", "id"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    agency: Mapped[Name]
    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(20))
    from_at: Mapped[RequiredMoment]
    until_at: Mapped[OptionalMoment]
    created_by: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[RequiredMoment]


class Deputyship(Base):
    """One member of an agency stands in for another."""

    __tablename__ = "deputyship"
    __table_args__ = (
        Index("ix_deputyship_deputy", "deputy"),
        Index("ix_deputyship_agency", "agency", "id"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    agency: Mapped[Name]
    absent: Mapped[Key] = mapped_column(ForeignKey("account.id"))
    deputy: Mapped[Key] = mapped_column(ForeignKey("account.id"))
    while_absent: Mapped[bool]
    from_at: Mapped[RequiredMoment]
    until_at: Mapped[OptionalMoment]
    created_by: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[RequiredMoment]
    ended_at: Mapped[OptionalMoment]


class DeputyQueue(Base):
    """A queue that a deputyship is for."""

    __tablename__ = "deputy_queue"

    deputyship_id: Mapped[Key] = mapped_column(ForeignKey("deputyship.id"), primary_key=True)
    queue: Mapped[Name] = mapped_column(primary_key=True)


class Mandate(Base):
    """An account acts for another."""

    __tablename__ = "mandate"
    __table_args__ = (
        Index("ix_mandate_holder", "holder", "id"),
        Index("ix_mandate_mandator", "mandator", "id"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    mandator: Mapped[Key] = mapped_column(ForeignKey("account.id"))
    holder: Mapped[Key] = mapped_column(ForeignKey("account.id"))
    services: Mapped[str] = mapped_column(Text)
    """Keys with a blank between them; `*` for all."""
    from_at: Mapped[RequiredMoment]
    until_at: Mapped[OptionalMoment]
    source: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str] = mapped_column(Encrypted("mandate.reference", owner=of_person("mandator")))
    state: Mapped[str] = mapped_column(String(10))
    offered_by: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[RequiredMoment]
    mandator_accepted_at: Mapped[OptionalMoment]
    holder_accepted_at: Mapped[OptionalMoment]
    ended_by: Mapped[str | None] = mapped_column(String(26))
    ended_at: Mapped[OptionalMoment]
