"""/health/ready says what is wrong while it is; /health/live stays, for a new process would mend nothing."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.clock import SystemClock
from engine.files.disk import DiskStorage
from engine.files.nowhere import NoStorage
from engine.files.storage import ContentStorage
from engine.store.database import Database
from engine.store.migrate import downgrade
from onewindow.readiness import Check, Readiness, readiness
from onewindow.settings import Settings
from tests.builders.a_master_key import MASTER_KEY_SET, MASTER_KEYS
from tests.builders.an_api import Api, an_api
from tests.builders.databases import ON_POSTGRESQL


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of either kind."""
    made = Database(database_url, keys=MASTER_KEYS)
    yield made
    made.close()


def ready(
    database: Database,
    storage: ContentStorage,
    more: dict[str, Check] | None = None,
    free: int | None = None,
    **said: str,
) -> Readiness:
    """As a process has it, without a memory."""
    settings = Settings.load({"ONEWINDOW_DATABASE_URL": database.url, **MASTER_KEY_SET, **said})
    made = readiness(settings, database, storage, more, free=None if free is None else lambda _: free)
    made._serves = 0.0
    return made


@pytest.fixture
def files(tmp_path: Path) -> DiskStorage:
    """A folder for files."""
    return DiskStorage(tmp_path / "files", SystemClock())


def test_a_sound_process_is_ready_and_leaves_nothing_in_the_storage(
    database: Database, files: DiskStorage, tmp_path: Path
) -> None:
    assert ready(database, files)() == {}
    assert list((tmp_path / "files" / "incoming").iterdir()) == []


def test_tables_of_an_earlier_version_are_not_enough(database: Database, files: DiskStorage) -> None:
    process = ready(database, files)
    database.close()
    downgrade(database.url, "0008")

    assert "its tables are at 0008" in process()["database"]


def test_tables_of_a_later_version_serve_while_nodes_are_replaced_one_by_one(
    database: Database, files: DiskStorage
) -> None:
    with database.read() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert ready(database, files)() == {}


@ON_POSTGRESQL
def test_a_database_that_takes_no_writes_is_not_enough(database_url: str, files: DiskStorage) -> None:
    database = Database(f"{database_url}&options=-cdefault_transaction_read_only%3Don", keys=MASTER_KEYS)

    assert "takes no writes" in ready(database, files)()["database"]
    database.close()


def test_too_little_room_is_told_with_the_folder(database: Database, files: DiskStorage) -> None:
    fault = ready(database, files, free=99_000_000)()["disk"]

    assert fault.startswith("99 MB are free at")
    assert ready(database, files, free=99_000_000, ONEWINDOW_DISK_FLOOR_MB="99")() == {}
    assert ready(database, files, free=0, ONEWINDOW_DISK_FLOOR_MB="0")() == {}


def test_a_disk_that_takes_nothing_more_is_told_and_serves_again_when_there_is_room(
    database: Database, files: DiskStorage
) -> None:
    process = ready(database, files)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        full = process()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert full["storage"] == "There is no room left to keep files; nothing was lost."
    assert process() == {}


def test_a_storage_that_is_away_is_told(database: Database) -> None:
    assert "No storage of files" in ready(database, NoStorage())()["storage"]


def test_the_api_answers_503_with_what_is_wrong_and_lives_on(database_url: str, tmp_path: Path) -> None:
    blocked = tmp_path / "a-file-where-the-folder-should-be"
    blocked.write_text("")
    api: Api = an_api(database_url, ONEWINDOW_FILES=str(blocked / "files"))

    not_ready = api.client.get("/health/ready")

    assert (not_ready.status_code, not_ready.headers["Retry-After"]) == (503, "5")
    assert "storage" in not_ready.get_json()["detail"]
    assert api.client.get("/health/live").status_code == 200
    api.composed.database.close()
