"""Counts what is asked of a database, and how it looks things up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


@contextmanager
def statements_of(reading: Connection | Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements, with what is bound, that this connection, or all of an engine, are asked within."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, text: str, bound: Any, *_: Any) -> None:
        seen.append((text, bound))

    event.listen(reading, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(reading, "before_cursor_execute", note)


def plan_of(reading: Connection, statement: tuple[str, Any]) -> list[str]:
    """How SQLite answers a statement, a line a step."""
    driver = reading.connection.driver_connection
    return [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1])]
