"""PostgreSQL is sent the writes of a transaction together; what became of them is known before the commit."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.store.database import Database
from engine.store.faults import AlreadyExists, DatabaseUnavailable
from engine.store.sent_together import SENT_TOGETHER
from engine.store.unit_of_work import UnitOfWork
from tests.builders.an_account import an_account
from tests.builders.databases import ON_POSTGRESQL, connection_of

TWICE = text("INSERT INTO journal_head (chain, seq, hash) VALUES ('land', 0, 'x')")
TOGETHER = TWICE.execution_options(**SENT_TOGETHER)


def heads(work: UnitOfWork) -> int:
    return int(connection_of(work).execute(text("SELECT count(*) FROM journal_head")).scalar_one())


@ON_POSTGRESQL
def test_fault_of_a_marked_write_is_told_at_the_end_and_nothing_is_kept(database: Database) -> None:
    reached = []

    def act(work: UnitOfWork) -> None:
        work.accounts.add(an_account("aysel"))
        connection_of(work).execute(TOGETHER)
        connection_of(work).execute(TOGETHER)
        reached.append("end")

    with pytest.raises(AlreadyExists):
        database.run(act)

    assert reached == ["end"]
    with database.work() as work:
        assert heads(work) == 0


@ON_POSTGRESQL
def test_fault_of_a_marked_write_is_told_by_the_next_statement_that_waits(database: Database) -> None:
    def act(work: UnitOfWork) -> None:
        connection_of(work).execute(TOGETHER)
        connection_of(work).execute(TOGETHER)
        heads(work)
        raise AssertionError("the statement before this one must have raised")

    with pytest.raises(AlreadyExists):
        database.run(act)


@ON_POSTGRESQL
def test_statement_without_the_mark_sees_what_was_sent_before_and_tells_its_own_fault(database: Database) -> None:
    seen = []

    def act(work: UnitOfWork) -> None:
        connection_of(work).execute(TOGETHER)
        seen.append(heads(work))
        connection_of(work).execute(TWICE)

    with pytest.raises(AlreadyExists):
        database.run(act)

    assert seen == [1]


@ON_POSTGRESQL
def test_connection_serves_the_next_transaction_after_a_fault(database: Database) -> None:
    def twice(work: UnitOfWork) -> None:
        connection_of(work).execute(TOGETHER)
        connection_of(work).execute(TOGETHER)

    for _ in range(8):
        with pytest.raises(AlreadyExists):
            database.run(twice)

    with database.work() as work:
        connection_of(work).execute(TOGETHER)
    with database.work() as work:
        assert heads(work) == 1


@ON_POSTGRESQL
def test_server_that_goes_away_before_the_answers_is_told_and_nothing_is_kept(database: Database) -> None:
    tries = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        own = connection_of(work).execute(text("SELECT pg_backend_pid()")).scalar_one()
        connection_of(work).execute(TOGETHER)
        with database.read() as other:
            other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})

    with pytest.raises(DatabaseUnavailable):
        database.run(act)

    assert len(tries) == 4, "the commit was never asked for, so that it may be repeated"
    with database.work() as work:
        assert heads(work) == 0
