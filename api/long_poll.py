"""Waiting for work on behalf of a program outside: a bounded number of requests, each for a bounded time.

A request that waits holds a thread of the web server, so only some may; when all places are taken, and when the server
is to stop soon, the answer comes at once and the program asks again. Nothing is taken while it waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_PAUSE_SECONDS: Final = 0.2
"""Between two looks: what another process enqueues is seen by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongPolls:
    """The places for requests that wait."""

    most: int = 2
    longest_seconds: float = 6.0
    """Shorter than a web server that is told to stop leaves to its requests."""
    pause: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    _places: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", threading.BoundedSemaphore(self.most))

    def wait_until(self, holds: Callable[[], bool], seconds: float) -> None:
        """Return when it holds, when the time is over, or at once when no place is free. Raises what `holds` raises."""
        if seconds <= 0 or not self._places.acquire(blocking=False):
            return
        try:
            end = self.monotonic() + min(seconds, self.longest_seconds)
            while not holds():
                left = end - self.monotonic()
                if left <= 0:
                    return
                self.pause(min(_PAUSE_SECONDS, left))
        finally:
            self._places.release()
