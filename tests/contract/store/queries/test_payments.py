"""Lists of payments: who sees which, the newest first, two statements however many there are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from engine.casework.actor import Actor
from engine.casework.fee import Money
from engine.casework.payment import Payment, PaymentState
from engine.errors import Invalid
from engine.store.database import Database
from engine.store.queries.payments import payment_page, payments_of_case, state_of_reference
from tests.builders.a_payment import AT, a_payment, a_refund
from tests.builders.an_actor import a_supervisor, an_actor
from tests.builders.statements import statements_of

OPERATOR = an_actor(operator=True)


def kept(database: Database, number: int = 3, **said: object) -> list[Payment]:
    """Payments that are kept, with references of their own."""
    made = [
        a_payment(**{"reference": f"AZ-{said.get('agency', 'p')}-{one}", "provider_id": f"{said}-{one}", **said})
        for one in range(number)
    ]
    with database.work() as work:
        for payment in made:
            work.payments.add(payment)
    return made


@pytest.mark.parametrize(
    ("actor", "seen"),
    [(OPERATOR, {"police", "health"}), (a_supervisor("police"), {"police"}), (a_supervisor("elsewhere"), set())],
    ids=["operator", "supervisor", "supervisor-of-another"],
)
def test_supervisors_see_their_agencies_and_operators_all(
    database: Database, reading: Connection, actor: Actor, seen: set[str]
) -> None:
    kept(database, agency="police")
    kept(database, agency="health")

    assert {row.agency for row in payment_page(reading, actor).items} == seen


def test_pages_follow_one_another_without_gap_or_repetition(database: Database, reading: Connection) -> None:
    made = kept(database, 5)

    first = payment_page(reading, OPERATOR, limit=2)
    second = payment_page(reading, OPERATOR, limit=2, cursor=first.next)
    last = payment_page(reading, OPERATOR, limit=2, cursor=second.next)

    found = [row.id for page in (first, second, last) for row in page.items]
    assert found == sorted((one.id for one in made), reverse=True)
    assert last.next is None
    with pytest.raises(Invalid):
        payment_page(reading, OPERATOR, cursor="nonsense")


def test_a_page_is_two_statements_with_refunds_and_one_without(database: Database, reading: Connection) -> None:
    made = kept(database, 20)
    with statements_of(reading) as without:
        payment_page(reading, OPERATOR)
    with database.work() as work:
        for payment in made[:10]:
            work.payments.save(replace(payment, state=PaymentState.paid, refunded=Money(100, "AZN")))
            work.payments.add_refund(a_refund(payment, 100, made_at=AT))

    with statements_of(reading) as seen:
        page = payment_page(reading, OPERATOR)

    assert (len(without), len(seen)) == (1, 2)
    assert sum(len(row.refunds) for row in page.items) == 10


def test_what_was_asked_for_is_found_and_nothing_else(database: Database, reading: Connection) -> None:
    (paid, *_) = kept(database)
    with database.work() as work:
        work.payments.save(replace(paid, state=PaymentState.paid, settled_at=AT))

    assert [row.id for row in payment_page(reading, OPERATOR, state="paid").items] == [paid.id]
    assert [row.id for row in payment_page(reading, OPERATOR, unreconciled=True).items] == [paid.id]
    assert len(payment_page(reading, OPERATOR, reference=paid.reference).items) == 1
    assert state_of_reference(reading, paid.reference) == "paid"
    assert state_of_reference(reading, "AZ-unknown") is None
    assert payments_of_case(reading, "c" * 26) == []
