"""Jobs as operators see them. What they carry is not shown: it may be data of persons."""

from __future__ import annotations

from sqlalchemy import Connection, select

from engine.casework.job import Job
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.rows import columns_of, table_of, taken, to_job
from engine.store.tables import jobs as tables

_JOB = table_of(tables.Job)
_COLUMNS = columns_of(tables.Job, "payload")


def job_page(
    connection: Connection,
    *,
    type: str | None = None,
    state: str | None = None,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Job]:
    """Jobs by key, the newest first. One statement. Raises CursorUnknown."""
    start = decode_cursor(cursor, str)
    statement = select(*_COLUMNS)
    if type is not None:
        statement = statement.where(_JOB.c.type == type)
    if state is not None:
        statement = statement.where(_JOB.c.state == state)
    if start is not None:
        statement = statement.where(_JOB.c.id < start[0])
    most = bounded(limit)
    rows = connection.execute(statement.order_by(_JOB.c.id.desc()).limit(most + 1))
    found = [to_job({**taken(_COLUMNS, row), "payload": None}) for row in rows]
    return page_of(found, most, lambda one: (one.id,))
