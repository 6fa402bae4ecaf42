"""Back-pressure: as many requests are answered at once as there are places; the others wait shortly, then hear 503.

A server that takes everything in answers nobody in time. The web server keeps a waiting room of threads; whoever finds
no place within a moment is told to come back, at once and cheaply. What a request waited before a thread took it up
counts, so that a long line outside is told as soon as it is seen. Health and figures always answer.
"""

from __future__ import annotations

import threading
from typing import Final

from flask import Flask, g, request

from door.sign_in_lane import SIGN_IN
from engine.errors import Unavailable

PATIENCE_SECONDS: Final = 0.5
"""How long a request waits for a place: with the time of its work it stays under a second."""
WAITING_PER_PLACE: Final = 4
"""Threads of the server for each place: those beyond it stand in the waiting room."""
_ALWAYS: Final = ("/health/", "/metrics")
"""Signing in has a lane of its own: `sign_in_lane`."""
_OF_THREAD = threading.local()


def note_wait(seconds: float) -> None:
    """Tell, in the thread that takes a request up, how long it stood in line."""
    _OF_THREAD.waited = seconds


class Overloaded(Unavailable):
    """There are more requests than can be answered in time."""

    code = "overloaded"

    def __init__(self) -> None:
        super().__init__(
            "There are more requests than can be answered just now; nothing was done.",
            retry_after_seconds=2,
            remedy="Repeat the request in a few seconds, under the same Idempotency-Key.",
        )


def limit(app: Flask, places: int, patience: float = PATIENCE_SECONDS) -> None:
    """Let at most so many requests of an application be worked on at once."""
    free = threading.BoundedSemaphore(places)

    @app.before_request
    def enter() -> None:
        if request.path.startswith(_ALWAYS) or (request.path in SIGN_IN and request.method == "POST"):
            return
        left = patience - getattr(_OF_THREAD, "waited", 0.0)
        if left <= 0 or not free.acquire(timeout=left):
            raise Overloaded
        g.has_place = True

    @app.teardown_request
    def leave(_fault: BaseException | None) -> None:
        if g.pop("has_place", False):
            free.release()
