"""Jobs as operators see them. What they carry is not shown: it may be data of persons."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from engine.casework.job import Job, JobKind
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.rows import columns_of, table_of, taken, to_job
from engine.store.tables import jobs as tables
from engine.store.tables.cases import Case
from engine.store.tables.instances import Instance

_JOB = table_of(tables.Job)
_CASE = table_of(Case)
_INSTANCE = table_of(Instance)
_COLUMNS = columns_of(tables.Job, "payload")
_NEXT = (
    select(_JOB.c.available_at)
    .where(
        tables.TAKEABLE,
        (_JOB.c.kind != str(JobKind.service)) | _JOB.c.type.in_(bindparam("types", expanding=True)),
    )
    .order_by(_JOB.c.available_at)
    .limit(1)
)
_NUMBER = (
    select(_CASE.c.number)
    .join(_INSTANCE, _INSTANCE.c.case_id == _CASE.c.id)
    .where(_INSTANCE.c.id == bindparam("instance"))
)


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


def seconds_until_due(connection: Connection, now: datetime, types: Collection[str]) -> float | None:
    """How long until the next job of the engine's own, or of these connectors, may be taken; None when there is none.

    0 or less when one may be taken now. One statement.
    """
    at = connection.execute(_NEXT, {"types": list(types)}).scalar()
    return None if at is None else (at - now).total_seconds()


def case_number_behind(connection: Connection, instance_id: str) -> str | None:
    """The number of the case that an instance stands behind; None when there is none. One statement."""
    found = connection.execute(_NUMBER, {"instance": instance_id}).scalar()
    return None if found is None else str(found)
