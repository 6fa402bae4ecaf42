"""Content in a folder: one file a content, in 256 folders, written beside and renamed into place.

A name appears only when all bytes are on the disk (fsync of the file, then of its folder), so that a kill or a power
cut leaves a file in `incoming` at most. Several web nodes may share the folder over a network file system.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from engine.clock import Clock, SystemClock
from engine.files.storage import (
    SHARDS,
    Content,
    ContentMissing,
    ContentTooLarge,
    Measured,
    StorageAway,
    StorageFull,
    is_hash,
)

_INCOMING: Final = "incoming"
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The disk is full, the quota is spent, a limit on file sizes is reached."""

_PROOF_BYTES: Final = 4096


class DiskStorage:
    """Content in a folder, which is made when it is needed. `clock` says when content was put."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._folder = folder
        self._clock = clock or SystemClock()

    def put(self, chunks: Iterable[bytes], *, at_most: int) -> Content:
        """Keep content. Raises ContentTooLarge, StorageFull, StorageAway."""
        with _translated():
            incoming = self._made(_INCOMING)
            path = incoming / secrets.token_hex(16)
            measured = Measured(chunks, at_most)
            try:
                with path.open("xb") as file:
                    for chunk in measured:
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                self._stamp(path)
                place = self._place(measured.content.sha256)
                self._made(place.parent.name)
                path.replace(place)
                _sync(place.parent)
            finally:
                path.unlink(missing_ok=True)
        return measured.content

    def open(self, sha256: str) -> BinaryIO:
        """The content. Raises ContentMissing, StorageAway."""
        with _translated():
            try:
                return self._place(sha256).open("rb")
            except FileNotFoundError:
                raise ContentMissing(sha256) from None

    def exists(self, sha256: str) -> bool:
        """Whether it is kept."""
        with _translated():
            return self._place(sha256).is_file()

    def delete(self, sha256: str, *, unless_put_after: datetime) -> bool:
        """Forget content, unless it was put after a moment.

        It is moved aside before its age is looked at: who puts it again meanwhile makes a new file, and who put it just
        before gets it back.
        """
        with _translated():
            place, aside = self._place(sha256), self._made(_INCOMING) / secrets.token_hex(16)
            try:
                place.replace(aside)
            except FileNotFoundError:
                return True
            is_needed = _put_at(aside) >= unless_put_after
            if is_needed:
                with suppress(FileExistsError):
                    os.link(aside, place)
            aside.unlink(missing_ok=True)
            return not is_needed

    def older_than(self, moment: datetime, shard: str) -> Iterator[str]:
        """Hashes of content in a shard that was last put before a moment."""
        assert shard in SHARDS
        with _translated():
            try:
                entries = list(os.scandir(self._folder / shard))
            except FileNotFoundError:
                return
            for entry in entries:
                with suppress(FileNotFoundError):
                    if is_hash(entry.name) and _put_at(Path(entry.path)) < moment:
                        yield entry.name

    def tidy(self, moment: datetime) -> int:
        """Remove what broke off before a moment."""
        removed = 0
        with _translated():
            for path in self._made(_INCOMING).iterdir():
                with suppress(FileNotFoundError):
                    if _put_at(path) < moment:
                        path.unlink()
                        removed += 1
        return removed

    def check(self) -> None:
        """Prove that the folder can be written, by writing a little; it is made when it is not there.

        Raises StorageAway, StorageFull.
        """
        with _translated():
            path = self._made(_INCOMING) / secrets.token_hex(16)
            try:
                path.write_bytes(b"\0" * _PROOF_BYTES)
            finally:
                path.unlink(missing_ok=True)

    def _place(self, sha256: str) -> Path:
        if not is_hash(sha256):
            raise ContentMissing(sha256)
        return self._folder / sha256[:2] / sha256

    def _made(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def _stamp(self, path: Path) -> None:
        now = self._clock.now().timestamp()
        os.utime(path, (now, now))


def _put_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _sync(folder: Path) -> None:
    """Let the name itself outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ContentMissing, ContentTooLarge):
        raise
    except OSError as fault:
        if fault.errno in _NO_ROOM:
            raise StorageFull from fault
        raise StorageAway(
            f"The storage of files cannot be used: {fault.strerror or type(fault).__name__}.",
            remedy="An operator looks at the folder of ONEWINDOW_FILES and its rights.",
            retry_after_seconds=60,
        ) from fault
