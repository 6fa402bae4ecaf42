"""A database that is locked, full, gone or without tables: Unavailable, nothing is lost, and it goes on afterwards."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from engine.errors import Invalid, NotFound, Unavailable
from engine.store.database import Database
from engine.store.faults import BrokenReference, DatabaseUnavailable
from tests.builders.a_master_key import MASTER_KEYS
from tests.builders.an_account import a_session, an_account
from tests.builders.databases import ON_POSTGRESQL, ON_SQLITE, connection_of
from tests.builders.threads import at_once


def names(database: Database) -> list[str]:
    with database.read() as reading:
        return list(reading.execute(text("SELECT sign_in_name FROM account ORDER BY sign_in_name")).scalars())


@pytest.fixture
def sqlite_file(database_url: str) -> Path:
    return Path(make_url(database_url).database or "")


@ON_SQLITE
def test_sqlite_locked_by_another_program_is_unavailable_and_nothing_is_lost(sqlite_file: Path) -> None:
    database = Database(f"sqlite:///{sqlite_file}", keys=MASTER_KEYS, busy_timeout_ms=20)
    with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(DatabaseUnavailable) as refused, database.work():
            pytest.fail("nobody may come in")

        assert (refused.value.retry_after_seconds, "locked" in refused.value.message) == (2, True)
        other.execute("ROLLBACK")
    with database.work() as work:
        work.accounts.add(an_account("aysel"))
    assert names(database) == ["aysel"]
    database.close()


@ON_SQLITE
def test_sqlite_whose_writer_does_not_end_is_unavailable_to_those_behind_it(sqlite_file: Path) -> None:
    database = Database(f"sqlite:///{sqlite_file}", keys=MASTER_KEYS, busy_timeout_ms=20)

    def come_second() -> None:
        with pytest.raises(DatabaseUnavailable), database.work():
            pytest.fail("nobody may come in")

    with database.work() as work:
        second = threading.Thread(target=come_second)
        second.start()
        second.join()
        work.accounts.add(an_account("aysel"))

    assert names(database) == ["aysel"]
    database.close()


@ON_SQLITE
def test_sqlite_on_a_full_disk_is_unavailable_nothing_is_half_done_and_reading_goes_on(sqlite_file: Path) -> None:
    database = Database(f"sqlite:///{sqlite_file}", keys=MASTER_KEYS, pool_size=1)
    with database.work() as work:
        work.accounts.add(an_account("aysel"))
        pages = connection_of(work).execute(text("PRAGMA page_count")).scalar()
        connection_of(work).execute(text(f"PRAGMA max_page_count = {pages}"))

    def act() -> None:
        with database.work() as work:
            work.accounts.add(an_account("rauf"))
            for number in range(800):
                work.accounts.add(an_account(f"{number}", name="x" * 255))

    with pytest.raises(DatabaseUnavailable) as refused:
        act()

    assert (refused.value.retry_after_seconds, "disk" in refused.value.message) == (60, True)
    assert names(database) == ["aysel"]
    database.close()


@ON_SQLITE
def test_commit_that_fails_is_rolled_back_and_the_next_one_succeeds(sqlite_file: Path) -> None:
    database = Database(f"sqlite:///{sqlite_file}", keys=MASTER_KEYS, pool_size=1)

    def act() -> None:
        with database.work() as work:
            connection_of(work).execute(text("PRAGMA defer_foreign_keys = ON"))
            work.accounts.begin_session(a_session("nobody"))
            work.accounts.add(an_account("rauf"))

    with pytest.raises(BrokenReference):
        act()
    with database.work() as work:
        work.accounts.add(an_account("aysel"))

    assert names(database) == ["aysel"]
    database.close()


def test_sqlite_in_memory_is_refused() -> None:
    with pytest.raises(Invalid, match="a database in a file"):
        Database("sqlite://")


def test_sqlite_in_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'gone' / 'onewindow.db'}", keys=MASTER_KEYS)

    with pytest.raises(Unavailable), database.work():
        pytest.fail("nobody may come in")
    with pytest.raises(Unavailable), database.read():
        pytest.fail("nobody may come in")


def test_postgresql_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"postgresql://onewindow@/onewindow?host={tmp_path}", keys=MASTER_KEYS)

    with pytest.raises(DatabaseUnavailable) as refused, database.work():
        pytest.fail("nobody may come in")
    with pytest.raises(DatabaseUnavailable), database.read():
        pytest.fail("nobody may come in")

    assert refused.value.retry_after_seconds == 5


def test_database_without_tables_says_to_migrate(empty_database_url: str) -> None:
    database = Database(empty_database_url, keys=MASTER_KEYS)

    with pytest.raises(DatabaseUnavailable, match="onewindow migrate"):
        names(database)
    with pytest.raises(DatabaseUnavailable, match="onewindow migrate"), database.work() as work:
        work.accounts.add(an_account())
    database.close()


def kill_connections(database: Database) -> None:
    """Let the server end all connections of this database, as a restart does."""
    killer = Database(database.url, keys=MASTER_KEYS)
    with killer.read() as reading:
        reading.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    killer.close()


@ON_POSTGRESQL
def test_use_case_goes_on_when_the_server_was_restarted(database: Database) -> None:
    database.run(lambda work: work.accounts.add(an_account("aysel")))
    kill_connections(database)

    database.run(lambda work: work.accounts.add(an_account("rauf")))

    assert names(database) == ["aysel", "rauf"]


@ON_POSTGRESQL
def test_readers_recover_at_the_second_try_when_the_server_was_restarted(database: Database) -> None:
    names(database)
    kill_connections(database)

    with pytest.raises(DatabaseUnavailable):
        names(database)

    assert names(database) == []


@ON_POSTGRESQL
def test_connection_lost_before_the_commit_is_unavailable_and_nothing_happened(database: Database) -> None:
    def act() -> None:
        with database.work() as work:
            work.accounts.add(an_account("aysel"))
            kill_connections(database)

    with pytest.raises(DatabaseUnavailable):
        act()

    assert names(database) == []


@ON_POSTGRESQL
def test_own_error_is_told_though_the_connection_is_lost(database: Database) -> None:
    def act() -> None:
        with database.work() as work:
            work.accounts.add(an_account("aysel"))
            kill_connections(database)
            raise NotFound.of("task", 1)

    with pytest.raises(NotFound):
        act()

    assert names(database) == []


def test_row_that_is_locked_too_long_is_unavailable(database_url: str) -> None:
    database = Database(database_url, keys=MASTER_KEYS, busy_timeout_ms=20)
    with database.work() as work:
        work.accounts.add(an_account("aysel"))

    def come_second(_: int) -> str:
        with pytest.raises(DatabaseUnavailable) as refused, database.work() as work:
            work.accounts.lock("aysel")
        return refused.value.message

    with database.work() as work:
        work.accounts.lock("aysel")
        assert "locked" in at_once(1, come_second)[0]
    database.close()
