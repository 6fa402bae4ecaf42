"""One transaction: commits on the normal way out, rolls back on every other, and says in our words what went wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.errors import NotFound
from engine.store.database import Database
from engine.store.faults import AlreadyExists, BrokenReference, StaleVersion, ValueRefused
from tests.builders.a_master_key import MASTER_KEYS
from tests.builders.a_task import NOW
from tests.builders.an_account import a_session, an_account
from tests.builders.an_instance import started
from tests.builders.databases import connection_of
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
    def act() -> None:
        with database.work() as work:
            work.accounts.add(an_account("aysel"))
            raise kind("no")

    with pytest.raises(kind):
        act()

    assert names(database) == []


def test_readers_do_not_see_what_is_not_committed(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(an_account("aysel"))
        seen = names(database)

    assert (seen, names(database)) == ([], ["aysel"])


def test_transaction_sees_what_it_did_itself(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(an_account("aysel"))

        assert connection_of(work).execute(text("SELECT count(*) FROM account")).scalar() == 1


def test_a_name_that_is_taken_is_refused_with_its_table(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(an_account("aysel"))

    def act() -> None:
        with database.work() as work:
            work.accounts.add(an_account("rauf"))
            work.accounts.add(an_account("aysel"))

    with pytest.raises(AlreadyExists) as refused:
        act()

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

    with pytest.raises(StaleVersion), database.work() as work:
        first, second = work.instances.lock(record.id), work.instances.lock(record.id)
        work.instances.save(first)
        work.instances.save(second)

    with database.work() as work:
        assert work.instances.lock(record.id).version == record.version


def test_after_an_error_of_the_database_the_same_connection_goes_on(database_url: str) -> None:
    database = Database(database_url, keys=MASTER_KEYS, pool_size=1)

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


def test_moments_come_back_to_the_microsecond(database: Database) -> None:
    at = NOW + timedelta(days=9000, microseconds=1)
    with database.work() as work:
        work.accounts.add(an_account("aysel", locked_until=at))

    with database.work() as work:
        assert work.accounts.lock("aysel").locked_until == at


def test_moment_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(ValueRefused), database.work() as work:
        work.accounts.add(an_account("aysel", locked_until=NOW.replace(tzinfo=None)))

    assert names(database) == []
