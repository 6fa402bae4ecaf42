"""Payments, receipts and the ledger in the tables: kept whole, numbered without gaps, booked once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.casework import ledger
from engine.casework.fee import Money
from engine.casework.job import JobState
from engine.casework.ledger import Transaction
from engine.casework.payment import PaymentState
from engine.errors import NotFound, OnewindowError, Refused
from engine.store.database import Database
from engine.store.queries.payments import balances, revenue, unreconciled
from tests.builders.a_job import a_job
from tests.builders.a_payment import AT, a_payment, a_refund
from tests.builders.databases import connection_of
from tests.builders.threads import at_once


def test_a_payment_comes_back_as_it_was_kept(database: Database) -> None:
    payment = a_payment(tier="fast", exemption="pensioner", next_url="https://pay.example/1", case_id="c" * 26)
    paid = replace(payment, refunded=Money(10, "AZN"), looks=3).settled("R-2026-000001-5", "A. Payer", AT)
    with database.work() as work:
        work.payments.add(payment)
        first = work.payments.lock(payment.id)
        work.payments.save(paid)

    with database.work() as work:
        then = work.payments.lock(payment.id)
        places = {work.payments.place_of(reference=payment.reference), work.payments.place_of(provider_id="pay-1")}

    assert (first, then) == (payment, paid)
    assert places == {(payment.id, payment.instance_id)}


def test_a_reference_is_used_once(database: Database) -> None:
    with database.work() as work:
        work.payments.add(a_payment())

    with pytest.raises(Refused), database.work() as work:
        work.payments.add(a_payment(provider_id="pay-2"))


def test_what_is_not_there_is_not_found(database: Database) -> None:
    with database.work() as work:
        for ask in (
            lambda: work.payments.lock("x" * 26),
            lambda: work.payments.place_of(reference="none"),
            lambda: work.payments.lock_refund("x" * 26),
            lambda: work.payments.payment_of_refund("x" * 26),
        ):
            with pytest.raises(NotFound):
                ask()


def test_the_same_key_is_booked_once_by_however_many(database: Database) -> None:
    payment = a_payment()

    def book(_: int) -> bool:
        with database.work() as work:
            return work.payments.book(ledger.paid(payment, AT))

    assert sorted(at_once(8, book)) == [False] * 7 + [True]
    with database.read() as connection:
        assert balances(connection)[(ledger.CASH, "AZN")] == 2500
        assert sum(balances(connection).values()) == 0


def test_receipts_are_numbered_without_gaps_though_some_are_rolled_back(database: Database) -> None:
    class Regret(Exception):
        """The transaction is given up."""

    def number(one: int) -> int | None:
        try:
            with database.work() as work:
                found = work.payments.next_receipt(2026)
                if one % 2:
                    raise Regret
                return found
        except Regret:
            return None

    given = [one for one in at_once(8, number) if one is not None]

    assert sorted(given) == [1, 2, 3, 4]


@pytest.mark.parametrize("state", list(JobState))
def test_only_a_job_that_waits_is_hurried(database: Database, state: JobState) -> None:
    job = a_job(state=state, due_at=AT + timedelta(hours=6))
    with database.work() as work:
        work.jobs.enqueue_many([job])

    with database.work() as work:
        found = work.payments.hurry_job(job.id, AT)
        due_at = work.jobs.lock(job.id).due_at
        nobody = work.payments.hurry_job("x" * 26, AT)

    assert (found, nobody) == (state, None)
    assert (due_at == AT) == (state is JobState.waiting)


def test_a_job_that_failed_before_keeps_its_back_off(database: Database) -> None:
    job = a_job(due_at=AT + timedelta(hours=6), attempts=1)
    with database.work() as work:
        work.jobs.enqueue_many([job])

    with database.work() as work:
        found = work.payments.hurry_job(job.id, AT)
        due_at = work.jobs.lock(job.id).due_at

    assert (found, due_at) == (JobState.waiting, job.due_at)


@pytest.mark.parametrize("table", ["ledger_transaction", "ledger_line"])
@pytest.mark.parametrize("act", ["UPDATE {} SET at = 0", "DELETE FROM {}"])
def test_the_ledger_can_only_be_added_to(database: Database, table: str, act: str) -> None:
    with database.work() as work:
        work.payments.book(ledger.paid(a_payment(), AT))

    with pytest.raises(OnewindowError), database.work() as work:
        connection_of(work).execute(text(act.format(table)))

    with database.read() as connection:
        assert balances(connection)[(ledger.CASH, "AZN")] == 2500


def test_revenue_is_received_less_refunded_of_each_agency_and_period(database: Database) -> None:
    police, health = a_payment(), a_payment(agency="health", amount=Money(1000, "AZN"))
    refund = a_refund(police, 500)
    day = timedelta(days=1)
    booked: list[Transaction] = [
        ledger.opened(police, AT),
        ledger.paid(police, AT),
        ledger.paid(health, AT + day),
        ledger.refund_decided(police, refund, AT + day),
        ledger.refund_sent(police, refund, AT + day),
    ]
    with database.work() as work:
        for one in booked:
            work.payments.book(one)

    with database.read() as connection:
        both = revenue(connection, AT, AT + 2 * day)
        first = revenue(connection, AT, AT + day)
        own = revenue(connection, AT, AT + 2 * day, {"health"})
        nobody = revenue(connection, AT, AT + day, ())

    assert [(one.agency, str(one.received), str(one.refunded), one.payments) for one in both] == [
        ("health", "10.00", "0.00", 1),
        ("traffic-police", "25.00", "5.00", 1),
    ]
    assert [(one.agency, str(one.net)) for one in first] == [("traffic-police", "25.00")]
    assert [one.agency for one in own] == ["health"]
    assert nobody == []


def test_money_that_no_file_confirmed_is_listed_until_one_does(database: Database) -> None:
    paid = a_payment(state=PaymentState.paid, settled_at=AT)
    refund = a_refund(paid, 500, made_at=AT, provider_id="ref-1")
    with database.work() as work:
        work.payments.add(paid)
        work.payments.add_refund(refund)

    with database.read() as connection:
        before = unreconciled(connection, AT, AT + timedelta(days=1))
    with database.work() as work:
        work.payments.save(replace(paid, reconciled_at=AT))
        work.payments.save_refund(replace(refund, reconciled_at=AT))
    with database.read() as connection:
        after = unreconciled(connection, AT, AT + timedelta(days=1))

    assert sorted((one.kind, one.amount.minor) for one in before) == [("payment", 2500), ("refund", 500)]
    assert after == []
