"""Uploads as use cases on both databases: quarantine and scanner, a server that dies within a piece, a full storage."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from engine.casework.attachment import Attachment, AttachmentState, NotReadable
from engine.connectors.malware_scan import MalwareScanConnector
from engine.files.clamd import Clamd, ScannerAway, Verdict
from engine.files.disk import DiskStorage
from engine.files.storage import SHARDS, StorageFull
from engine.runtime.begin_upload import ScannerNeeded, begin_upload
from engine.runtime.collect_garbage import collect_garbage
from engine.runtime.discard_upload import discard_upload
from engine.runtime.open_file import open_attachment
from engine.runtime.receive_piece import receive_piece
from engine.runtime.wiring import FileRules
from tests.builders.a_file import PDF
from tests.builders.a_runtime import Running, a_runtime
from tests.builders.an_actor import an_actor

AYSEL = an_actor(citizen=True)


class Scanner(Clamd):
    """A scanner that says what it was told to."""

    verdict: Verdict | None = Verdict(None)

    def scan(self, content: BinaryIO) -> Verdict:
        """Raises ScannerAway when it was told nothing."""
        verdict = type(self).verdict
        if verdict is None:
            raise ScannerAway("It does not answer.", retry_after_seconds=1)
        assert content.read() == PDF
        return verdict


def uploads(url: str, folder: Path, *, is_scanned: bool = False) -> Running:
    """The use cases over a storage on disk, with a scanner."""
    storage = DiskStorage(folder / "files")
    running = a_runtime(url, connectors=[MalwareScanConnector(storage, Scanner("127.0.0.1:1"))])
    runtime = replace(running.runtime, storage=storage, files=FileRules(is_scanned=is_scanned))
    return Running(runtime, replace(running.hands, runtime=runtime))


def sent(running: Running, content: bytes = PDF) -> Attachment:
    """A file that was sent in one piece."""
    begun = begin_upload(running.runtime, "plan.pdf", len(content), by=AYSEL)
    return receive_piece(running.runtime, begun.id, 0, [content], by=AYSEL)


@pytest.fixture
def scanned(database_url: str, tmp_path: Path) -> Iterator[Running]:
    """Where a scanner is set up."""
    running = uploads(database_url, tmp_path, is_scanned=True)
    yield running
    running.close()


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        pytest.param(Verdict(None), AttachmentState.clean, id="clean"),
        pytest.param(Verdict("Eicar"), AttachmentState.infected, id="infected"),
    ],
)
def test_nobody_reads_a_file_before_the_scanner_has_looked(
    scanned: Running, monkeypatch: pytest.MonkeyPatch, verdict: Verdict, state: AttachmentState
) -> None:
    monkeypatch.setattr(Scanner, "verdict", verdict)
    attachment = sent(scanned)
    with pytest.raises(NotReadable):
        open_attachment(scanned.runtime, attachment.id, by=AYSEL)

    scanned.work_off()

    found = scanned.rows("SELECT state, note FROM attachment")[0]
    assert (attachment.state, found["state"]) == (AttachmentState.quarantined, state)
    assert found["note"] == verdict.malware
    if state is AttachmentState.clean:
        open_attachment(scanned.runtime, attachment.id, by=AYSEL).content.close()
    else:
        with pytest.raises(NotReadable):
            open_attachment(scanned.runtime, attachment.id, by=AYSEL)


def test_a_scanner_that_is_away_is_asked_again(scanned: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scanner, "verdict", None)
    sent(scanned)

    scanned.work_off()

    assert scanned.rows("SELECT state FROM attachment")[0]["state"] == "quarantined"
    assert scanned.rows("SELECT state, attempts FROM job") == [{"state": "waiting", "attempts": 1}]


def test_a_file_that_was_removed_meanwhile_needs_no_verdict(scanned: Running) -> None:
    discard_upload(scanned.runtime, sent(scanned).id, by=AYSEL)

    scanned.work_off()

    assert scanned.count("attachment") == 0
    assert scanned.rows("SELECT state FROM job")[0]["state"] == "done"


def test_no_file_is_taken_where_it_must_be_scanned_and_cannot(database_url: str, tmp_path: Path) -> None:
    running = uploads(database_url, tmp_path)
    strict = replace(running.runtime, files=FileRules(unscanned_is_taken=False))

    with pytest.raises(ScannerNeeded, match="ONEWINDOW_CLAMD"):
        begin_upload(strict, "plan.pdf", 10, by=AYSEL)
    running.close()


def test_infected_content_is_not_kept(scanned: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Scanner, "verdict", Verdict("Eicar"))
    sent(scanned)
    scanned.work_off()
    for path in (tmp_path / "files").rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))

    collect_garbage(scanned.runtime, SHARDS)

    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_a_server_that_is_killed_within_a_piece_loses_that_piece_and_nothing_else(
    database_url: str, tmp_path: Path
) -> None:
    running = uploads(database_url, tmp_path)
    begun = begin_upload(running.runtime, "plan.pdf", len(PDF), by=AYSEL)
    receive_piece(running.runtime, begun.id, 0, [PDF[:10]], by=AYSEL)

    died = subprocess.run(
        [sys.executable, "-c", _DYING, database_url, str(tmp_path), begun.id, AYSEL.account], check=False
    )
    with pytest.raises(Exception, match="begins at 10"):
        receive_piece(running.runtime, begun.id, 20, [PDF[20:]], by=AYSEL)
    whole = receive_piece(running.runtime, begun.id, 10, [PDF[10:]], by=AYSEL)

    assert died.returncode == -signal.SIGKILL
    assert whole.state is AttachmentState.unscanned
    with open_attachment(running.runtime, begun.id, by=AYSEL).content as content:
        assert content.read() == PDF
    running.close()


def test_a_server_that_is_killed_after_the_last_piece_is_asked_once_more(database_url: str, tmp_path: Path) -> None:
    running = uploads(database_url, tmp_path)
    begun = begin_upload(running.runtime, "plan.pdf", len(PDF), by=AYSEL)
    receive_piece(running.runtime, begun.id, 0, [PDF[:10]], by=AYSEL)
    dying = replace(running.runtime, storage=_DiesWhenItReads(tmp_path / "files"))
    with pytest.raises(KeyboardInterrupt):
        receive_piece(dying, begun.id, 10, [PDF[10:]], by=AYSEL)

    whole = receive_piece(running.runtime, begun.id, len(PDF), [], by=AYSEL)

    assert whole.state is AttachmentState.unscanned
    running.close()


def test_a_full_storage_keeps_what_came_before(database_url: str, tmp_path: Path) -> None:
    running = uploads(database_url, tmp_path)
    begun = begin_upload(running.runtime, "plan.pdf", len(PDF), by=AYSEL)
    receive_piece(running.runtime, begun.id, 0, [PDF[:10]], by=AYSEL)
    full = replace(running.runtime, storage=_Full(tmp_path / "files"))

    with pytest.raises(StorageFull):
        receive_piece(full, begun.id, 10, [PDF[10:]], by=AYSEL)

    assert receive_piece(running.runtime, begun.id, 10, [PDF[10:]], by=AYSEL).is_whole
    running.close()


class _DiesWhenItReads(DiskStorage):
    def open(self, sha256: str) -> BinaryIO:
        raise KeyboardInterrupt


class _Full(DiskStorage):
    def put(self, chunks: Iterable[bytes], *, at_most: int) -> object:  # type: ignore[override]
        raise StorageFull


_DYING = """
import os, signal, sys
from pathlib import Path
from tests.builders.an_actor import an_actor
from dataclasses import replace
from tests.contract.runtime.test_attachments import uploads, receive_piece, PDF
url, folder, attachment, account = sys.argv[1:]
def chunks():
    yield PDF[10:20]
    os.kill(os.getpid(), signal.SIGKILL)
receive_piece(uploads(url, Path(folder)).runtime, attachment, 10, chunks(),
              by=replace(an_actor(citizen=True), account=account))
"""
