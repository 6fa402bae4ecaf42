"""What every storage keeps: one suite for the folder and for S3 (a server of its own, started here)."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.clock import FrozenClock
from engine.files.disk import DiskStorage
from engine.files.nowhere import NoStorage
from engine.files.s3 import Bucket, S3Storage
from engine.files.storage import ContentMissing, ContentStorage, ContentTooLarge, StorageAway, StorageFull

LONG_AGO = datetime(2026, 3, 2, tzinfo=UTC)
LATER = datetime.now(UTC) + timedelta(days=3650)
KNOWN = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""SHA-256 of `abc` (FIPS 180-4)."""


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of an S3-compatible server with the bucket `files`."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    import httpx

    httpx.put(f"http://{host}:{port}/files")
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> ContentStorage:
    """One storage after the other."""
    if request.param == "disk":
        return DiskStorage(tmp_path / "files")
    endpoint = request.getfixturevalue("s3_endpoint")
    return S3Storage(
        Bucket(name="files", prefix=tmp_path.name, endpoint=endpoint, access_key="key", secret_key="secret")
    )


def test_what_is_put_is_found_under_its_hash_and_can_be_put_again(storage: ContentStorage) -> None:
    kept = storage.put([b"a", b"bc"], at_most=3)
    again = storage.put([b"abc"], at_most=3)

    assert (kept.sha256, kept.size) == (KNOWN, 3)
    assert again == kept
    assert storage.exists(KNOWN)
    with storage.open(KNOWN) as content:
        content.seek(1)
        assert content.read() == b"bc"


def test_larger_content_is_told_apart_piece_by_piece(storage: ContentStorage) -> None:
    kept = storage.put((bytes([number]) * 300_000 for number in range(20)), at_most=6_000_000)

    with storage.open(kept.sha256) as content:
        assert sum(len(piece) for piece in iter(lambda: content.read(1_000_000), b"")) == 6_000_000


def test_too_much_content_leaves_nothing_behind(storage: ContentStorage) -> None:
    with pytest.raises(ContentTooLarge):
        storage.put([b"abc", b"d"], at_most=3)

    assert list(storage.older_than(LATER, "ba")) == []
    assert not storage.exists(KNOWN)


def test_a_stream_that_breaks_off_leaves_nothing_behind(storage: ContentStorage, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"abc"
        raise ConnectionResetError

    with pytest.raises((ConnectionResetError, StorageAway)):
        storage.put(broken(), at_most=10)

    assert not storage.exists(KNOWN)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64], ids=["unknown", "path", "empty", "big"])
def test_what_is_not_there_is_missing(storage: ContentStorage, name: str) -> None:
    with pytest.raises(ContentMissing):
        storage.open(name)


def test_old_content_is_listed_and_forgotten_unless_it_was_put_again(storage: ContentStorage) -> None:
    storage.put([b"abc"], at_most=3)

    assert list(storage.older_than(LATER, "ba")) == [KNOWN]
    assert list(storage.older_than(LATER, "bb")) == []
    assert list(storage.older_than(LONG_AGO, "ba")) == []
    assert not storage.delete(KNOWN, unless_put_after=LONG_AGO)
    assert storage.exists(KNOWN)
    assert storage.delete(KNOWN, unless_put_after=LATER)
    assert not storage.exists(KNOWN)
    assert storage.delete(KNOWN, unless_put_after=LATER)


def test_it_can_be_checked(storage: ContentStorage) -> None:
    storage.check()


def test_the_clock_says_when_content_was_put(tmp_path: Path) -> None:
    storage = DiskStorage(tmp_path, FrozenClock(LONG_AGO))
    storage.put([b"abc"], at_most=3)

    assert list(storage.older_than(LONG_AGO + timedelta(seconds=1), "ba")) == [KNOWN]
    assert storage.tidy(LATER) == 0


def test_s3_that_does_not_answer_is_away() -> None:
    storage = S3Storage(Bucket(name="files", endpoint="http://127.0.0.1:1", access_key="key", secret_key="secret"))

    with pytest.raises(StorageAway):
        storage.put([b"abc"], at_most=3)


def test_without_a_storage_it_is_told_what_to_set() -> None:
    with pytest.raises(StorageAway, match="ONEWINDOW_FILES"):
        NoStorage().put([b"abc"], at_most=3)


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(StorageFull) as caught:
            DiskStorage(tmp_path).put([b"x" * 60_000] * 3, at_most=1_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert caught.value.retry_after_seconds > 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_process_that_is_killed_while_it_writes_leaves_garbage_that_is_removed(tmp_path: Path) -> None:
    dying = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from engine.files.disk import DiskStorage\n"
        "def chunks():\n"
        "    yield b'abc'\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "DiskStorage(Path(sys.argv[1])).put(chunks(), at_most=10)\n"
    )
    died = subprocess.run([sys.executable, "-c", dying, str(tmp_path)], check=False)

    storage = DiskStorage(tmp_path)
    assert died.returncode == -9
    assert not storage.exists(KNOWN)
    assert storage.tidy(LATER) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
