"""The queue of those who want to write one SQLite file, across threads and processes.

Within a process, turns are handed on strictly in the order of asking. Between processes stands a lock on the file
`<database>.writer`; the operating system takes it back from a process that is killed. Nobody waits longer than a set
time: whoever does gets Unavailable, as when SQLite itself is locked. SQLite's own busy handler sleeps between tries
instead, which costs the last of eight clients 140 to 240 ms.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from engine.store.faults import DatabaseUnavailable


class WriterQueue:
    """A fair lock for the writers of one SQLite file."""

    def __init__(self, path: str, wait_seconds: float = 5.0) -> None:
        self._path = path
        self._wait_seconds = wait_seconds
        self._mutex = threading.Lock()
        self._is_held = False
        self._waiting: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn to write. Raises DatabaseUnavailable when it does not come in time."""
        until = time.monotonic() + self._wait_seconds
        self._enter(self._wait_seconds)
        try:
            # Each turn opens the file anew: a lock belongs to an open file, and a forked process would share it.
            descriptor = _locked_file(self._path, until - time.monotonic())
            try:
                yield
            finally:
                os.close(descriptor)
        finally:
            self._leave()

    def _enter(self, seconds: float) -> None:
        with self._mutex:
            if not self._is_held:
                self._is_held = True
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        is_open = False
        try:
            is_open = gate.acquire(timeout=seconds)
        finally:
            if not is_open:
                self._give_up(gate)
        if not is_open:
            raise _locked()

    def _give_up(self, gate: threading.Lock) -> None:
        """Leave the queue; the turn may just have come, and is handed on then."""
        with self._mutex:
            if gate in self._waiting:
                self._waiting.remove(gate)
                return
        self._leave()

    def _leave(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False


def _locked_file(path: str, seconds: float) -> int:
    """An open file that is locked for this process; to be closed. Raises DatabaseUnavailable."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as failed:
        raise DatabaseUnavailable(
            "The folder of the database cannot be written.", remedy="Tell the operator; nothing was changed."
        ) from failed
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _locked_after_others(descriptor, seconds)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _locked_after_others(descriptor: int, seconds: float) -> int:
    """Wait behind other processes. The system's call knows no time limit, so a thread of its own waits in it."""
    mutex = threading.Lock()
    given = threading.Event()
    gone = threading.Event()

    def wait() -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with mutex:
            if gone.is_set():
                os.close(descriptor)
            else:
                given.set()

    threading.Thread(target=wait, name="writer-queue", daemon=True).start()
    try:
        given.wait(max(seconds, 0))
    finally:
        with mutex:
            is_given = given.is_set()
            if not is_given:
                gone.set()
    if not is_given:
        raise _locked()
    return descriptor


def _locked() -> DatabaseUnavailable:
    return DatabaseUnavailable("The database is locked by somebody else.", retry_after_seconds=2)
