"""Figures of the engine's state, for the operators' monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.store.rows import table_of
from engine.store.tables import jobs as tables

_JOB = table_of(tables.Job)
_INCIDENT = table_of(tables.Incident)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFigures:
    """How the machine's work stands."""

    due_jobs: int
    """Jobs that could be taken now; counted up to 10,000."""
    job_lag_seconds: float
    """How long the oldest of them has waited."""
    open_incidents: int


def engine_figures(connection: Connection, now: datetime) -> EngineFigures:
    """The figures at a moment. Two statements on small indexes."""
    due = (
        select(_JOB.c.available_at)
        .where(tables.TAKEABLE, _JOB.c.available_at <= now)
        .order_by(_JOB.c.available_at)
        .limit(10_000)
        .subquery()
    )
    jobs = connection.execute(select(func.count(), func.min(due.c.available_at)).select_from(due)).one()
    incidents = connection.execute(
        select(func.count()).select_from(_INCIDENT).where(tables.INCIDENT_IS_OPEN)
    ).scalar_one()
    lag = (now - jobs[1]).total_seconds() if jobs[1] is not None else 0.0
    return EngineFigures(due_jobs=jobs[0], job_lag_seconds=lag, open_incidents=incidents)
