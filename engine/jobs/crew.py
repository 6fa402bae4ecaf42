"""Threads that do one thing after another, made when they are needed, never more than a number.

They are daemons: the interpreter waits at its end for other threads, however long their partner hangs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue


class Crew:
    """So many threads at most. `do` never waits; what finds no thread free waits for one."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._free = 0

    def do(self, work: Callable[[], None]) -> None:
        """Have something done; it must not raise."""
        with self._lock:
            if self._free:
                self._free -= 1
            elif self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._run, name=f"{self._name}-{self._threads}", daemon=True).start()
        self._work.put(work)

    def end(self) -> None:
        """Let threads that have nothing to do end; nothing more may be given to do."""
        with self._lock:
            for _ in range(self._threads):
                self._work.put(None)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()
            with self._lock:
                self._free += 1
