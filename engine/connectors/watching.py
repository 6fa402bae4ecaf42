"""Lets whoever calls a connector see what it says to its partner: `with watching() as seen: connector.call(...)`.

Every exchange over `Exchange` is noted while somebody watches, whole and in memory only; what of it may be kept is said
in `engine.casework.exchange`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

from engine.casework.exchange import Watched
from engine.errors import OnewindowError

_MOST: Final = 10
"""Exchanges of one call that are noted."""
_SEEN: ContextVar[list[Watched] | None] = ContextVar("onewindow_exchanges", default=None)


@contextmanager
def watching() -> Iterator[list[Watched]]:
    """Note the exchanges of this thread within."""
    seen: list[Watched] = []
    before = _SEEN.set(seen)
    try:
        yield seen
    finally:
        _SEEN.reset(before)


@contextmanager
def watched(method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Iterator[Watched]:
    """One exchange; whoever carries it out fills in the answer."""
    one = Watched(datetime.now(UTC), method, url, headers, content)
    seen = _SEEN.get()
    if seen is not None and len(seen) < _MOST:
        seen.append(one)
    began = time.perf_counter()
    try:
        yield one
    except OnewindowError as failed:
        one.error = failed.message
        raise
    finally:
        one.milliseconds = round(1000 * (time.perf_counter() - began))
