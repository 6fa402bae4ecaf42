"""The database's clock: the one time that all nodes of a system share, however wrong their own clocks are.

Leases, due times and deadlines are compared between nodes. A worker whose machine is an hour ahead would take the jobs
that others are just doing, one an hour behind would give leases that are over already (fault matrix, row 16). So each
process asks PostgreSQL for the time once a minute, over a connection of its own, and counts on from there with the
machine's monotonic clock, which nobody sets. SQLite is used by one machine, whose clock is the database's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg
from sqlalchemy import make_url

from engine.clock import Clock, SystemClock

LOOK_EVERY: Final = 60.0
"""Seconds. In that time two machines' monotonic clocks drift apart by milliseconds."""
LOOK_AGAIN: Final = 5.0
"""Seconds after a look that was not answered."""
_CONNECT_SECONDS: Final = 2
_TICKS: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Counts while the machine sleeps, too, where there is such a clock."""


def ticks() -> float:
    """Seconds since some moment, that only go forward."""
    return time.clock_gettime(_TICKS)


class DatabaseClock:
    """Tells the database's time. Until it was asked with success, the machine's own is told."""

    def __init__(self, look: Callable[[], datetime], *, ticks: Callable[[], float] = ticks, own: Clock) -> None:
        self._look, self._ticks, self._own = look, ticks, own
        self._lock = threading.Lock()
        self._next_look = float("-inf")
        self._known: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The moment, with time zone UTC."""
        if self._ticks() >= self._next_look and self._lock.acquire(blocking=False):
            try:
                self._look_at_it()
            finally:
                self._lock.release()
        if self._known is None:
            return self._own.now()
        at, ticked = self._known
        return at + timedelta(seconds=self._ticks() - ticked)

    def _look_at_it(self) -> None:
        before = self._ticks()
        try:
            told = self._look()
        except psycopg.Error:
            self._next_look = self._ticks() + LOOK_AGAIN
            return
        after = self._ticks()
        self._known = (told, (before + after) / 2)
        self._next_look = after + LOOK_EVERY


def clock_of(url: str) -> Clock:
    """The clock of a database."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SystemClock()
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)

    def look() -> datetime:
        with psycopg.connect(plain, connect_timeout=_CONNECT_SECONDS, autocommit=True) as connection:
            row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        told: datetime = row[0]
        return told.astimezone(UTC)

    return DatabaseClock(look, own=SystemClock())
