"""Fault matrix, row 15: the disk of files or logs is full. Uploads wait, steps go on, what is lost is counted."""

from __future__ import annotations

import logging
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from onewindow.logs import configure
from onewindow.settings import Settings
from onewindow.web import application
from tests.builders import a_file
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE
from tests.builders.an_api import Api, an_api
from tests.faults import invariants

MEGABYTE = 1 << 20
_ROOM = 6 * MEGABYTE
"""Of one file: far more than the database of this test needs."""
LARGE = a_file.PDF.replace(b"\n", b"\n%" + b" " * (7 * MEGABYTE) + b"\n", 1)


@contextmanager
def no_room_above(size: int) -> Iterator[None]:
    """While the block lasts no file of this process grows beyond a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Api]:
    """An API with a folder for files and a task."""
    made = an_api(database_url, ONEWINDOW_FILES=str(tmp_path / "files"))
    made.deploy_files({"p.bpmn": a_process("p").start().user_task("check", queue=QUEUE).end().xml()})
    yield made
    invariants.hold(made.runtime)
    made.composed.database.close()


def test_an_upload_without_room_is_507_steps_go_on_and_it_is_taken_when_there_is_room(
    office: Api, tmp_path: Path
) -> None:
    begun = office.post("/instances", "operator", {"process_id": "p"}).json
    task = begun["open_tasks"][0]["id"] if "open_tasks" in begun else None
    announced = office.post("/attachments", "citizen", {"name": "plan.pdf", "length": len(LARGE)}).json["id"]
    piece = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}

    with no_room_above(_ROOM):
        refused = office.ask("PATCH", f"/attachments/{announced}", "citizen", data=LARGE, headers=piece)
        task = task or office.get(f"/instances/{begun['id']}", "operator").json["open_tasks"][0]["id"]
        stepped = office.post(f"/tasks/{task}/complete", "clerk", {"answers": {}})

    assert refused.status_code == 507, refused.text
    assert int(refused.headers["Retry-After"]) > 0
    assert stepped.status_code == 200, stepped.text
    assert office.get(f"/attachments/{announced}", "citizen").json["received"] == 0
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    again = office.ask("PATCH", f"/attachments/{announced}", "citizen", data=LARGE, headers=piece)
    assert again.status_code == 200, again.text


def test_log_lines_that_find_no_room_are_counted_and_requests_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrated_sqlite_file: Path
) -> None:
    # given a server that logs into a file
    path = tmp_path / "onewindow.db"
    path.write_bytes(migrated_sqlite_file.read_bytes())
    before = logging.getLogger().handlers[:]
    with (tmp_path / "log").open("w", encoding="utf-8") as log:
        monkeypatch.setattr("sys.stderr", log)
        configure("INFO", "json")
        monkeypatch.undo()
        try:
            client = application(
                Settings.load({"ONEWINDOW_DATABASE_URL": f"sqlite:///{path}", **MASTER_KEY_SET})
            ).test_client()
            assert client.get("/api/v1/services").status_code == 200
            written = (tmp_path / "log").read_bytes()

            # when the disk is full, then who asks is served, and what is lost is counted
            with no_room_above(len(written)):
                assert [client.get("/api/v1/services").status_code for _ in range(3)] == [200] * 3
            assert (tmp_path / "log").read_bytes() == written
            assert lost(client.get("/metrics").text) == 3

            # and when there is room, lines are written again
            assert client.get("/api/v1/services").status_code == 200
            assert (tmp_path / "log").read_bytes() != written
            assert lost(client.get("/metrics").text) == 3
        finally:
            logging.getLogger().handlers[:] = before


def lost(figures: str) -> float:
    """Of the figures: lost lines."""
    (family,) = [one for one in text_string_to_metric_families(figures) if one.name == "onewindow_log_lines_lost"]
    return next(sample.value for sample in family.samples if sample.name.endswith("_total"))
