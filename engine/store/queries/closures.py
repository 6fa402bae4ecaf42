"""Closures of agencies, as everybody who is signed in may read them."""

from __future__ import annotations

from sqlalchemy import Connection, select, tuple_

from engine.casework.closure import Closure
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.repositories.closures import CLOSURE, closure_of


def closure_page(connection: Connection, agency: str, *, limit: int = 25, cursor: str | None = None) -> Page[Closure]:
    """The closures of an agency, the first one first. One statement."""
    start, most = decode_cursor(cursor, str, str), bounded(limit)
    statement = select(CLOSURE).where(CLOSURE.c.agency == agency)
    if start is not None:
        statement = statement.where(tuple_(CLOSURE.c.first_day, CLOSURE.c.id) > tuple_(*start))
    rows = connection.execute(statement.order_by(CLOSURE.c.first_day, CLOSURE.c.id).limit(most + 1))
    return page_of([closure_of(row._mapping) for row in rows], most, lambda one: (one.first_day.isoformat(), one.id))
