"""Closures of agencies, and the terms they move, of one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine.casework.closure import Closure
from engine.errors import NotFound
from engine.store.rows import plain, table_of
from engine.store.tables import cases as tables

CLOSURE = table_of(tables.Closure)
_CASE = table_of(tables.Case)
_OF_AGENCY = select(CLOSURE).where(CLOSURE.c.agency == bindparam("agency")).order_by(CLOSURE.c.first_day)
_LOOK_AGAIN = (
    update(_CASE)
    .where(_CASE.c.agency == bindparam("of"), _CASE.c.closed_at.is_(None), _CASE.c.deadline_at.is_not(None))
    .values(look_at=bindparam("at"))
)


class Closures:
    """Closures of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_agency(self, agency: str) -> list[Closure]:
        """All closures of an agency, the first one first."""
        return [closure_of(row._mapping) for row in self._connection.execute(_OF_AGENCY, {"agency": agency})]

    def get(self, closure_id: str) -> Closure:
        """A closure. Raises NotFound."""
        row = self._connection.execute(select(CLOSURE).where(CLOSURE.c.id == closure_id)).first()
        if row is None:
            raise NotFound.of("closure", closure_id)
        return closure_of(row._mapping)

    def add(self, closure: Closure) -> None:
        """Keep a closure."""
        row = plain(closure)
        days = {name: row[name].isoformat() for name in ("first_day", "last_day")}
        self._connection.execute(insert(CLOSURE), {**row, **days})

    def remove(self, closure_id: str) -> None:
        """Take a closure out."""
        self._connection.execute(delete(CLOSURE).where(CLOSURE.c.id == closure_id))

    def look_again(self, agency: str, at: datetime) -> None:
        """Let every running term of an agency be looked at, for its days have changed."""
        self._connection.execute(_LOOK_AGAIN, {"of": agency, "at": at})

    def to_look_at(self, now: datetime, most: int) -> list[str]:
        """The instances whose terms must be looked at, the longest due first."""
        statement = select(_CASE.c.instance_id).where(_CASE.c.look_at <= now).order_by(_CASE.c.look_at).limit(most)
        return list(self._connection.execute(statement).scalars())


def closure_of(row: Mapping[Any, Any]) -> Closure:
    """A closure of its row."""
    days = {name: date.fromisoformat(row[name]) for name in ("first_day", "last_day")}
    return Closure(**{**dict(row), **days})
