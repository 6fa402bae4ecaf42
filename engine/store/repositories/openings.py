"""Openings of cases, of one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from engine.casework.opening import Opening, ReviewVerdict
from engine.errors import NotFound
from engine.store.rows import columns_of, plain, table_of, taken
from engine.store.tables import openings as tables

OPENING = table_of(tables.CaseOpening)
OPENING_COLUMNS = columns_of(tables.CaseOpening)
_CHANGED = ("until_at", "verdict", "reviewed_by", "reviewed_at", "remark")


class Openings:
    """Openings of one transaction. The case must be locked, by its instance, for whatever changes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, opening: Opening) -> None:
        """Keep a new opening."""
        self._connection.execute(insert(OPENING), _of_opening(opening))

    def get(self, case_id: str, opening_id: str) -> Opening:
        """An opening of a case. Raises NotFound."""
        wanted = (OPENING.c.case_id == case_id, OPENING.c.id == opening_id)
        row = self._connection.execute(select(*OPENING_COLUMNS).where(*wanted)).first()
        if row is None:
            raise NotFound.of("opening", opening_id)
        return to_opening(taken(OPENING_COLUMNS, row))

    def save(self, opening: Opening) -> None:
        """Keep an opening as it is now."""
        row = _of_opening(opening)
        wanted = (OPENING.c.case_id == opening.case_id, OPENING.c.id == opening.id)
        self._connection.execute(update(OPENING).where(*wanted).values({name: row[name] for name in _CHANGED}))

    def number_since(self, account: str, since: datetime) -> int:
        """How many cases somebody has opened since a moment."""
        # what was opened since then holds, or held, later than then: so the index of accounts serves
        wanted = (OPENING.c.account == account, OPENING.c.until_at > since, OPENING.c.opened_at > since)
        return int(self._connection.execute(select(func.count()).where(*wanted)).scalar_one())


def to_opening(row: dict[str, Any]) -> Opening:
    """An opening of its row."""
    return Opening(**{**row, "verdict": ReviewVerdict(row["verdict"]) if row["verdict"] else None})


def _of_opening(opening: Opening) -> dict[str, Any]:
    return {**plain(opening), "verdict": str(opening.verdict) if opening.verdict else None}
