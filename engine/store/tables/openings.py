"""Cases that staff opened for a stated reason."""

from __future__ import annotations

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, Name, OptionalMoment, RequiredMoment

_UNREVIEWED = text("verdict IS NULL")


class CaseOpening(Base):
    """One opening. It is erased with the record of its case."""

    __tablename__ = "case_opening"
    __table_args__ = (
        Index("ix_case_opening_account_until", "account", "until_at"),
        Index("ix_case_opening_agency", "agency", "id"),
        Index("ix_case_opening_unreviewed", "agency", "id", sqlite_where=_UNREVIEWED, postgresql_where=_UNREVIEWED),
    )

    case_id: Mapped[Key] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    agency: Mapped[Name]
    account: Mapped[Key]
    reason: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[RequiredMoment]
    until_at: Mapped[RequiredMoment]
    verdict: Mapped[str | None] = mapped_column(String(10))
    reviewed_by: Mapped[str | None] = mapped_column(String(26))
    reviewed_at: Mapped[OptionalMoment]
    remark: Mapped[str | None] = mapped_column(Text)
