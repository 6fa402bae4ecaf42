"""PostgreSQL: the writes of a transaction are sent together, and answered together before its commit.

A step writes a handful of rows whose answers nobody needs one by one; waiting for each would cost more than writing
them (docs/benchmarks.md). In psycopg's pipeline mode a statement marked with `SENT_TOGETHER` is sent without waiting
for its answer. Every other statement waits, and with it all that was sent before. A fault of a write is told by the
next statement that waits, or at the end of the pipeline, which comes before the commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

SENT_TOGETHER: Final = {"sent_together": True}
"""Execution options of a write whose count of rows nobody asks for. SQLite takes no notice."""

_SERVER_GOES: Final = ("08", "57P")
"""SQLSTATE classes: the connection was lost; the server is shutting down, or an operator ended the connection."""


def heed_marks(engine: Engine) -> None:
    """Let the connections of an engine wait for statements without the mark only."""
    event.listen(engine, "do_execute", _execute)
    event.listen(engine, "do_executemany", _execute_many)


@contextmanager
def sending_together(connection: Connection) -> Iterator[None]:
    """A pipeline on a connection. Raises DBAPIError when a write that was sent has failed."""
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline() as pipeline:
            connection.execution_options(pipeline=pipeline)
            yield
    except psycopg.Error as failed:
        # A fault without a code is not told by the server: the connection itself broke, whether or not it knows yet.
        gone = failed.sqlstate is None or failed.sqlstate.startswith(_SERVER_GOES) or driver.closed
        if gone:
            connection.invalidate(failed)
        raise DBAPIError.instance(
            "the writes of a transaction",
            None,
            failed,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=gone,
            dialect=connection.dialect,
        ) from failed


def _execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    cursor.execute(statement, parameters)
    _wait(context)
    return True


def _execute_many(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    cursor.executemany(statement, parameters)
    _wait(context)
    return True


def _wait(context: Any) -> None:
    options = context.execution_options
    if "pipeline" in options and "sent_together" not in options:
        options["pipeline"].sync()
