"""Who listens hears of work as soon as it is committed, and hears again after the connection died."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from engine.store.database import Database
from engine.store.listening import Deaf, Listener, listener
from tests.builders.a_job import a_job
from tests.builders.databases import ON_POSTGRESQL


@pytest.fixture
def ears(database: Database) -> Iterator[Listener]:
    made = listener(database.url)
    made.wait(0.1)
    made.wait(0.1)
    yield made
    made.close()
    made.wait(0)


def test_nothing_is_heard_while_nothing_happens(ears: Listener) -> None:
    assert ears.wait(0.2) is False


def test_work_is_heard_with_its_commit(database: Database, ears: Listener) -> None:
    with database.work() as work:
        work.jobs.enqueue_many([a_job()])
        work.jobs.announce()

    assert ears.wait(5) is True


@ON_POSTGRESQL
def test_work_that_was_taken_back_is_not_heard(database: Database, ears: Listener) -> None:
    with pytest.raises(ZeroDivisionError), database.work() as work:
        work.jobs.announce()
        raise ZeroDivisionError

    assert ears.wait(0.2) is False


@ON_POSTGRESQL
def test_who_was_cut_off_says_so_and_hears_again(database: Database, ears: Listener) -> None:
    with database.read() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"))

    with pytest.raises(Deaf):
        ears.wait(5)

    assert ears.wait(5) is True  # who listens anew looks at once: something may have been said meanwhile
    with database.work() as work:
        work.jobs.announce()
    assert ears.wait(5) is True
