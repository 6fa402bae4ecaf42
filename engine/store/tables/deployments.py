"""What was deployed: contents by checksum, and one row for each version of a process, decision, form or service."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, Name, RequiredMoment


class Resource(Base):
    """The bytes of a file, kept once however often it is deployed."""

    __tablename__ = "resource"

    checksum: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 in hex."""
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Deployment(Base):
    """Files that were deployed together."""

    __tablename__ = "deployment"

    id: Mapped[Key] = mapped_column(primary_key=True)
    created_at: Mapped[RequiredMoment]
    created_by: Mapped[Name]


class Definition(Base):
    """One version of something executable: `kind` is process, decision, form or service."""

    __tablename__ = "definition"
    __table_args__ = (
        UniqueConstraint("kind", "key", "version"),
        Index("ix_definition_deployment_id", "deployment_id"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[Name]
    """The process id, decision id, form id or service key that models name."""
    version: Mapped[int]
    version_tag: Mapped[Name | None]
    name: Mapped[Name]
    agency: Mapped[Name | None]
    """Of a service."""
    deployment_id: Mapped[Key] = mapped_column(ForeignKey("deployment.id"))
    file_name: Mapped[Name]
    checksum: Mapped[str] = mapped_column(String(64), ForeignKey("resource.checksum"))


class StartSubscription(Base):
    """A start event of the newest version of a process that waits for a message, a signal or a time."""

    __tablename__ = "start_subscription"
    __table_args__ = (Index("ix_start_subscription_kind_name", "kind", "name"),)

    process_id: Mapped[Name] = mapped_column(primary_key=True)
    element_id: Mapped[Name] = mapped_column(primary_key=True)
    definition_id: Mapped[Key] = mapped_column(ForeignKey("definition.id"))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[Name]
    """Of the message or signal; the expression of a timer."""
