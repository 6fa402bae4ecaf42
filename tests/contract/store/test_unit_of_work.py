"""One transaction: commits on the normal way out, rolls back on every other, and says in our words what went wrong."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from engine.errors import Invalid, NotFound, Unavailable
from engine.store.database import Database
from engine.store.faults import AlreadyExists, BrokenReference, DatabaseUnavailable, StaleVersion, ValueRefused
from engine.store.unit_of_work import UnitOfWork
from tests.builders.a_task import NOW
from tests.builders.an_account import a_session, an_account
from tests.builders.an_instance import started
from tests.builders.threads import at_once


def names(database: Database) -> list[str]:
    with database.read() as reading:
        return list(reading.execute(text("SELECT sign_in_name FROM account ORDER BY sign_in_name")).scalars())


def test_normal_way_out_commits(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(an_account("aysel"))

    assert names(database) == ["aysel"]


@pytest.mark.parametrize("kind", [NotFound, ValueError, KeyboardInterrupt, SystemExit])
def test_every_other_way_out_rolls_back_and_raises_what_was_raised(
    database: Database, kind: type[BaseException]
) -> None:
    with pytest.raises(kind), database.work() as work:
        work.accounts.add(an_account("aysel"))
        raise kind("no")

    assert names(database) == []


def test_readers_do_not_see_what_is_not_committed(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(an_account("aysel"))
        seen = names(database)

    assert (seen, names(database)) == ([], ["aysel"])


def test_read_models_within_a_transaction_see_what_it_did(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(an_account("aysel"))

        assert work.reading.execute(text("SELECT count(*) FROM account")).scalar() == 1


def test_a_name_that_is_taken_is_refused_with_its_table(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(an_account("aysel"))

    with pytest.raises(AlreadyExists) as refused, database.work() as work:
        work.accounts.add(an_account("rauf"))
        work.accounts.add(an_account("aysel"))

    assert (refused.value.code, refused.value.facts["table"]) == ("already-exists", "account")
    assert names(database) == ["aysel"]


def test_a_row_that_names_nothing_is_refused(database: Database) -> None:
    with pytest.raises(BrokenReference), database.work() as work:
        work.accounts.begin_session(a_session("nobody"))


def test_a_value_that_is_missing_is_refused_as_input(database: Database) -> None:
    with pytest.raises(ValueRefused), database.work() as work:
        work.accounts.add(replace(an_account(), name=None))


def test_save_of_a_version_that_another_changed_is_refused(database: Database) -> None:
    with database.work() as work:
        record = started(work)
    with database.work() as work:
        first, second = work.instances.lock(record.id), work.instances.lock(record.id)
        work.instances.save(first)

        with pytest.raises(StaleVersion):
            work.instances.save(second)


def test_after_an_error_of_the_database_the_same_connection_goes_on(database_url: str) -> None:
    database = Database(database_url, pool_size=1)

    for _ in range(3):
        with pytest.raises(BrokenReference), database.work() as work:
            work.accounts.begin_session(a_session("nobody"))
    with database.work() as work:
        work.accounts.add(an_account("aysel"))

    assert names(database) == ["aysel"]
    assert database.engines[0].pool.checkedout() == 0
    database.close()


def test_connections_go_from_thread_to_thread(database: Database) -> None:
    def add(one: int) -> None:
        for turn in range(5):
            with database.work() as work:
                work.accounts.add(an_account(f"{one}-{turn}"))
            with database.read() as reading:
                reading.execute(text("SELECT 1"))

    at_once(4, add)

    assert len(names(database)) == 20


@pytest.fixture
def sqlite_file(database_url: str) -> Path:
    if not database_url.startswith("sqlite"):
        pytest.skip("SQLite's own")
    return Path(make_url(database_url).database or "")


def test_sqlite_locked_by_another_program_is_unavailable_and_nothing_is_lost(sqlite_file: Path) -> None:
    database = Database(f"sqlite:///{sqlite_file}", busy_timeout_ms=20)
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


def test_sqlite_whose_writer_does_not_end_is_unavailable_to_those_behind_it(sqlite_file: Path) -> None:
    database = Database(f"sqlite:///{sqlite_file}", busy_timeout_ms=20)

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


def test_sqlite_on_a_full_disk_is_unavailable_nothing_is_half_done_and_reading_goes_on(sqlite_file: Path) -> None:
    database = Database(f"sqlite:///{sqlite_file}", pool_size=1)
    with database.work() as work:
        work.accounts.add(an_account("aysel"))
        pages = work.reading.execute(text("PRAGMA page_count")).scalar()
        work.reading.execute(text(f"PRAGMA max_page_count = {pages}"))

    with pytest.raises(DatabaseUnavailable) as refused, database.work() as work:
        work.accounts.add(an_account("rauf"))
        for number in range(200):
            work.accounts.add(an_account(f"{number}", name="x" * 2000))

    assert (refused.value.retry_after_seconds, "disk" in refused.value.message) == (60, True)
    assert names(database) == ["aysel"]
    database.close()


def test_commit_that_fails_is_rolled_back_and_the_next_one_succeeds(sqlite_file: Path) -> None:
    database = Database(f"sqlite:///{sqlite_file}", pool_size=1)

    with pytest.raises(BrokenReference), database.work() as work:
        work.reading.execute(text("PRAGMA defer_foreign_keys = ON"))
        work.accounts.begin_session(a_session("nobody"))
        work.accounts.add(an_account("rauf"))
    with database.work() as work:
        work.accounts.add(an_account("aysel"))

    assert names(database) == ["aysel"]
    database.close()


def test_sqlite_in_memory_is_refused() -> None:
    with pytest.raises(Invalid, match="a database in a file"):
        Database("sqlite://")


def test_sqlite_in_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'gone' / 'onewindow.db'}")

    with pytest.raises(Unavailable), database.work():
        pytest.fail("nobody may come in")
    with pytest.raises(Unavailable), database.read():
        pytest.fail("nobody may come in")


def test_postgresql_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"postgresql://onewindow@/onewindow?host={tmp_path}")

    with pytest.raises(DatabaseUnavailable) as refused, database.work():
        pytest.fail("nobody may come in")
    with pytest.raises(DatabaseUnavailable), database.read():
        pytest.fail("nobody may come in")

    assert refused.value.retry_after_seconds == 5


def test_database_without_tables_says_to_migrate(empty_database_url: str) -> None:
    database = Database(empty_database_url)

    with pytest.raises(DatabaseUnavailable, match="onewindow migrate"):
        names(database)
    with pytest.raises(DatabaseUnavailable, match="onewindow migrate"), database.work() as work:
        work.accounts.add(an_account())
    database.close()


def kill_connections(database: Database) -> None:
    """Let the server end all connections of this database, as a restart does."""
    killer = Database(database.url)
    with killer.read() as reading:
        reading.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    killer.close()


@pytest.fixture
def postgresql_database(database: Database) -> Database:
    if database.is_sqlite:
        pytest.skip("PostgreSQL's own")
    return database


def test_use_case_goes_on_when_the_server_was_restarted(postgresql_database: Database) -> None:
    database = postgresql_database
    database.run(lambda work: work.accounts.add(an_account("aysel")))
    kill_connections(database)

    database.run(lambda work: work.accounts.add(an_account("rauf")))

    assert names(database) == ["aysel", "rauf"]


def test_readers_recover_at_the_second_try_when_the_server_was_restarted(postgresql_database: Database) -> None:
    names(postgresql_database)
    kill_connections(postgresql_database)

    with pytest.raises(DatabaseUnavailable):
        names(postgresql_database)

    assert names(postgresql_database) == []


def test_connection_lost_before_the_commit_is_unavailable_and_nothing_happened(postgresql_database: Database) -> None:
    with pytest.raises(DatabaseUnavailable), postgresql_database.work() as work:
        work.accounts.add(an_account("aysel"))
        kill_connections(postgresql_database)

    assert names(postgresql_database) == []


def test_own_error_is_told_though_the_connection_is_lost(postgresql_database: Database) -> None:
    with pytest.raises(NotFound), postgresql_database.work() as work:
        work.accounts.add(an_account("aysel"))
        kill_connections(postgresql_database)
        raise NotFound.of("task", 1)

    assert names(postgresql_database) == []


def test_two_who_lock_each_others_rows_both_finish(postgresql_database: Database) -> None:
    database = postgresql_database
    with database.work() as work:
        work.accounts.add(an_account("aysel"))
        work.accounts.add(an_account("rauf"))
    crossed = threading.Barrier(2)
    tries: list[int] = []

    def lock_both(one: int) -> None:
        order = ("aysel", "rauf") if one else ("rauf", "aysel")

        def act(work: UnitOfWork) -> None:
            tries.append(one)
            account = work.accounts.lock(order[0])
            if len(tries) <= 2:
                crossed.wait()
            work.accounts.lock(order[1])
            work.accounts.save(replace(account, failed_attempts=account.failed_attempts + 1))

        database.run(act)

    at_once(2, lock_both)

    with database.work() as work:
        assert [work.accounts.lock(name).failed_attempts for name in ("aysel", "rauf")] == [1, 1]
    assert len(tries) == 3


def test_serialisation_failure_is_repeated(postgresql_database: Database) -> None:
    database = postgresql_database
    database.run(lambda work: work.accounts.add(an_account("aysel")))
    tries: list[int] = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        work.reading.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        work.reading.execute(text("SELECT count(*) FROM account"))
        if len(tries) == 1:
            with database.work() as other:
                other.accounts.save(replace(other.accounts.lock("aysel"), failed_attempts=5))
        account = work.accounts.lock("aysel")
        work.accounts.save(replace(account, failed_attempts=account.failed_attempts + 1))

    database.run(act)

    with database.work() as work:
        assert (len(tries), work.accounts.lock("aysel").failed_attempts) == (2, 6)


def test_what_gives_way_again_and_again_is_unavailable(postgresql_database: Database) -> None:
    tries: list[int] = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        work.reading.execute(text("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(DatabaseUnavailable):
        postgresql_database.run(act)

    assert len(tries) == 4


def test_own_errors_are_not_repeated(database: Database) -> None:
    tries: list[int] = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        raise NotFound.of("task", 1)

    with pytest.raises(NotFound):
        database.run(act)

    assert len(tries) == 1


def test_row_that_is_locked_too_long_is_unavailable(database_url: str) -> None:
    database = Database(database_url, busy_timeout_ms=20)
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


def test_moments_come_back_to_the_microsecond(database: Database) -> None:
    at = NOW + timedelta(days=9000, microseconds=1)
    with database.work() as work:
        work.accounts.add(an_account("aysel", locked_until=at))

    with database.work() as work:
        assert work.accounts.lock("aysel").locked_until == at


def test_moment_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="time zone"), database.work() as work:
        work.accounts.add(an_account("aysel", locked_until=NOW.replace(tzinfo=None)))

    assert names(database) == []
