"""Whether a process can do its work just now, and what is wrong when it cannot.

Probes come often and from many, so that an answer serves for a moment; who comes while it is found out waits shortly.
A check that hangs, as one of a network file system does, is a fault too, and holds up nobody.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from engine.errors import OnewindowError, Unavailable
from engine.files.storage import ContentStorage
from engine.store.database import Database
from engine.store.queries.readiness import database_fault
from onewindow.filing import files_folder
from onewindow.settings import Settings

Check = Callable[[], str | None]
"""What is wrong, for people and without secrets; None when nothing is."""

_SERVES_SECONDS: Final = 1.5
_PATIENCE_SECONDS: Final = 2.0


class Readiness:
    """Faults by name, empty when there is none. `monotonic` counts seconds."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        serves: float = _SERVES_SECONDS,
        patience: float = _PATIENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._checks, self._serves, self._patience, self._monotonic = checks, serves, patience, monotonic
        self._turn = threading.Lock()
        self._found: Mapping[str, str] = {}
        self._found_at = float("-inf")

    def __call__(self) -> Mapping[str, str]:
        """What is wrong now, or was a moment ago."""
        if not self._turn.acquire(timeout=self._patience):
            return {"checks": f"they take longer than {self._patience:g} s"}
        try:
            if self._monotonic() - self._found_at >= self._serves:
                self._found = {name: fault for name, check in self._checks.items() if (fault := check())}
                self._found_at = self._monotonic()
            return self._found
        finally:
            self._turn.release()


def readiness(
    settings: Settings,
    database: Database,
    storage: ContentStorage,
    more: Mapping[str, Check] | None = None,
    *,
    free: Callable[[Path], int] | None = None,
) -> Readiness:
    """What every process needs: the database, the storage of files, room on the disks; and `more`, asked first.

    `free` tells how many bytes are free where a folder lies.
    """

    def of_database() -> str | None:
        try:
            with database.read() as connection:
                return database_fault(connection)
        except Unavailable:
            return "does not answer"

    def of_storage() -> str | None:
        try:
            storage.check()
        except OnewindowError as refused:
            return refused.message
        return None

    def of_disk() -> str | None:
        floor, ask = settings.health.disk_floor, free or free_bytes
        for folder in _folders(settings):
            left = ask(folder)
            if left < floor:
                return f"{left // 1_000_000} MB are free at {folder}, expected {floor // 1_000_000}"
        return None

    return Readiness({**(more or {}), "database": of_database, "disk": of_disk, "storage": of_storage})


def free_bytes(folder: Path) -> int:
    """How many bytes this process may still write where a folder lies, or will; 0 where nothing can be said."""
    there = next((path for path in (folder, *folder.absolute().parents) if path.exists()), Path("/"))
    try:
        return shutil.disk_usage(there).free
    except OSError:
        return 0


def _folders(settings: Settings) -> tuple[Path, ...]:
    """Those that a process of this machine writes into."""
    found = [] if settings.files.is_on_s3 else [files_folder(settings)]
    if settings.is_sqlite:
        found.append(Path(settings.database_url.removeprefix("sqlite:///")).parent)
    return tuple(found)
