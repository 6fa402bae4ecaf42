"""A transaction that gave way to another one is repeated, any other is not."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import text

from engine.errors import NotFound
from engine.store.database import Database
from engine.store.faults import DatabaseUnavailable
from engine.store.unit_of_work import UnitOfWork
from tests.builders.a_master_key import MASTER_KEYS
from tests.builders.an_account import an_account
from tests.builders.databases import ON_POSTGRESQL, connection_of
from tests.builders.threads import at_once


@ON_POSTGRESQL
def test_two_who_lock_each_others_rows_both_finish(database: Database) -> None:
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
    assert len(tries) >= 3


@ON_POSTGRESQL
def test_serialisation_failure_is_repeated(database: Database) -> None:
    database.run(lambda work: work.accounts.add(an_account("aysel")))
    tries: list[int] = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        connection_of(work).execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        connection_of(work).execute(text("SELECT count(*) FROM account"))
        if len(tries) == 1:
            with database.work() as other:
                other.accounts.save(replace(other.accounts.lock("aysel"), failed_attempts=5))
        account = work.accounts.lock("aysel")
        work.accounts.save(replace(account, failed_attempts=account.failed_attempts + 1))

    database.run(act)

    with database.work() as work:
        assert (len(tries), work.accounts.lock("aysel").failed_attempts) == (2, 6)


@ON_POSTGRESQL
def test_what_gives_way_again_and_again_is_unavailable(database: Database) -> None:
    tries: list[int] = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        connection_of(work).execute(text("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(DatabaseUnavailable):
        database.run(act)

    assert len(tries) == 4


@ON_POSTGRESQL
def test_a_lock_that_was_waited_for_in_vain_is_tried_again_and_then_unavailable(database_url: str) -> None:
    # given somebody who holds a row, and lets go of it only for the second of us
    database = Database(database_url, keys=MASTER_KEYS, busy_timeout_ms=50)
    database.run(lambda work: work.accounts.add(an_account("aysel")))
    tries: list[int] = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        work.accounts.lock("aysel")

    with database.work() as holder:
        holder.accounts.lock("aysel")
        with pytest.raises(DatabaseUnavailable, match="locked") as refused:
            database.run(act)
    assert (len(tries), refused.value.retry_after_seconds) == (4, 2)

    tries.clear()
    holding = database.work()
    holding.__enter__().accounts.lock("aysel")

    def act_second(work: UnitOfWork) -> None:
        if len(tries) == 1:
            holding.__exit__(None, None, None)
        act(work)

    database.run(act_second)

    assert len(tries) == 2
    database.close()


def test_own_errors_are_not_repeated(database: Database) -> None:
    tries: list[int] = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        raise NotFound.of("task", 1)

    with pytest.raises(NotFound):
        database.run(act)

    assert len(tries) == 1
