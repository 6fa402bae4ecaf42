"""Listens for work, so that a worker may rest: one thread, that wakes the worker when something is heard."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from engine.store.listening import Deaf, Listener

_ROUND_SECONDS: Final = 1.0
_DEAF_SECONDS: Final = 1.0
"""How long it waits before it tries to listen again."""


class Ears:
    """Hears of work in the database."""

    def __init__(self, listener: Listener, wake: Callable[[], None], tell: Callable[[str, int], None]) -> None:
        self._listener = listener
        self._wake = wake
        self._tell = tell
        self._over = threading.Event()
        self._hears = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ears", daemon=True)

    @property
    def hears(self) -> bool:
        """Whether what others say is heard just now."""
        return self._hears.is_set()

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def end(self) -> None:
        """Hear no more."""
        self._over.set()
        self._listener.close()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                is_said = self._listener.wait(_ROUND_SECONDS)
            except Deaf:
                self._lost()
                continue
            self._hears.set()
            if is_said:
                self._wake()

    def _lost(self) -> None:
        if self._over.is_set():
            return
        if self._hears.is_set():
            self._tell("listening-lost", 1)
        self._hears.clear()
        self._wake()
        self._over.wait(_DEAF_SECONDS)
