"""Fault matrix, row 31: a backup under load, restored elsewhere, is whole, holds together, and repeats no call."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from engine.audit import SealKey
from engine.clock import SystemClock
from engine.files.disk import DiskStorage
from engine.runtime.complete import complete
from engine.runtime.seal_journal import seal_journal
from engine.runtime.verify_journal import verify_journal
from engine.store.backup import BackupUnreadable, NotEmpty
from onewindow.backup import back_up, restore
from tests import postgresql
from tests.builders.a_ledger import a_connector_to, an_order, effects
from tests.builders.a_model import a_process
from tests.builders.a_partner import Partner
from tests.builders.a_runtime import OFFICIAL, QUEUE, Running, a_runtime
from tests.faults import invariants


@pytest.fixture
def storage(tmp_path: Path) -> DiskStorage:
    """Files of the running system."""
    made = DiskStorage(tmp_path / "files", SystemClock())
    made.put([b"a letter"], at_most=100)
    return made


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def elsewhere_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of either kind, whatever is backed up."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'elsewhere.db'}"
        return
    server, name = request.getfixturevalue("postgresql_server"), f"elsewhere_{uuid4().hex}"
    postgresql.administer(server, f'CREATE DATABASE "{name}"')
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    postgresql.administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def elsewhere(elsewhere_url: str) -> Iterator[Running]:
    """An empty system on the other side of town."""
    made = a_runtime(elsewhere_url)
    yield made
    made.close()


def read_back(copy: Path, elsewhere: Running, tmp_path: Path) -> DiskStorage:
    """Restore a backup; gives its files."""
    files = DiskStorage(tmp_path / "files-elsewhere", SystemClock())
    report = restore(elsewhere.runtime, elsewhere.runtime.database.url, files, copy)
    assert report.violations == 0
    return files


def test_a_backup_is_read_into_either_kind_of_database_and_goes_on(
    database_url: str, elsewhere: Running, storage: DiskStorage, tmp_path: Path
) -> None:
    # given cases that wait for people and timers
    here = a_runtime(database_url)
    pause = a_process("pause").start().catch("wait", duration="P1D").user_task("after", queue=QUEUE).end()
    here.deploy(a_process("p").start().user_task("check", queue=QUEUE).end(), pause)
    waiting, sleeping = here.start("p", name="Əli 😀", amount=1.5), here.start("pause")
    here.complete(here.start("p"), "check")
    key = SealKey.made()
    (published,) = seal_journal(here.runtime, key)

    # when the system is backed up and read back elsewhere
    written = back_up(database_url, storage, tmp_path / "copy")
    files = read_back(tmp_path / "copy", elsewhere, tmp_path)

    # then every row and file is there, the journal is the one whose seal was published, and the cases go on
    assert verify_journal(elsewhere.runtime.database.url, [key.verifier], [published]).findings == []
    for table in ("instance", "task", "activity", "journal_entry", "job", "definition", "resource"):
        assert elsewhere.count(table) == here.count(table), table
    with files.open(hash_in(storage)) as letter:
        assert letter.read() == b"a letter"
    assert written.files == 1
    assert elsewhere.variables(waiting) == here.variables(waiting)
    complete(elsewhere.runtime, elsewhere.task(waiting, "check").id, {}, by=OFFICIAL)
    elsewhere.clock.advance(timedelta(days=2))
    elsewhere.work_off()
    assert [task.element_id for task in elsewhere.tasks(sleeping)] == ["after"]
    invariants.hold(elsewhere)
    here.close()


def hash_in(storage: DiskStorage) -> str:
    """The hash of the only file."""
    late = SystemClock().now() + timedelta(days=1)
    return next(sha256 for number in range(256) for sha256 in storage.older_than(late, f"{number:02x}"))


def test_a_backup_under_load_is_of_one_moment(
    database_url: str, elsewhere: Running, storage: DiskStorage, tmp_path: Path
) -> None:
    here = a_runtime(database_url)
    here.deploy(a_process("p").start().user_task("check", queue=QUEUE).end())
    for _ in range(20):
        here.start("p")
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            here.complete(here.start("p"), "check")

    clerks = [threading.Thread(target=work) for _ in range(2)]
    for clerk in clerks:
        clerk.start()
    try:
        back_up(database_url, storage, tmp_path / "copy")
    finally:
        stop.set()
        for clerk in clerks:
            clerk.join()

    read_back(tmp_path / "copy", elsewhere, tmp_path)

    assert 20 <= elsewhere.count("instance") <= here.count("instance")
    invariants.hold(elsewhere)
    invariants.hold(here)
    here.close()


def test_a_restored_system_repeats_calls_under_the_keys_they_had(
    database_url: str, elsewhere_url: str, partner: Partner, storage: DiskStorage, tmp_path: Path
) -> None:
    # given one call that was made before the backup, and one that was made after it
    partner.answers(b'{"number": 1}')
    here = a_runtime(database_url, connectors=[a_connector_to(partner.url)])
    here.deploy(an_order(partner))
    here.start("order")
    here.work_off()
    here.start("order")
    back_up(database_url, storage, tmp_path / "copy")
    here.work_off()

    # when the system is restored as it was between them
    elsewhere = a_runtime(elsewhere_url, connectors=[a_connector_to(partner.url)])
    read_back(tmp_path / "copy", elsewhere, tmp_path)
    elsewhere.work_off()

    # then the first is not made again, and the partner can see that the second is the same
    assert sorted(effects(partner).values()) == [1, 2]
    elsewhere.close()
    here.close()


def test_a_backup_that_was_touched_or_belongs_elsewhere_is_refused_and_nothing_is_read(
    database_url: str, elsewhere: Running, storage: DiskStorage, tmp_path: Path
) -> None:
    here = a_runtime(database_url)
    here.deploy(a_process("p").start().user_task("check", queue=QUEUE).end())
    here.start("p")
    copy = tmp_path / "copy"
    back_up(database_url, storage, copy)

    def refused() -> str:
        with pytest.raises(BackupUnreadable) as caught:
            read_back(copy, elsewhere, tmp_path)
        assert elsewhere.count("instance") == 0
        return caught.value.message

    manifest = json.loads((copy / "backup.json").read_text())
    (copy / "backup.json").write_text(json.dumps({**manifest, "heads": "00" * 32}))
    with pytest.raises(BackupUnreadable, match="not the one that was written"):
        read_back(copy, elsewhere, tmp_path / "other")
    (copy / "backup.json").write_text(json.dumps(manifest))
    task = copy / "tables" / "task.jsonl.gz"
    content = task.read_bytes()
    task.write_bytes(content[:-3])
    assert "task.jsonl.gz is missing, or is not what was written" in refused()
    task.unlink()
    assert "task.jsonl.gz is missing" in refused()
    here.close()


def test_a_backup_is_never_read_over_what_is_there(database_url: str, storage: DiskStorage, tmp_path: Path) -> None:
    here = a_runtime(database_url)
    here.deploy(a_process("p").start().end())
    back_up(database_url, storage, tmp_path / "copy")

    with pytest.raises(NotEmpty):
        restore(here.runtime, database_url, storage, tmp_path / "copy")
    here.close()
