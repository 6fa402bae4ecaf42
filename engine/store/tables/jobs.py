"""Jobs of the machine, and incidents."""

from __future__ import annotations

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import Encrypted
from engine.store.tables.base import Base, Json, Key, Name, OptionalMoment, RequiredMoment

TAKEABLE = text("state IN ('waiting', 'running')")
"""Written out, so that a database can see that the index of these rows serves a statement."""
JOB_HAS_FAILED = text("state = 'failed'")
"""Written out, for the same reason."""
INCIDENT_IS_OPEN = text("state = 'open'")
"""Written out, for the same reason."""


class Job(Base):
    """One job. `available_at` is when it may be taken: its due time, or the end of the lease of who holds it."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_available_at", "available_at", "id", sqlite_where=TAKEABLE, postgresql_where=TAKEABLE),
        Index("ix_job_instance_id_wait", "instance_id", "wait"),
        Index("ix_job_failed", "id", sqlite_where=JOB_HAS_FAILED, postgresql_where=JOB_HAS_FAILED),
        Index(
            "ix_job_share",
            "partner",
            "procedure",
            "available_at",
            "id",
            sqlite_where=TAKEABLE,
            postgresql_where=TAKEABLE,
        ),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    instance_id: Mapped[str | None] = mapped_column(String(26))
    wait: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    type: Mapped[Name]
    element_id: Mapped[Name]
    state: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[RequiredMoment]
    available_at: Mapped[RequiredMoment]
    lease_owner: Mapped[Name | None]
    lease_until: Mapped[OptionalMoment]
    attempts: Mapped[int]
    retries: Mapped[int]
    headers: Mapped[Json]
    payload: Mapped[str | None] = mapped_column(Encrypted("job.payload"))
    term: Mapped[Name | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[RequiredMoment]
    partner: Mapped[Name] = mapped_column(server_default="")
    """Whom a service job calls; empty for work of the engine's own."""
    procedure: Mapped[Name] = mapped_column(server_default="")
    """Process of the instance behind it; empty where there is none. Workers serve partners and procedures in turn."""
    trace: Mapped[str | None] = mapped_column(String(55))
    """The span in which it was made."""


class Incident(Base):
    """An automatic step that failed for good."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_instance_id", "instance_id"),
        Index("ix_incident_open", "id", sqlite_where=INCIDENT_IS_OPEN, postgresql_where=INCIDENT_IS_OPEN),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    instance_id: Mapped[str | None] = mapped_column(String(26))
    wait: Mapped[int]
    element_id: Mapped[Name]
    code: Mapped[Name]
    message: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str] = mapped_column(Text)
    job_id: Mapped[str | None] = mapped_column(String(26))
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[RequiredMoment]
    resolved_at: Mapped[OptionalMoment]
    resolved_by: Mapped[str | None] = mapped_column(String(26))
