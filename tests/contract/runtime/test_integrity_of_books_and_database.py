"""The check finds books that are wrong and a database that is damaged (fault matrix: I2, I7)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import make_url, text

from engine.runtime.integrity import Violation, check_integrity
from engine.store.damage import damages
from tests import postgresql
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE, Running, a_runtime
from tests.builders.databases import ON_POSTGRESQL, ON_SQLITE

PAYMENT = (
    "INSERT INTO payment (id, reference, instance_id, agency, provider_id, state, amount, refunded, currency,"
    " description, legal_basis, created_at, expires_at, looks, look_again)"
    " VALUES ('p', 'r', 'i', 'city', 'x', '{state}', 2500, 0, 'AZN', 'fee', 'law', 0, 0, 0, {no})"
)
REFUND = (
    "INSERT INTO refund (id, payment_id, amount, currency, reason, asked_by, asked_at, made_at)"
    " VALUES ('q', 'p', 2500, 'AZN', 'twice', 'system', 0, 1)"
)
BOOKED = "INSERT INTO ledger_transaction (key, payment_id, at) VALUES ('{key}', 'p', 0)"
LINE = (
    "INSERT INTO ledger_line (key, line, account, amount, currency, at)"
    " VALUES ('{key}', {line}, 'a', {amount}, 'AZN', 0)"
)


@pytest.fixture
def office(database_url: str) -> Iterator[Running]:
    """An instance that waits for a clerk."""
    made = a_runtime(database_url)
    made.deploy(a_process("p").start().user_task("check", queue=QUEUE).end())
    made.start("p")
    yield made
    made.close()


def found(running: Running, *statements: str) -> list[Violation]:
    """Write past all use cases; gives what the check says then."""
    with running.runtime.database.work() as work:
        for statement in statements:
            work.reading.execute(text(statement))
    return check_integrity(running.runtime).violations


def balanced(key: str) -> tuple[str, str, str]:
    """A booking as it should be."""
    lines = (LINE.format(key=key, line=line, amount=amount) for line, amount in ((0, 2500), (1, -2500)))
    return (BOOKED.format(key=key), *lines)  # type: ignore[return-value]


def payment(running: Running, state: str) -> str:
    """A payment in a state."""
    return PAYMENT.format(state=state, no="0" if running.runtime.database.is_sqlite else "false")


@pytest.mark.parametrize("came", ["paid", "late"])
def test_books_that_are_right_are_found_right(office: Running, came: str) -> None:
    assert found(office, payment(office, "refunded"), REFUND, *balanced(f"{came}:p"), *balanced("refunded:q")) == []


def test_debits_that_are_not_credits_are_told_with_the_booking(office: Running) -> None:
    (broken,) = found(office, BOOKED.format(key="open:p"), LINE.format(key="open:p", line=0, amount=2500))

    assert (broken.rule, broken.subject) == ("books-wrong", "open:p")
    assert "differ by 2500 minor units of AZN" in broken.message


def test_bookings_without_lines_and_lines_without_booking_are_told(office: Running) -> None:
    alone = [one for one in balanced("open:q") if "ledger_line" in one]

    assert {one.subject for one in found(office, BOOKED.format(key="open:p"), *alone)} == {"open:p", "open:q"}


@pytest.mark.parametrize("state", ["paid", "open"])
def test_a_payment_that_stands_otherwise_than_booked_is_told(office: Running, state: str) -> None:
    booked = balanced("paid:p") if state == "open" else balanced("open:p")

    (broken,) = found(office, payment(office, state), *booked)

    assert (broken.rule, broken.subject) == ("books-wrong", "p")


def test_a_refund_that_went_out_unbooked_is_told(office: Running) -> None:
    (broken,) = found(office, payment(office, "refunded"), REFUND, *balanced("paid:p"))

    assert (broken.rule, broken.subject) == ("books-wrong", "q")


@ON_SQLITE
def test_an_index_of_sqlite_that_misses_rows_is_told(office: Running, database_url: str) -> None:
    # given an index that was filled as if no row belonged into it
    with closing(sqlite3.connect(str(make_url(database_url).database))) as connection:
        connection.execute("CREATE INDEX ix_damaged ON instance (id) WHERE id IS NULL")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = 'CREATE INDEX ix_damaged ON instance (id)' WHERE name = 'ix_damaged'"
        )
        connection.commit()

    told = [one for one in found(office) if one.rule == "database-damaged"]

    assert any("missing from index ix_damaged" in one.message for one in told)


@ON_SQLITE
def test_a_file_of_sqlite_that_was_overwritten_is_told(office: Running, database_url: str) -> None:
    path = str(make_url(database_url).database)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,), (size,) = (
            connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'account'").fetchone(),
            connection.execute("PRAGMA page_size").fetchone(),
        )
    office.close()
    with open(path, "r+b") as file:  # noqa: PTH123 (written in place)
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)

    assert [name for name, _ in damages(database_url)][:1] == ["database"]


@ON_SQLITE
def test_a_reference_that_leads_nowhere_is_told(office: Running, database_url: str) -> None:
    with closing(sqlite3.connect(str(make_url(database_url).database))) as connection:
        connection.execute("DELETE FROM definition")
        connection.commit()

    assert any("that is not there" in why for _, why in damages(database_url))


@ON_POSTGRESQL
def test_an_index_of_postgresql_that_is_not_valid_is_told(office: Running, database_url: str) -> None:
    statement = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_job_available_at'::regclass"
    postgresql.administer(database_url, statement)

    assert list(damages(database_url)) == [("ix_job_available_at", "The index is not valid: rows are not found by it.")]


@ON_POSTGRESQL
@pytest.mark.parametrize("by", ["amcheck", "counting"])
def test_an_index_of_postgresql_that_misses_rows_is_told(office: Running, database_url: str, by: str) -> None:
    # given the only index of a table, filled as if no row belonged into it
    for statement in (
        "CREATE TABLE damaged AS SELECT generate_series(1, 10) AS id",
        "CREATE INDEX ix_damaged ON damaged (id) WHERE id IS NULL",
        "UPDATE pg_index SET indpred = NULL WHERE indexrelid = 'ix_damaged'::regclass",
        "VACUUM damaged",
    ):
        postgresql.administer(database_url, statement)
    if by == "amcheck":
        if not postgresql.administer(database_url, "SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'"):
            pytest.skip("This server has no amcheck.")
        postgresql.administer(database_url, "CREATE EXTENSION amcheck")

    told = dict(damages(database_url))

    if by == "amcheck":
        assert "lacks matching index tuple" in told["ix_damaged"]
    else:
        assert told == {"damaged": "It has 10 rows, and its index finds 0."}
