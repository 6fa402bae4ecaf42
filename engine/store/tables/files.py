"""Attachments, the pieces they came in, and the documents that agencies issued. Content itself is kept elsewhere."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import Encrypted
from engine.store.encryption.owners import of_person
from engine.store.tables.base import Base, Key, Name, OptionalMoment, RequiredMoment


class Attachment(Base):
    """A file of an applicant or clerk."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_case_id", "case_id"),
        Index("ix_attachment_owner", "owner"),
        Index("ix_attachment_sha256", "sha256"),
        Index(
            "ix_attachment_unattached",
            "expires_at",
            sqlite_where=text("case_id IS NULL"),
            postgresql_where=text("case_id IS NULL"),
        ),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(26))
    name: Mapped[str] = mapped_column(Encrypted("attachment.name", owner=of_person("owner"), longest=255))
    purpose: Mapped[Name]
    length: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str | None] = mapped_column(String(20))
    media_type: Mapped[Name | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)
    case_id: Mapped[str | None] = mapped_column(String(26))
    field: Mapped[Name | None]
    created_at: Mapped[RequiredMoment]
    expires_at: Mapped[RequiredMoment]
    completed_at: Mapped[OptionalMoment]


class AttachmentPiece(Base):
    """A piece of an upload under way, kept as content of its own."""

    __tablename__ = "attachment_piece"
    __table_args__ = (Index("ix_attachment_piece_sha256", "sha256"), {"sqlite_with_rowid": False})

    attachment_id: Mapped[Key] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))


class DocumentCounter(Base):
    """The last serial number given by an agency in a year."""

    __tablename__ = "document_counter"

    agency: Mapped[Name] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Document(Base):
    """A document that an agency issued, or is about to."""

    __tablename__ = "document"
    __table_args__ = (
        Index("uq_document_job_id", "job_id", unique=True),
        Index("uq_document_number", "number", unique=True),
        Index("uq_document_code", "code", unique=True),
        Index("ix_document_case_id", "case_id"),
        Index("ix_document_sha256", "sha256"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    job_id: Mapped[Key]
    instance_id: Mapped[Key]
    case_id: Mapped[Key]
    applicant: Mapped[str] = mapped_column(String(26))
    agency: Mapped[Name]
    service_key: Mapped[Name]
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[Name]
    code: Mapped[str] = mapped_column(String(20))
    template: Mapped[Name]
    template_checksum: Mapped[str] = mapped_column(String(64))
    title: Mapped[Name]
    language: Mapped[str] = mapped_column(String(2))
    outcome: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    reserved_at: Mapped[RequiredMoment]
    issued_at: Mapped[OptionalMoment]
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(BigInteger)
    signed_by: Mapped[Name | None]
    revoked_at: Mapped[OptionalMoment]
    revoked_by: Mapped[str | None] = mapped_column(String(26))
    revocation_reason: Mapped[str | None] = mapped_column(Text)
