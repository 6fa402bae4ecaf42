"""Partners that failed lately, for workers and operators."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from engine.casework.partner import Partner
from engine.store.rows import columns_of, table_of, taken
from engine.store.tables import partners as tables

_MOST: Final = 1_000
_COLUMNS = columns_of(tables.Partner)
_ALL = select(*_COLUMNS).order_by(table_of(tables.Partner).c.name).limit(_MOST)


def troubled_partners(connection: Connection) -> list[Partner]:
    """All partners that failed since they last answered, by name; 1,000 at most. One statement."""
    return [Partner(**taken(_COLUMNS, row)) for row in connection.execute(_ALL)]
