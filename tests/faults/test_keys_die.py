"""Fault matrix, row 30 for keys: encryption and rotation are killed at a statement, and go on where they were."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.store.database import Database
from engine.store.encryption.master import MasterKeys
from engine.store.repositories.keys import EncryptionState
from tests.builders.a_closed_case import CITIZEN, Office, an_office
from tests.builders.a_master_key import MASTER_KEYS, TEXT
from tests.builders.a_runtime import a_runtime
from tests.builders.an_account import an_account
from tests.builders.databases import connection_of

HOUSE = Path(__file__).parents[2]
NEW = MasterKeys.of({"master-key-2": TEXT[::-1]}, "master-key-2")
BOTH = MasterKeys.of({"master-key": TEXT, "master-key-2": TEXT[::-1]}, "master-key-2")
PROGRAM = """
import os, signal, sys
from dataclasses import replace
from sqlalchemy import Engine, event
from engine.runtime import encrypt_data as encrypting
from engine.runtime.rotate_keys import rotate_keys
from engine.store.database import Database
from tests.builders.a_runtime import a_runtime
from tests.faults.test_keys_die import BOTH, MASTER_KEYS

act, url, word, left = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])

@event.listens_for(Engine, "after_cursor_execute")
def die(connection, cursor, statement, *rest):
    global left
    if word in statement:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

running = a_runtime(url)
runtime = replace(running.runtime, database=Database(url, keys=BOTH if act == "rotate" else MASTER_KEYS))
encrypting._ROWS, encrypting._INSTANCES = 2, 1
rotate_keys(runtime, most=2) if act == "rotate" else encrypting.encrypt_data(runtime)
"""


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    found = an_office(database_url, tmp_path / "files")
    yield found
    found.running.close()


def ended(act: str, office: Office, word: str, at: int) -> int:
    """Exit code of a process that is killed at the nth statement with a word; 0 when there are fewer."""
    command = [sys.executable, "-c", PROGRAM, act, office.runtime.database.url, word, str(at)]
    return subprocess.run(command, cwd=HOUSE, timeout=120, check=False).returncode


def with_people(office: Office) -> None:
    with office.runtime.database.work() as work:
        work.accounts.add(replace(an_account("citizen", name="Aysel"), id=CITIZEN.account))
        for number in range(6):
            work.accounts.add(an_account(f"account-{number}", name=f"Name {number}", pin=f"PIN{number}"))


def names(office: Office, keys: MasterKeys) -> list[str]:
    database = Database(office.runtime.database.url, keys=keys)
    with database.work() as work:
        found = [work.accounts.lock(f"account-{number}").name for number in range(6)]
    database.close()
    return found


@pytest.mark.slow
def test_a_rotation_that_is_killed_goes_on_and_no_key_is_lost(office: Office) -> None:
    with_people(office)
    case = office.applied()

    codes = [ended("rotate", office, "UPDATE data_key", at) for at in (1, 2)]
    assert codes == [-signal.SIGKILL, -signal.SIGKILL]
    assert names(office, BOTH) == [f"Name {number}" for number in range(6)]
    with office.runtime.database.work() as work:
        between = work.keys.by_master()
    assert set(between) == {"master-key", "master-key-2"}, "the first batch of the second run was committed"

    assert ended("rotate", office, "UPDATE data_key", 100) == 0

    assert names(office, NEW) == [f"Name {number}" for number in range(6)]
    node = replace(office.runtime, database=Database(office.runtime.database.url, keys=NEW))
    with node.database.work() as work:
        assert set(work.keys.by_master()) == {"master-key-2"}
        assert work.instances.lock(case.instance_id).snapshot is not None
    node.database.close()


@pytest.mark.slow
def test_an_encryption_that_is_killed_anywhere_goes_on_and_nothing_is_lost(office: Office) -> None:
    with office.runtime.database.work() as work:
        work.keys.switch(EncryptionState.off)
        connection_of(work).execute(text("DELETE FROM data_key"))
    office.runtime.database.look_at_keys()
    with_people(office)
    cases = [office.applied() for _ in range(3)]
    with office.runtime.database.work() as work:
        # as the version before left it: accounts without keys
        connection_of(work).execute(text("DELETE FROM data_key"))

    killed = [
        ended("encrypt", office, word, at)
        for word, at in (
            ("UPDATE encryption", 1),
            ("INSERT INTO data_key", 2),
            ("UPDATE instance", 3),
            ("UPDATE task", 1),
            ("UPDATE account", 3),
            ("UPDATE encryption", 2),
        )
    ]

    # Of what was switched on already, fewer statements are left: then the run came to its end
    assert killed.count(-signal.SIGKILL) >= 4
    assert ended("encrypt", office, "UPDATE encryption", 100) == 0

    assert names(office, MASTER_KEYS) == [f"Name {number}" for number in range(6)]
    # this process knows keys that were taken away above: a node that is started now goes on
    running = a_runtime(office.runtime.database.url)
    with running.runtime.database.work() as work:
        assert work.keys.state() is EncryptionState.whole
        assert work.clear.left() == {}
        assert len(work.accounts.with_pin("PIN3")) == 1
    for case in cases:
        running.complete(case.instance_id, "check", verdict="grant")
    running.work_off()
    assert [running.state(case.instance_id) for case in cases] == ["completed"] * 3
    running.check()
    running.close()
