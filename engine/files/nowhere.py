"""Where no storage was set up: everything is refused with what to do."""

# ruff: noqa: ARG002 (there is nothing to do anything with)
from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

from engine.files.storage import Content, StorageAway


class NoStorage:
    """The storage of a process that has none."""

    def put(self, chunks: Iterable[bytes], *, at_most: int) -> Content:
        """Raises StorageAway."""
        raise _none()

    def open(self, sha256: str) -> BinaryIO:
        """Raises StorageAway."""
        raise _none()

    def exists(self, sha256: str) -> bool:
        """Never."""
        return False

    def delete(self, sha256: str, *, unless_put_after: datetime) -> bool:
        """Nothing to forget."""
        return False

    def older_than(self, moment: datetime, shard: str) -> Iterator[str]:
        """Nothing."""
        return iter(())

    def tidy(self, moment: datetime) -> int:
        """Nothing."""
        return 0

    def check(self) -> None:
        """Raises StorageAway."""
        raise _none()


def _none() -> StorageAway:
    return StorageAway(
        "No storage of files is set up here.",
        remedy="An operator sets ONEWINDOW_FILES to a folder, or to s3://bucket.",
        retry_after_seconds=300,
    )
