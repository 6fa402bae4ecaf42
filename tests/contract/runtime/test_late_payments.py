"""Money that comes when nobody expects it any more goes back, once, whoever brings the news."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from engine.casework import ledger
from engine.casework.actor import SYSTEM
from engine.casework.payment import Payment, PaymentState
from engine.runtime.apply import apply
from engine.runtime.deploy import deploy
from engine.runtime.look_at_payment import take_callback
from engine.runtime.reconcile import reconcile
from engine.runtime.signed_callback import sign
from engine.store.queries.payments import balances
from tests.builders.a_paid_permit import a_paid_service
from tests.builders.a_provider import ProviderAt, a_provider
from tests.builders.a_runtime import OFFICIAL, Running, a_runtime
from tests.builders.an_actor import a_citizen

SECRET = "callback-secret"
HEAD = "type,payment_id,refund_id,reference,amount,currency,at\n"


@pytest.fixture
def provider() -> Iterator[ProviderAt]:
    """The simulated provider."""
    with a_provider() as listening:
        yield listening


@pytest.fixture
def running(database_url: str, provider: ProviderAt) -> Iterator[Running]:
    """The use cases with a paid service; afterwards the books balance and nobody owes anybody."""
    made = a_runtime(database_url, connectors=[provider.connector()])
    deploy(made.runtime, a_paid_service(), by=SYSTEM)
    yield made
    made.check()
    with made.runtime.database.read() as connection:
        assert not any(balances(connection).values())
    made.close()


def payment_of(running: Running) -> Payment:
    """The only payment."""
    (row,) = running.rows("SELECT id FROM payment")
    with running.runtime.database.work() as work:
        return work.payments.lock(row["id"])


def lapsed(running: Running, state: str) -> Payment:
    """A payment that ended here without the provider's knowing, as when its news were lost."""
    apply(running.runtime, "permit", {}, by=a_citizen())
    running.work_off()
    payment = payment_of(running).lapsed(PaymentState(state), None, running.clock.now())
    with running.runtime.database.work() as work:
        work.payments.save(payment)
        work.payments.book(ledger.lapsed(payment, running.clock.now()))
    return payment


def by_callback(running: Running, payment: Payment) -> None:
    """The provider calls back."""
    body = f'{{"payment_id": "{payment.provider_id}"}}'.encode()
    assert take_callback(running.runtime, body, sign(body, SECRET, running.clock.now()), SECRET)


def by_file(running: Running, payment: Payment) -> None:
    """The operator reads the daily file."""
    at = running.clock.now().isoformat()
    line = f"payment,{payment.provider_id},,{payment.reference},2500,AZN,{at}\n"
    found = reconcile(running.runtime, (HEAD + line).encode(), by=OFFICIAL)
    assert {one.subject for one in found.differences} <= {"refund"}  # which the file of that day does not tell yet


def by_the_last_question(running: Running, _payment: Payment) -> None:
    """The job that was to ask next still asks."""
    running.clock.advance(timedelta(minutes=1))


NEWS = {"callback": by_callback, "file": by_file, "last-question": by_the_last_question}


@pytest.mark.parametrize("state", ["expired", "cancelled", "failed"])
@pytest.mark.parametrize("bring", NEWS.values(), ids=NEWS)
def test_late_money_goes_back_once_by_whatever_way_its_news_come(
    running: Running, provider: ProviderAt, bring: Callable[[Running, Payment], None], state: str
) -> None:
    payment = lapsed(running, state)
    provider.act("pay")

    for _ in range(2):
        bring(running, payment)
        running.work_off()
    by_callback(running, payment)
    running.work_off()

    after = payment_of(running)
    assert (after.state, after.receipt_number) == (PaymentState.refunded, None)
    assert [effect["body"]["amount"] for effect in provider.effects("refund")] == [2500]
    assert running.read("refund", "reason") == ["late"]


def test_a_refund_whose_answer_was_lost_is_found_in_the_file(running: Running, provider: ProviderAt) -> None:
    # given a refund that the provider made, while its answer is lost again and again
    payment = lapsed(running, "expired")
    provider.act("pay")
    by_callback(running, payment)
    running.hands.carry_out(running.hands.take(1, timedelta(seconds=60))[0])
    provider.switch(mode="garbage")
    running.work_off()
    assert payment_of(running).state is PaymentState.refunding

    provider.switch(mode="ok")
    found = reconcile(running.runtime, provider_file(provider), by=OFFICIAL)
    running.clock.advance(timedelta(minutes=1))
    running.work_off()

    assert (found.booked, found.matched, found.differences) == (1, 1, ())
    assert payment_of(running).state is PaymentState.refunded
    assert len(provider.effects("refund")) == 1


def provider_file(provider: ProviderAt) -> bytes:
    """The provider's own file of today."""
    day = datetime.now(UTC).date().isoformat()
    return provider.ask("GET", f"/v1/reports/daily?date={day}").content
