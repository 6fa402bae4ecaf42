"""Incidents as operators see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from engine.casework.job import Incident, IncidentState
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.rows import columns_of, table_of, taken, to_incident
from engine.store.tables import jobs as tables
from engine.store.tables.instances import Instance

_INCIDENT = table_of(tables.Incident)
_JOB = table_of(tables.Job)
_INSTANCE = table_of(Instance)
_COLUMNS = columns_of(tables.Incident)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilter:
    """Which incidents; what is None leaves all."""

    procedure: str | None = None
    """Process of the instance behind it."""
    type: str | None = None
    """Of the job that failed: its connector."""
    partner: str | None = None
    """Whom that job called."""
    error: str | None = None
    """The incident's code, or a part of its message."""
    instance_id: str | None = None

    def of(self, statement: Select[Any]) -> Select[Any]:
        """The statement, for these only."""
        if self.instance_id is not None:
            statement = statement.where(_INCIDENT.c.instance_id == self.instance_id)
        if self.error is not None:
            is_said = _INCIDENT.c.message.contains(self.error, autoescape=True)
            statement = statement.where(or_(_INCIDENT.c.code == self.error, is_said))
        if self.procedure is not None:
            behind = select(1).where(
                _INSTANCE.c.id == _INCIDENT.c.instance_id, _INSTANCE.c.process_id == self.procedure
            )
            statement = statement.where(behind.exists())
        said = [(_JOB.c.type, self.type), (_JOB.c.partner, self.partner)]
        wanted = [column == value for column, value in said if value is not None]
        if wanted:
            statement = statement.where(select(1).where(_JOB.c.id == _INCIDENT.c.job_id, *wanted).exists())
        return statement


def incident_page(
    connection: Connection,
    *,
    state: str | None = "open",
    procedure: str | None = None,
    type: str | None = None,
    partner: str | None = None,
    error: str | None = None,
    instance_id: str | None = None,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Incident]:
    """Incidents, the newest first. One statement. Raises CursorUnknown."""
    start = decode_cursor(cursor, str)
    which = IncidentFilter(procedure=procedure, type=type, partner=partner, error=error, instance_id=instance_id)
    statement = which.of(select(*_COLUMNS))
    if state is not None:
        is_open = state == IncidentState.open
        statement = statement.where(tables.INCIDENT_IS_OPEN if is_open else _INCIDENT.c.state == state)
    if start is not None:
        statement = statement.where(_INCIDENT.c.id < start[0])
    most = bounded(limit)
    rows = connection.execute(statement.order_by(_INCIDENT.c.id.desc()).limit(most + 1))
    return page_of([to_incident(taken(_COLUMNS, row)) for row in rows], most, lambda one: (one.id,))


def open_incidents_of_jobs(connection: Connection, which: IncidentFilter, most: int) -> list[Incident]:
    """Open incidents that stand for failed jobs, the oldest first. One statement."""
    statement = which.of(select(*_COLUMNS)).where(tables.INCIDENT_IS_OPEN, _INCIDENT.c.job_id.is_not(None))
    rows = connection.execute(statement.order_by(_INCIDENT.c.id).limit(most))
    return [to_incident(taken(_COLUMNS, row)) for row in rows]
