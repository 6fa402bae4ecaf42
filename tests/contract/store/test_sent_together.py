"""PostgreSQL is sent the writes of a transaction together; what became of them is known before the commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
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


def end_own_connection(work: UnitOfWork, database: Database) -> None:
    own = connection_of(work).execute(text("SELECT pg_backend_pid()")).scalar_one()
    connection_of(work).execute(TOGETHER)
    with database.read() as other:
        other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})


@ON_POSTGRESQL
def test_server_that_goes_away_before_the_answers_is_told_and_nothing_is_repeated(database: Database) -> None:
    tries = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        end_own_connection(work, database)

    with pytest.raises(DatabaseUnavailable):
        database.run(act)

    assert len(tries) == 1, "the commit was sent with the writes, so that it might have happened"
    with database.work() as work:
        assert heads(work) == 0


@ON_POSTGRESQL
def test_server_that_goes_away_before_a_statement_that_waits_is_asked_again(database: Database) -> None:
    tries = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        if len(tries) == 1:
            end_own_connection(work, database)
        heads(work)

    database.run(act)

    assert len(tries) == 2, "the commit was not sent yet"


@ON_POSTGRESQL
def test_connection_that_never_answered_is_asked_to_commit_only_after_its_writes_arrived(database: Database) -> None:
    with database.work() as work:
        own = connection_of(work).execute(text("SELECT pg_backend_pid()")).scalar_one()
    with database.read() as other:
        other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
    tries = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        connection_of(work).execute(TOGETHER)

    database.run(act)

    assert len(tries) == 2, "the connection of the pool was dead, and was replaced"
    with database.work() as work:
        assert heads(work) == 1


@ON_POSTGRESQL
def test_fault_of_a_write_keeps_the_commit_that_was_sent_with_it_from_happening(database: Database) -> None:
    def act(work: UnitOfWork) -> None:
        assert heads(work) == 0
        connection_of(work).execute(TOGETHER)
        connection_of(work).execute(TOGETHER)

    with pytest.raises(AlreadyExists):
        database.run(act)

    with database.work() as work:
        assert heads(work) == 0


@ON_POSTGRESQL
def test_fault_of_the_commit_itself_is_told(database: Database) -> None:
    def act(work: UnitOfWork) -> None:
        connection_of(work).execute(text("CREATE TEMPORARY TABLE one (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
        connection_of(work).execute(text("INSERT INTO one VALUES (1), (1)"))
        work.accounts.add(an_account("aysel"))

    with pytest.raises(AlreadyExists):
        database.run(act)

    with database.read() as reading:
        assert reading.execute(text("SELECT count(*) FROM account")).scalar_one() == 0


@ON_POSTGRESQL
def test_a_read_and_writes_wait_twice_for_the_server(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = []
    sync, leave = psycopg.Pipeline.sync, psycopg.Pipeline.__exit__
    monkeypatch.setattr(psycopg.Pipeline, "sync", lambda one: (waits.append("sync"), sync(one))[1])
    monkeypatch.setattr(psycopg.Pipeline, "__exit__", lambda one, *fault: (waits.append("end"), leave(one, *fault))[1])
    monkeypatch.setattr(psycopg.Connection, "commit", _commit_of_nothing(psycopg.Connection.commit))

    with database.work() as work:
        heads(work)
        connection_of(work).execute(TOGETHER)
        connection_of(work).execute(text("UPDATE journal_head SET seq = 1").execution_options(**SENT_TOGETHER))

    assert waits == ["sync", "end"]


def _commit_of_nothing(commit: Callable[[psycopg.Connection[Any]], None]) -> Callable[[psycopg.Connection[Any]], None]:
    def checked(connection: psycopg.Connection[Any]) -> None:
        assert connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE, "the commit came before"
        commit(connection)

    return checked
