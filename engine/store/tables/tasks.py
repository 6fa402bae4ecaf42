"""Tasks of people."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import Encrypted
from engine.store.tables.base import Base, Json, Key, Name, OptionalMoment, RequiredMoment

_OPEN = text("state IN ('open', 'claimed')")
_OFFERED = text("offered_to IS NOT NULL")


class Task(Base):
    """One task. The indexes hold open tasks only, so that history costs the queues nothing."""

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "ix_task_queue_due", "queue", "due_rank", "instance_id", "wait", sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index(
            "ix_task_queue_created",
            "queue",
            "created_at",
            "instance_id",
            "wait",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "ix_task_queue_priority",
            "queue",
            "priority_rank",
            "instance_id",
            "wait",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_task_assignee", "assignee", "due_rank", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_task_offered_to", "offered_to", "due_rank", sqlite_where=_OFFERED, postgresql_where=_OFFERED),
        {"sqlite_with_rowid": False},
    )

    instance_id: Mapped[Key] = mapped_column(primary_key=True)
    wait: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[str | None] = mapped_column(String(26))
    element_id: Mapped[Name]
    name: Mapped[Name]
    queue: Mapped[Name | None]
    assignee: Mapped[str | None] = mapped_column(String(26))
    state: Mapped[str] = mapped_column(String(10))
    priority: Mapped[int]
    priority_rank: Mapped[int]
    """100 less the priority: the most urgent first."""
    due_at: Mapped[OptionalMoment]
    due_rank: Mapped[int] = mapped_column(BigInteger)
    """`due_at`, or the end of time: so that tasks without a date come last, by an index."""
    follow_up_at: Mapped[OptionalMoment]
    form_id: Mapped[Name | None]
    properties: Mapped[Json]
    created_at: Mapped[RequiredMoment]
    claimed_at: Mapped[OptionalMoment]
    completed_at: Mapped[OptionalMoment]
    draft: Mapped[str | None] = mapped_column(Encrypted("task.draft", row=("instance_id", "wait")))
    version: Mapped[int]
    acted_for: Mapped[str | None] = mapped_column(String(26))
    """The absent colleague, or the applicant, that the holder acts for."""
    offered_to: Mapped[str | None] = mapped_column(String(26))
    """The colleague the holder wants to hand it to, until she says yes or no."""
