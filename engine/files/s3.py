"""Content on S3-compatible storage, one object a content. Needs the extra `storage` (obstore).

The name is the hash, so content goes through a temporary file first. Credentials, region and endpoint are the
operator's settings. The moment an object was put is told by the storage's own clock.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, Final, cast

from engine.errors import Refused
from engine.files.storage import (
    PIECE_BYTES,
    SHARDS,
    Content,
    ContentMissing,
    Measured,
    StorageAway,
    is_hash,
)

_IN_MEMORY: Final = 4_000_000
"""Bytes that are held in memory before a temporary file is made."""


class StorageExtraMissing(Refused):
    """S3 is asked for, but what speaks it is not installed."""

    code = "storage-extra-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where the objects are."""

    name: str
    prefix: str = ""
    """Before each object's name, without a slash at the end."""
    endpoint: str | None = None
    """Address of the storage; None for that of AWS."""
    region: str = "us-east-1"
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    """None for both takes what the machine's role gives."""


class S3Storage:
    """Content in a bucket. Raises StorageExtraMissing when it is made without the extra."""

    def __init__(self, bucket: Bucket) -> None:
        try:
            import obstore
            from obstore.exceptions import BaseError
            from obstore.store import S3Store
        except ImportError as missing:
            raise StorageExtraMissing(
                "Files on S3 need the extra `storage`, which is not installed.",
                remedy="pip install 'onewindow[storage]', or set ONEWINDOW_FILES to a folder.",
            ) from missing
        self._obstore: Any = obstore
        self._fault: type[Exception] = BaseError
        self._prefix = f"{bucket.prefix}/" if bucket.prefix else ""
        said: dict[str, Any] = {"region": bucket.region}
        if bucket.endpoint is not None:
            said |= {
                "endpoint": bucket.endpoint,
                "virtual_hosted_style_request": False,
                "client_options": {"allow_http": bucket.endpoint.startswith("http://"), "timeout": "60s"},
            }
        if bucket.access_key is not None and bucket.secret_key is not None:
            said |= {"access_key_id": bucket.access_key, "secret_access_key": bucket.secret_key}
        self._store: Any = S3Store(bucket.name, **said)

    def put(self, chunks: Iterable[bytes], *, at_most: int) -> Content:
        """Keep content. Raises ContentTooLarge, StorageAway."""
        measured = Measured(chunks, at_most)
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            for chunk in measured:
                file.write(chunk)
            file.seek(0)
            with self._translated():
                self._obstore.put(self._store, self._name(measured.content.sha256), file)
        return measured.content

    def open(self, sha256: str) -> BinaryIO:
        """The content, in a temporary file. Raises ContentMissing, StorageAway."""
        with self._translated(sha256):
            answer = self._obstore.get(self._store, self._name(sha256))
            file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (the caller closes it)
            for chunk in answer.stream(PIECE_BYTES):
                file.write(bytes(chunk))
        file.seek(0)
        return cast("BinaryIO", file)

    def exists(self, sha256: str) -> bool:
        """Whether it is kept."""
        return self._put_at(sha256) is not None

    def delete(self, sha256: str, *, unless_put_after: datetime) -> bool:
        """Forget content, unless it was put after a moment; a put within the same milliseconds may be lost.

        Whoever puts content keeps a row of it a moment later, and the garbage is a day old: the two do not meet.
        """
        put_at = self._put_at(sha256)
        if put_at is None:
            return True
        if put_at >= unless_put_after:
            return False
        with self._translated():
            self._obstore.delete(self._store, self._name(sha256))
        return True

    def older_than(self, moment: datetime, shard: str) -> Iterator[str]:
        """Hashes of content in a shard that was last put before a moment."""
        assert shard in SHARDS
        with self._translated():
            for batch in self._obstore.list(self._store, prefix=f"{self._prefix}{shard}"):
                for one in batch:
                    name = str(one["path"]).rpartition("/")[2]
                    if is_hash(name) and one["last_modified"] < moment:
                        yield name

    def tidy(self, moment: datetime) -> int:
        """Nothing: an object is there whole or not at all."""
        del moment
        return 0

    def check(self) -> None:
        """Ask for an object that cannot be there. Raises StorageAway."""
        self._put_at("0" * 64)

    def _put_at(self, sha256: str) -> datetime | None:
        try:
            with self._translated(sha256):
                found: datetime = self._obstore.head(self._store, self._name(sha256))["last_modified"]
                return found
        except ContentMissing:
            return None

    def _name(self, sha256: str) -> str:
        if not is_hash(sha256):
            raise ContentMissing(sha256)
        return f"{self._prefix}{sha256[:2]}/{sha256}"

    @contextmanager
    def _translated(self, sha256: str = "") -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise ContentMissing(sha256) from None
        except self._fault as fault:
            raise StorageAway(
                f"The storage of files does not answer as expected ({type(fault).__name__}).",
                remedy="An operator looks at ONEWINDOW_FILES, its endpoint, keys and bucket.",
                retry_after_seconds=30,
            ) from fault
