"""Jobs as operators see them. What they carry is not shown: it may be data of persons."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from engine.casework.job import Job, JobState
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.rows import columns_of, table_of, taken, to_job
from engine.store.tables import jobs as tables
from engine.store.tables.cases import Case
from engine.store.tables.instances import Instance

_JOB = table_of(tables.Job)
_CASE = table_of(Case)
_INSTANCE = table_of(Instance)
_COLUMNS = columns_of(tables.Job, "payload")
_NUMBERS = (
    select(_INSTANCE.c.id, _CASE.c.number)
    .join(_CASE, _INSTANCE.c.case_id == _CASE.c.id)
    .where(_INSTANCE.c.id.in_(bindparam("instances", expanding=True)))
)


def job_page(
    connection: Connection,
    *,
    procedure: str | None = None,
    type: str | None = None,
    partner: str | None = None,
    state: str | None = None,
    error: str | None = None,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Job]:
    """Jobs by key, the newest first; `error` is part of what was said last. One statement. Raises CursorUnknown."""
    start = decode_cursor(cursor, str)
    statement = select(*_COLUMNS)
    for column, value in ((_JOB.c.procedure, procedure), (_JOB.c.type, type), (_JOB.c.partner, partner)):
        if value is not None:
            statement = statement.where(column == value)
    if state is not None:
        is_failed = state == JobState.failed
        statement = statement.where(tables.JOB_HAS_FAILED if is_failed else _JOB.c.state == state)
    if error is not None:
        statement = statement.where(_JOB.c.last_error.contains(error, autoescape=True))
    if start is not None:
        statement = statement.where(_JOB.c.id < start[0])
    most = bounded(limit)
    rows = connection.execute(statement.order_by(_JOB.c.id.desc()).limit(most + 1))
    found = [to_job({**taken(_COLUMNS, row), "payload": None}) for row in rows]
    return page_of(found, most, lambda one: (one.id,))


def case_numbers_behind(connection: Connection, instances: Collection[str]) -> dict[str, str]:
    """The numbers of the cases that instances stand behind, by instance, where there is one. One statement."""
    return {row[0]: str(row[1]) for row in connection.execute(_NUMBERS, {"instances": list(instances)})}
