"""Keeps content under its SHA-256: put a stream, open it again, say what is old, forget it.

The hash is the name, so that content never changes, nothing is kept twice, and a damaged file is seen when it is read
back. Whether anybody still needs a content is not known here: `engine.runtime.collect_garbage` asks the database.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final, Protocol

from engine.errors import Invalid, NotFound, Unavailable

PIECE_BYTES: Final = 256 * 1024
"""How much is read or written at once."""
SHARDS: Final = tuple(f"{number:02x}" for number in range(256))
"""Content lies in as many folders, by the first two digits of its hash."""
_HASH: Final = re.compile("[0-9a-f]{64}")


class StorageFull(Unavailable):
    """There is no room left for content."""

    code = "storage-full"

    def __init__(self) -> None:
        super().__init__(
            "There is no room left to keep files; nothing was lost.",
            remedy="Repeat later; an operator has to make room in the storage of files.",
            retry_after_seconds=300,
        )


class StorageAway(Unavailable):
    """The storage does not answer, or cannot be written."""

    code = "storage-away"


class ContentTooLarge(Invalid):
    """There is more content than may be taken in."""

    code = "content-too-large"

    def __init__(self, at_most: int) -> None:
        super().__init__(f"Expected at most {at_most:,} bytes.", remedy="Send a smaller file.", limit=at_most)


class ContentMissing(NotFound):
    """The storage has no content of this hash, though it should."""

    code = "content-missing"

    def __init__(self, sha256: str) -> None:
        super().__init__(
            f"The storage has no content {sha256:.64}.",
            remedy="An operator restores the storage of files from its backup.",
        )


@dataclass(frozen=True, slots=True)
class Content:
    """What was kept."""

    sha256: str
    """In hexadecimal digits."""
    size: int
    """In bytes."""


class ContentStorage(Protocol):
    """Where content is kept. Its methods may be called from several threads and processes at once."""

    def put(self, chunks: Iterable[bytes], *, at_most: int) -> Content:
        """Keep content; safe to repeat. What breaks off, or is larger than `at_most` bytes, leaves nothing behind.

        Raises ContentTooLarge, StorageFull, StorageAway, and whatever `chunks` raises.
        """
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The content, to be read from any position and closed. Raises ContentMissing, StorageAway."""
        ...

    def exists(self, sha256: str) -> bool:
        """Whether it is kept. Raises StorageAway."""
        ...

    def delete(self, sha256: str, *, unless_put_after: datetime) -> bool:
        """Forget content, unless it was put (again) after a moment; gives whether it is gone. Raises StorageAway."""
        ...

    def older_than(self, moment: datetime, shard: str) -> Iterator[str]:
        """Hashes of content in a shard that was last put before a moment. Raises StorageAway."""
        ...

    def tidy(self, moment: datetime) -> int:
        """Remove what broke off before a moment; gives how many files. Raises StorageAway."""
        ...

    def check(self) -> None:
        """Prove that it can be used; what it holds stays as it is. Raises StorageAway, StorageFull."""
        ...


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """What is left of a stream, piece by piece."""
    while piece := stream.read(PIECE_BYTES):
        yield piece


def is_hash(text: str) -> bool:
    """Whether a text has the form of a hash; nothing else ever becomes a path."""
    return _HASH.fullmatch(text) is not None


class Measured:
    """Counts and hashes chunks as they pass. Raises ContentTooLarge at the first byte too many."""

    def __init__(self, chunks: Iterable[bytes], at_most: int) -> None:
        self._chunks, self._at_most, self._digest = chunks, at_most, hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._at_most:
                raise ContentTooLarge(self._at_most)
            self._digest.update(chunk)
            yield chunk

    @property
    def content(self) -> Content:
        """What passed."""
        return Content(self._digest.hexdigest(), self.size)
