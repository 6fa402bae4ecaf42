"""How a worker that rests learns that there is something to do.

PostgreSQL: whoever enqueues a job that is due soon says NOTIFY in the same transaction, so that it is heard when the
job can be seen; a connection of its own listens, and is made anew when it dies. SQLite: every commit, of any
process, changes the file's `data_version`, which costs some microseconds to ask twenty times a second.

Nobody relies on it: whoever listens looks for himself every few seconds, and more often while nothing can be heard.
"""

from __future__ import annotations

import sqlite3
import threading
from datetime import timedelta
from typing import Final, Protocol

import psycopg
from sqlalchemy import make_url

from engine.errors import Unavailable

CHANNEL: Final = "onewindow_job"
SOON: Final = timedelta(seconds=15)
"""A job that is due within this time is told of: longer than any worker rests without looking."""
_LOOK_SECONDS: Final = 0.05
_KEEPALIVE: Final = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class Deaf(Unavailable):
    """Nothing can be heard just now: the database does not answer, or the connection was lost."""

    code = "cannot-listen"


class Listener(Protocol):
    """Hears of work. For one thread; `close` may be called by another."""

    def wait(self, seconds: float) -> bool:
        """Whether something was heard within the time. Raises Deaf; the next call tries to listen again."""
        ...

    def close(self) -> None:
        """Hear no more; who waits returns soon."""
        ...


def listener(url: str) -> Listener:
    """What hears of work in the database at a URL, as `Database.url` writes it. Connects when it is first asked."""
    return SqliteListener(url) if url.startswith("sqlite") else PostgresqlListener(url)


class PostgresqlListener:
    """Listens on a connection of its own."""

    def __init__(self, url: str) -> None:
        self._address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.Connection[object] | None = None
        self._closed = threading.Event()

    def wait(self, seconds: float) -> bool:
        """As `Listener.wait`; a connection that was just made counts as heard, for what was said before is missed."""
        if self._closed.is_set():
            return False
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._address, autocommit=True, connect_timeout=10, **_KEEPALIVE)  # type: ignore[arg-type]  # options of libpq
                self._connection.execute(f"LISTEN {CHANNEL}")
                return True
            return any(True for _ in self._connection.notifies(timeout=seconds, stop_after=1))
        except psycopg.Error as failed:
            self._drop()
            raise Deaf("The database does not answer who listens to it.", retry_after_seconds=1) from failed

    def close(self) -> None:
        """As `Listener.close`."""
        self._closed.set()
        self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class SqliteListener:
    """Looks at the file's version."""

    def __init__(self, url: str) -> None:
        self._path = make_url(url).database or ""
        self._connection: sqlite3.Connection | None = None
        self._version = -1
        self._closed = threading.Event()

    def wait(self, seconds: float) -> bool:
        """As `Listener.wait`."""
        try:
            for _ in range(max(1, round(seconds / _LOOK_SECONDS))):
                if self._closed.wait(_LOOK_SECONDS):
                    break
                if self._has_changed():
                    return True
        except sqlite3.Error as failed:
            self._drop()
            raise Deaf("The file of the database cannot be read.", retry_after_seconds=1) from failed
        if self._closed.is_set():
            self._drop()
        return False

    def close(self) -> None:
        """As `Listener.close`; the connection is closed by the thread that made it."""
        self._closed.set()

    def _has_changed(self) -> bool:
        if self._connection is None:
            self._connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)
        before, self._version = self._version, int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        return before != self._version

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self._version = -1
        if connection is not None:
            connection.close()
