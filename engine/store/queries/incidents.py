"""Incidents as operators see them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from engine.casework.job import Incident, IncidentState
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.rows import columns_of, table_of, taken, to_incident
from engine.store.tables import jobs as tables

_INCIDENT = table_of(tables.Incident)
_COLUMNS = columns_of(tables.Incident)


def incident_page(
    connection: Connection,
    *,
    state: str | None = "open",
    instance_id: str | None = None,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Incident]:
    """Incidents, the newest first. One statement. Raises CursorUnknown."""
    start = decode_cursor(cursor, str)
    statement = select(*_COLUMNS)
    if state is not None:
        is_open = state == IncidentState.open
        statement = statement.where(tables.INCIDENT_IS_OPEN if is_open else _INCIDENT.c.state == state)
    if instance_id is not None:
        statement = statement.where(_INCIDENT.c.instance_id == instance_id)
    if start is not None:
        statement = statement.where(_INCIDENT.c.id < start[0])
    most = bounded(limit)
    rows = connection.execute(statement.order_by(_INCIDENT.c.id.desc()).limit(most + 1))
    return page_of([to_incident(taken(_COLUMNS, row)) for row in rows], most, lambda one: (one.id,))
