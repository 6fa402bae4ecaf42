"""The database: how it is opened, read and written.

SQLite is the embedded default: WAL, a flush at every commit, foreign keys on; its writers take turns in
`writer_queue`. PostgreSQL needs no queue: rows are locked there, and nobody waits for a lock longer than the same time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from engine.errors import Invalid, OnewindowError
from engine.store.faults import is_worth_repeating, translated, waited_in_vain
from engine.store.sent_together import heed_marks, sending_together
from engine.store.unit_of_work import UnitOfWork
from engine.store.writer_queue import WriterQueue

T = TypeVar("T")

_REPEATS: Final = 3
_SHORT_WAIT_MS: Final = 1_000
"""For each lock of a repeat, after a lock was waited for in vain: nobody stays away three times as long."""


class Database:
    """One database by URL: `sqlite:///path` or `postgresql+psycopg://...`. Opens connections when they are needed."""

    def __init__(self, url: str, *, pool_size: int = 16, busy_timeout_ms: int = 5_000) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if self.is_sqlite and parsed.database in (None, "", ":memory:"):
            raise Invalid(
                "Expected a database in a file, found one in memory.", remedy="Write sqlite:///path/to/onewindow.db."
            )
        self.url = parsed.render_as_string(hide_password=False)
        # The connection used last is taken first: its cache is warm, and the others may fall asleep.
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": 4,
            "pool_timeout": 10,
            "pool_use_lifo": True,
        }
        if self.is_sqlite:
            # Threads hand connections on through the pool, one at a time.
            options["connect_args"] = {"timeout": busy_timeout_ms / 1000, "check_same_thread": False}
        else:
            options["connect_args"] = {"connect_timeout": 10}
            if "options" not in parsed.query:
                options["connect_args"]["options"] = f"-c lock_timeout={busy_timeout_ms}"
        self._short_wait_ms = min(busy_timeout_ms, _SHORT_WAIT_MS)
        self._writer: Engine = create_engine(parsed, **options)
        self._reader: Engine = create_engine(parsed, isolation_level="AUTOCOMMIT", **options)
        if not self.is_sqlite:
            # psycopg would send each row of an INSERT by itself; one statement with all rows saves round trips
            self._writer.dialect.use_insertmanyvalues_wo_returning = True
            heed_marks(self._writer)
        self._queue: WriterQueue | None = None
        if self.is_sqlite:
            self._queue = WriterQueue(f"{parsed.database}.writer", busy_timeout_ms / 1000)
            for engine in (self._writer, self._reader):
                event.listen(engine, "connect", _prepare_sqlite)
            event.listen(self._writer, "begin", _begin_immediate)

    @property
    def engines(self) -> tuple[Engine, Engine]:
        """The engines for writing and for reading, for those who listen to statements."""
        return self._writer, self._reader

    def work(self, *, gathers: bool = False) -> UnitOfWork:
        """One transaction, to be used in a `with` statement; with `gathers` several acts may share it, side by side."""
        if self._queue is not None:
            return UnitOfWork(self._writer, turn=self._queue.turn, gathers=gathers)
        return UnitOfWork(self._writer, sending=sending_together, gathers=gathers)

    def run(self, act: Callable[[UnitOfWork], T], *, gathers: bool = False) -> T:
        """Carry out `act` in one transaction; when it gave way to another or got no lock, again, three times at most.

        `act` must be safe to repeat: it works on what it loads. Raises Unavailable when the database stays away.
        """
        waits_shortly = False
        for attempt in range(_REPEATS + 1):
            try:
                with self.work(gathers=gathers) as work:
                    if waits_shortly:
                        work.reading.execute(text(f"SET LOCAL lock_timeout = {self._short_wait_ms}"))
                    return act(work)
            except OnewindowError as refused:
                if attempt == _REPEATS or not is_worth_repeating(refused):
                    raise
                waits_shortly = waits_shortly or waited_in_vain(refused)
        raise AssertionError("unreachable")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for queries: it sees what is committed, statement by statement, and opens no transaction."""
        try:
            with self._reader.connect() as connection:
                yield connection
        except SQLAlchemyError as failed:
            raise translated(failed) from failed

    def close(self) -> None:
        """Give all connections back."""
        self._writer.dispose()
        self._reader.dispose()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -65536",
        "mmap_size = 268435456",
        "temp_store = MEMORY",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    """Take SQLite's write lock at once: a transaction that reads first and writes later could lose its turn."""
    try:
        connection.connection.driver_connection.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]
    except sqlite3.Error as failed:
        raise DBAPIError.instance("BEGIN IMMEDIATE", None, failed, sqlite3.Error) from failed
