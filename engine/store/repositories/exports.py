"""Exports of one's own data, of one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from engine.casework.data_export import DataExport
from engine.errors import NotFound
from engine.store.rows import columns_of, plain, table_of, taken
from engine.store.tables import exports as tables

EXPORT = table_of(tables.DataExport)
EXPORT_COLUMNS = columns_of(tables.DataExport)
_MOST: Final = 100


class DataExports:
    """Keeps and finds them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, export: DataExport) -> None:
        """Keep a new one."""
        self._connection.execute(insert(EXPORT), plain(export))

    def lock(self, export_id: str) -> DataExport:
        """One, held until the end of the transaction. Raises NotFound."""
        row = self._connection.execute(
            select(*EXPORT_COLUMNS).where(EXPORT.c.id == export_id).with_for_update()
        ).first()
        if row is None:
            raise NotFound.of("export", export_id)
        return DataExport(**taken(EXPORT_COLUMNS, row))

    def of_account(self, account: str, now: datetime) -> list[DataExport]:
        """Those of an account that are not over, the newest first, at most 100."""
        statement = (
            select(*EXPORT_COLUMNS)
            .where(EXPORT.c.account_id == account, EXPORT.c.expires_at > now)
            .order_by(EXPORT.c.id.desc())
            .limit(_MOST)
        )
        return [DataExport(**taken(EXPORT_COLUMNS, row)) for row in self._connection.execute(statement)]

    def save(self, export: DataExport) -> None:
        """Keep what became of it."""
        self._connection.execute(update(EXPORT).where(EXPORT.c.id == export.id).values(plain(export)))

    def forget(self, now: datetime) -> int:
        """Remove those that are over; gives how many. Their files are garbage then."""
        return self._connection.execute(delete(EXPORT).where(EXPORT.c.expires_at <= now)).rowcount
