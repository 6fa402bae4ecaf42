"""PostgreSQL: the writes of a transaction and its commit are sent together, and answered together.

A step writes a handful of rows whose answers nobody needs one by one; waiting for each would cost more than writing
them (docs/benchmarks.md). In psycopg's pipeline mode a statement marked with `SENT_TOGETHER` is sent without waiting
for its answer. Every other statement waits, and with it all that was sent before. A fault of a write is told by the
next statement that waits, or at the end. The commit goes with the last writes: when one of them fails, the server
passes over all that follows, the commit too (PostgreSQL's manual, 34.5). When the connection is lost then, nobody knows
whether the commit happened, and it is told as a commit without an answer is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, Select, Update, event, func, literal, select
from sqlalchemy.exc import DBAPIError

SENT_TOGETHER: Final = {"sent_together": True}
"""Execution options of a write whose count of rows nobody asks for. SQLite takes no notice."""

_SERVER_GOES: Final = ("08", "57P")
"""SQLSTATE classes: the connection was lost; the server is shutting down, or an operator ended the connection."""


def heed_marks(engine: Engine) -> None:
    """Let the connections of an engine wait for statements without the mark only."""
    event.listen(engine, "do_execute", _execute)
    event.listen(engine, "do_executemany", _execute_many)


def sure(counted: Update) -> Select[Any]:
    """An update that the server refuses, by a division by zero, when it changes no row: nobody needs its count."""
    changed = counted.returning(literal(1).label("one")).cte("changed")
    return select(1 / func.count()).select_from(changed).execution_options(**SENT_TOGETHER)


@dataclass(slots=True)
class Sending:
    """How far a transaction is whose statements are sent together."""

    pipeline: psycopg.Pipeline
    was_answered: bool = False
    """Whether the server has answered at all: until then the connection may be a dead one of the pool."""
    ends: bool = False
    """Whether the commit is to be sent with what is still to be sent, once the server has answered before."""

    def wait(self) -> None:
        """Wait for the answers to all that was sent. Raises psycopg.Error."""
        self.pipeline.sync()
        self.was_answered = True


@contextmanager
def sending_together(connection: Connection) -> Iterator[Sending]:
    """A pipeline on a connection. Raises DBAPIError when a write that was sent, or the commit with it, has failed."""
    driver: Any = connection.connection.driver_connection
    commit_was_sent = False
    try:
        with driver.pipeline() as pipeline:
            sending = Sending(pipeline)
            connection.execution_options(sending=sending)
            yield sending
            if sending.ends and sending.was_answered:
                commit_was_sent = True
                driver.execute("COMMIT", prepare=False)
    except psycopg.Error as failed:
        # A fault without a code is not told by the server: the connection itself broke, whether or not it knows yet.
        gone = failed.sqlstate is None or failed.sqlstate.startswith(_SERVER_GOES) or driver.closed
        if gone:
            connection.invalidate(failed)
        raise DBAPIError.instance(
            # as SQLAlchemy does: without a statement it is the commit that failed, which is never repeated
            None if commit_was_sent else "the writes of a transaction",
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
    if "sending" in options and "sent_together" not in options:
        options["sending"].wait()
