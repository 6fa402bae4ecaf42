"""A clock that goes with the real time, as that of another program does, and can be put forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.clock import FrozenClock


class MovingClock(FrozenClock):
    """The real time, and so much more as a test put it forward."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The moment."""
        return datetime.now(UTC) + self._ahead

    def set(self, at: datetime) -> None:
        """Go on from a moment."""
        self._ahead = at - datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        """Put it forward."""
        self._ahead += by
