"""Whether there is work for a program outside. Asked by reading, again and again, while it waits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from engine.casework.job import JobKind
from engine.store.rows import table_of
from engine.store.tables import jobs as tables

_JOB = table_of(tables.Job)
_DUE = (
    select(_JOB.c.id)
    .where(
        tables.TAKEABLE,
        _JOB.c.available_at <= bindparam("now"),
        _JOB.c.kind == str(JobKind.service),
        _JOB.c.type.in_(bindparam("types", expanding=True)),
    )
    .order_by(_JOB.c.available_at)
    .limit(1)
)


def is_any_due(connection: Connection, types: Collection[str], now: datetime) -> bool:
    """Whether a job of one of these types may be taken. One statement."""
    return connection.execute(_DUE, {"types": list(types), "now": now}).first() is not None
