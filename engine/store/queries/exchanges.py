"""Exchanges of one job, as operators see them."""

from __future__ import annotations

from sqlalchemy import Connection, select, tuple_

from engine.casework.exchange import Exchange
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.rows import columns_of, table_of, taken
from engine.store.tables import partners as tables

_COLUMNS = columns_of(tables.Exchange)
_TABLE = table_of(tables.Exchange)


def exchange_page(connection: Connection, job_id: str, *, limit: int = 25, cursor: str | None = None) -> Page[Exchange]:
    """What was said to the partner of a job and what it answered, the last first. One statement."""
    start, most = decode_cursor(cursor, int, int), bounded(limit)
    statement = select(*_COLUMNS).where(_TABLE.c.job_id == job_id)
    if start is not None:
        statement = statement.where(tuple_(_TABLE.c.attempt, _TABLE.c.position) < tuple_(*start))
    rows = connection.execute(statement.order_by(_TABLE.c.attempt.desc(), _TABLE.c.position.desc()).limit(most + 1))
    found = [
        Exchange(**{name: {} if value is None and name.endswith("headers") else value for name, value in row.items()})
        for row in (taken(_COLUMNS, one) for one in rows)
    ]
    return page_of(found, most, lambda one: (one.attempt, one.position))
