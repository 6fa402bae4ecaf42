"""Exchanges of one job, as operators see them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, select

from engine.casework.exchange import Exchange
from engine.store.rows import columns_of, table_of, taken
from engine.store.tables import partners as tables

_MOST: Final = 50
_COLUMNS = columns_of(tables.Exchange)
_TABLE = table_of(tables.Exchange)
_OF_JOB = (
    select(*_COLUMNS)
    .where(_TABLE.c.job_id == bindparam("job"))
    .order_by(_TABLE.c.attempt.desc(), _TABLE.c.position.desc())
    .limit(_MOST)
)


def exchanges_of(connection: Connection, job_id: str) -> list[Exchange]:
    """What was said to the partner of a job and what it answered, the last first; 50 at most. One statement."""
    found = connection.execute(_OF_JOB, {"job": job_id})
    return [
        Exchange(**{name: {} if value is None and name.endswith("headers") else value for name, value in row.items()})
        for row in (taken(_COLUMNS, one) for one in found)
    ]
