"""Time, passed in: the core never asks the operating system what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """The moment, with time zone UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The moment, with time zone UTC."""
        return datetime.now(UTC)


class FrozenClock:
    """A clock that moves only when told to: for tests and for scenarios run on virtual time."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("Expected a moment with a time zone, found a naive one.")
        self._now = at.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was last set to."""
        return self._now

    def set(self, at: datetime) -> None:
        """Jump to a moment."""
        self._now = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move on by a length of time."""
        self._now += by
