"""Consents to look-ups, and what registers answered for forms that are not submitted yet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import EncryptedJson
from engine.store.tables.base import Base, Json, Key, Name, OptionalMoment, RequiredMoment


class Consent(Base):
    """A person allowed one look-up of one service, in the words of one version of its text."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_service_key", "account_id", "service_key", "evidence"),)

    account_id: Mapped[Key] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    service_key: Mapped[Name]
    evidence: Mapped[Name]
    version: Mapped[str] = mapped_column(String(64))
    """Hash of what was consented to."""
    legal_basis: Mapped[str] = mapped_column(Text)
    given_at: Mapped[RequiredMoment]
    withdrawn_at: Mapped[OptionalMoment]


class Prefill(Base):
    """A form that registers were asked for, until it is submitted or forgotten."""

    __tablename__ = "prefill"
    __table_args__ = (Index("ix_prefill_expires_at", "expires_at"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    account_id: Mapped[Key]
    service_key: Mapped[Name]
    made_at: Mapped[RequiredMoment]
    expires_at: Mapped[RequiredMoment]


class PrefillAnswer(Base):
    """One look-up for such a form."""

    __tablename__ = "prefill_answer"

    prefill_id: Mapped[Key] = mapped_column(primary_key=True)
    evidence: Mapped[Name] = mapped_column(primary_key=True)
    operation: Mapped[Name] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    register: Mapped[Name]
    purpose: Mapped[str] = mapped_column(Text)
    legal_basis: Mapped[str] = mapped_column(Text)
    fields: Mapped[Json]
    """Path in the answer by key of the form's field."""
    values: Mapped[Any] = mapped_column(
        EncryptedJson("prefill_answer.values", row=("prefill_id", "evidence", "operation")), nullable=True
    )
    """Value by key of the form's field."""
    fetched_at: Mapped[OptionalMoment]
    is_reused: Mapped[bool]
    proof: Mapped[Json]
