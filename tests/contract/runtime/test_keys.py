"""What was kept in clear is encrypted while work goes on; keys are wrapped anew; erasing a record destroys its key."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine.runtime.archive_case import PACKAGE
from engine.runtime.encrypt_data import encrypt_data
from engine.runtime.retain import retain
from engine.runtime.rotate_keys import rotate_keys
from engine.store.backup import dump_database
from engine.store.database import Database
from engine.store.encryption.envelope import PREFIX, from_text, owner_of
from engine.store.encryption.master import MasterKeyMissing, MasterKeys
from engine.store.repositories.keys import EncryptionState
from tests.builders.a_closed_case import CANARY, CITIZEN, Office, an_office
from tests.builders.a_master_key import MASTER_KEYS, TEXT
from tests.builders.an_account import an_account
from tests.builders.databases import connection_of

BOTH = MasterKeys.of({"master-key": TEXT, "master-key-2": TEXT[::-1]}, "master-key-2")
NEW = MasterKeys.of({"master-key-2": TEXT[::-1]}, "master-key-2")


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    found = an_office(database_url, tmp_path / "files")
    with found.runtime.database.work() as work:
        work.accounts.add(replace(an_account("citizen", name=f"Citizen {CANARY}"), id=CITIZEN.account))
    yield found
    found.running.close()


def in_clear(office: Office) -> None:
    """Let the database stand as one of the version before stands after the migration."""
    with office.runtime.database.work() as work:
        work.keys.switch(EncryptionState.off)
        connection_of(work).execute(text("DELETE FROM data_key"))
    office.runtime.database.look_at_keys()


def with_keys(office: Office, keys: MasterKeys) -> Office:
    """The same office on a node with other master keys."""
    database = Database(office.runtime.database.url, keys=keys)
    runtime = replace(office.runtime, database=database)
    running = replace(office.running, runtime=runtime, hands=replace(office.running.hands, runtime=runtime))
    return Office(running, office.files)


def column(office: Office, table: str, name: str, where: str = "1 = 1") -> list[Any]:
    return [row[name] for row in office.running.rows(f'SELECT "{name}" FROM "{table}" WHERE {where}') if row[name]]


def masters(office: Office) -> dict[str, int]:
    with office.runtime.database.work() as work:
        return work.keys.by_master()


def test_what_was_kept_in_clear_is_encrypted_and_work_goes_on(database_url: str, tmp_path: Path) -> None:
    office = an_office(database_url, tmp_path / "files")
    in_clear(office)
    before = office.applied()
    with office.runtime.database.work() as work:
        work.accounts.add(an_account("rauf", name=CANARY))
    assert column(office, "account", "name") == [CANARY]
    assert not any(bytes(value).startswith(PREFIX.encode()) for value in column(office, "instance", "snapshot"))

    assert encrypt_data(office.runtime) is EncryptionState.whole

    assert office.leaks(as_read=False) == []
    assert all(bytes(value).startswith(PREFIX.encode()) for value in column(office, "instance", "snapshot"))
    office.running.complete(before.instance_id, "check", verdict="grant", comment=CANARY)
    office.running.work_off()
    assert office.running.state(before.instance_id) == "completed"
    office.running.check()
    office.running.close()


def test_a_node_that_wrote_in_clear_encrypts_from_the_moment_it_is_switched_on(
    database_url: str, tmp_path: Path
) -> None:
    office = an_office(database_url, tmp_path / "files")
    in_clear(office)
    other = with_keys(office, MASTER_KEYS)
    other.applied()

    encrypt_data(office.runtime)
    other.applied()

    assert all(bytes(value).startswith(PREFIX.encode()) for value in column(office, "instance", "snapshot"))
    other.running.check()
    other.running.close()
    office.running.close()


def test_keys_are_wrapped_with_another_master_key_while_work_goes_on(office: Office) -> None:
    with office.runtime.database.work() as work:
        for number in range(20):
            work.accounts.add(an_account(f"account-{number}"))
    case = office.applied()
    node = with_keys(office, BOTH)
    assert masters(node) == {"master-key": 22}

    assert rotate_keys(node.runtime, most=7) == 22
    assert rotate_keys(node.runtime) == 0

    assert masters(node) == {"master-key-2": 22}
    assert node.running.acts("keys") == ["keys.rotated"]
    # the former one is not needed any more, and of no use
    later = with_keys(office, NEW)
    later.runtime.database.check_keys()
    assert later.running.case(case).id == case.id
    later.running.complete(case.instance_id, "check", verdict="grant")
    former = with_keys(office, MASTER_KEYS)
    with pytest.raises(MasterKeyMissing, match="master-key-2"):
        former.runtime.database.check_keys()
    former.running.close()
    node.running.close()
    later.running.close()


def test_an_erased_record_takes_its_key_along_and_the_person_keeps_hers(office: Office) -> None:
    erased = office.closed()
    office.later(days=5 * 365)
    kept = office.closed()
    copied = office.running.rows("SELECT case_key, variables FROM instance WHERE id = :id", id=erased.instance_id)[0]
    other = office.running.rows("SELECT subject FROM notice WHERE case_id = :id", id=erased.id)
    assert copied["case_key"]
    assert other[0]["subject"].startswith(PREFIX)

    office.later(days=5 * 365 + 10)
    retain(office.runtime)

    row = office.running.rows("SELECT case_key, snapshot, variables FROM instance WHERE id = :i", i=erased.instance_id)
    assert row == [{"case_key": None, "snapshot": None, "variables": None}]
    # a copy of the table without the key says nothing: not even its own process opens it
    assert office.runtime.database.keyring.decrypt("notice.subject", "x", _bytes(other[0]["subject"])) is None
    assert "case.erased" in office.running.acts(erased.instance_id)
    assert office.running.case(kept).decision is not None
    with office.runtime.database.work() as work:
        assert work.accounts.lock("citizen").name == f"Citizen {CANARY}"
    office.check()


def test_the_case_key_is_wrapped_with_the_key_of_the_applicant(office: Office) -> None:
    case = office.applied()

    (key,) = column(office, "instance", "case_key", f"id = '{case.instance_id}'")
    assert owner_of(bytes(key)) == f"p{CITIZEN.account}"


def test_the_package_of_an_archived_case_is_not_in_clear_in_the_storage(office: Office) -> None:
    case = office.closed()
    office.later(days=400)
    assert retain(office.runtime)["archived"] == 1

    (package,) = column(office, "case_record", "package")
    with office.runtime.storage.open(package) as opened:
        stored = opened.read()
    assert stored.startswith(PREFIX.encode())
    assert str(case.number) in str(office.runtime.database.decrypted(PACKAGE, case.id, stored))
    office.check()


def test_no_canary_is_in_a_copy_of_the_database(office: Office, tmp_path: Path) -> None:
    case = office.applied()
    office.running.complete(case.instance_id, "check", verdict="grant", comment=CANARY)
    office.running.work_off()
    (tmp_path / "copy").mkdir()

    dump_database(office.runtime.database.url, tmp_path / "copy")

    copied = {path.name: gzip.decompress(path.read_bytes()) for path in (tmp_path / "copy").iterdir()}
    assert case.id.encode() in copied["case.jsonl.gz"]
    assert [name for name, content in copied.items() if CANARY.encode() in content] == []
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("onewindow.db*"))
    assert CANARY.encode() not in kept


def test_encrypting_what_is_whole_already_changes_nothing(office: Office) -> None:
    before = column(office, "account", "name")

    assert encrypt_data(office.runtime) is EncryptionState.whole
    assert column(office, "account", "name") == before


def _bytes(kept: str) -> bytes:
    return from_text(kept, "notice.subject")
