"""Long looks at all rows as they were at one moment, and large writes, beside the pools of daily work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from engine.store.faults import translated

View: TypeAlias = Connection
"""What sees one moment: to be handed to queries."""


@contextmanager
def consistent_view(url: str) -> Iterator[Connection]:
    """A connection that sees the database as it was at one moment; others may write meanwhile. Raises Unavailable."""
    with _connected(url, "REPEATABLE READ", "BEGIN") as connection:
        yield connection


@contextmanager
def alone(url: str) -> Iterator[Connection]:
    """A connection for one large transaction. Raises Unavailable."""
    with _connected(url, "READ COMMITTED", "BEGIN IMMEDIATE") as connection:
        yield connection


@contextmanager
def _connected(url: str, postgresql: IsolationLevel, sqlite: str) -> Iterator[Connection]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, poolclass=NullPool)
        # Python's driver begins no transaction before a SELECT, so that it would see each table at another moment.
        event.listen(engine, "connect", _begin_nothing)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(sqlite))
    else:
        driver = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(driver, poolclass=NullPool, isolation_level=postgresql)
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except SQLAlchemyError as failed:
        raise translated(failed) from failed
    finally:
        engine.dispose()


def _begin_nothing(connection: Any, _record: object) -> None:
    connection.isolation_level = None
