"""Exports of one's own data, until they are over."""

from __future__ import annotations

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, OptionalMoment, RequiredMoment


class DataExport(Base):
    """One export; its files lie in the storage."""

    __tablename__ = "data_export"
    __table_args__ = (
        Index("ix_data_export_account_id", "account_id", "id"),
        Index("ix_data_export_expires_at", "expires_at"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    account_id: Mapped[Key]
    language: Mapped[str] = mapped_column(String(2))
    asked_at: Mapped[RequiredMoment]
    expires_at: Mapped[RequiredMoment]
    ready_at: Mapped[OptionalMoment]
    json_sha256: Mapped[str | None] = mapped_column(String(64))
    json_size: Mapped[int | None]
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    pdf_size: Mapped[int | None]
    pdf_fault: Mapped[str | None] = mapped_column(Text)
