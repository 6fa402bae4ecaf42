"""Seals of silence of one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.casework.silence import Silence
from engine.errors import NotFound
from engine.store.rows import columns_of, plain, table_of, taken
from engine.store.tables import silences as tables

SILENCE = table_of(tables.Silence)
SILENCE_COLUMNS = columns_of(tables.Silence)


class Silences:
    """Keeps and finds them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, silence: Silence) -> None:
        """Keep a new one."""
        self._connection.execute(insert(SILENCE), plain(silence))

    def lock(self, silence_id: str) -> Silence:
        """One, held until the end of the transaction. Raises NotFound."""
        row = self._connection.execute(_ALL.where(SILENCE.c.id == silence_id).with_for_update()).first()
        if row is None:
            raise NotFound.of("seal of silence", silence_id)
        return to_silence(row)

    def lift(self, silence: Silence) -> None:
        """Keep that it was lifted."""
        changed = {name: plain(silence)[name] for name in ("lifted_at", "lifted_by", "lift_reason")}
        self._connection.execute(update(SILENCE).where(SILENCE.c.id == silence.id).values(changed))


_ALL = select(*SILENCE_COLUMNS)


def to_silence(row: Any) -> Silence:
    """A silence of its row."""
    values = taken(SILENCE_COLUMNS, row)
    return Silence(**{**values, "readers": tuple(values["readers"] or ())})
