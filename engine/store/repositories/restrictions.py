"""Restricted fields of instances, of one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from engine.casework.visibility import Path
from engine.store.rows import insert_into, table_of
from engine.store.tables import restrictions as tables

RESTRICTION = table_of(tables.FieldRestriction)


class Restrictions:
    """Restricted fields of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, instance_id: str, fields: Mapping[Path, Collection[str]]) -> None:
        """Keep who may see some fields of an instance; what was said of a field before stays."""
        if fields:
            rows = [
                {"instance_id": instance_id, "path": ".".join(path), "readers": " ".join(sorted(readers))}
                for path, readers in sorted(fields.items())
            ]
            self._connection.execute(insert_into(RESTRICTION, self._connection).on_conflict_do_nothing(), rows)
