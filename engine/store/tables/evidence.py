"""Answers of registers, kept so that the same is not asked twice."""

from __future__ import annotations

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import Encrypted
from engine.store.encryption.owners import OF_CASE, of_person
from engine.store.tables.base import Base, Json, Key, Name, OptionalMoment, RequiredMoment

REUSABLE = text("valid_until IS NOT NULL")
"""Written out, so that a database can see that the index of these rows serves a statement."""


class LookupAnswer(Base):
    """One question to a register in one case: who asks it, and what was answered."""

    __tablename__ = "lookup_answer"
    __table_args__ = (
        Index(
            "ix_lookup_answer_person",
            "person",
            "question",
            "valid_until",
            sqlite_where=REUSABLE,
            postgresql_where=REUSABLE,
        ),
        {"sqlite_with_rowid": False},
    )

    instance_id: Mapped[Key] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str | None] = mapped_column(String(26))
    register: Mapped[Name]
    asked_by: Mapped[Key]
    asked_until: Mapped[RequiredMoment]
    status: Mapped[int | None]
    body: Mapped[str] = mapped_column(
        Encrypted("lookup_answer.body", row=("question",), owner=(*of_person("person"), *OF_CASE))
    )
    """Of the person, for other cases of hers may use it."""
    answered_at: Mapped[OptionalMoment]
    valid_until: Mapped[OptionalMoment]
    is_reused: Mapped[bool]
    proof: Mapped[Json]
