"""A fee from the process to the provider and back: settled once, whatever comes twice, late or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.casework import ledger
from engine.casework.actor import SYSTEM
from engine.casework.case import Case
from engine.casework.fee import Money
from engine.casework.payment import PAYMENT_RESULT, Payment, PaymentMoveRefused, PaymentState, RefundTooLarge
from engine.connectors.demo import DemoConnector
from engine.errors import NotFound
from engine.runtime.apply import apply
from engine.runtime.deploy import deploy
from engine.runtime.look_at_payment import look_now, take_callback
from engine.runtime.publish_message import MessageReserved, publish_message
from engine.runtime.refund import refund_payment
from engine.runtime.signed_callback import SignatureWrong, sign
from engine.runtime.withdraw import withdraw
from engine.store.queries.payments import balances, payments_of_case, revenue
from tests.builders.a_paid_permit import a_paid_service
from tests.builders.a_provider import ProviderAt, a_provider
from tests.builders.a_runtime import MONDAY, OFFICIAL, Running, a_runtime
from tests.builders.an_actor import a_citizen, a_clerk, a_supervisor

APPLICANT = a_citizen()
SECRET = "callback-secret"
AGENCY = "city"


@pytest.fixture
def provider() -> Iterator[ProviderAt]:
    """The simulated provider."""
    with a_provider() as listening:
        yield listening


@pytest.fixture
def running(database_url: str, provider: ProviderAt) -> Iterator[Running]:
    """The use cases with a paid service, over a fresh database."""
    made = a_runtime(database_url, connectors=[provider.connector(), DemoConnector()])
    deploy(made.runtime, a_paid_service(), by=SYSTEM)
    yield made
    made.check()
    assert sum(_balances(made).values()) == 0
    made.close()


def applied(running: Running) -> Case:
    """A case whose payment is open."""
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    running.work_off()
    return case


def payments(running: Running, case: Case) -> list[Payment]:
    with running.runtime.database.read() as connection:
        return [row.payment for row in payments_of_case(connection, case.id)]


def only(running: Running, case: Case) -> Payment:
    (payment,) = payments(running, case)
    return payment


def _balances(running: Running) -> dict[str, int]:
    with running.runtime.database.read() as connection:
        return {account: minor for (account, _), minor in balances(connection).items()}


def call_back(running: Running, payment: Payment) -> bool:
    """The provider's news."""
    body = f'{{"payment_id": "{payment.provider_id}", "status": "success"}}'.encode()
    return take_callback(running.runtime, body, sign(body, SECRET, running.clock.now()), SECRET)


def paid(running: Running, provider: ProviderAt) -> Case:
    """A case whose fee is paid."""
    case = applied(running)
    provider.act("pay")
    call_back(running, only(running, case))
    running.work_off()
    return case


def test_a_process_opens_a_payment_that_the_citizen_can_pay(running: Running, provider: ProviderAt) -> None:
    case = applied(running)

    payment = only(running, case)
    assert (payment.state, payment.amount.minor, payment.agency) == (PaymentState.open, 2500, AGENCY)
    assert payment.reference.startswith(str(case.number))
    assert payment.next_url is not None
    assert payment.next_url.startswith(provider.url)
    assert payment.expires_at == MONDAY + timedelta(days=10)
    assert _balances(running) == {ledger.RECEIVABLE: 2500, ledger.fees_due(AGENCY): -2500}
    assert "payment.opened" in running.acts(case.instance_id)


def test_a_callback_lets_the_provider_be_asked_and_the_process_goes_on(running: Running, provider: ProviderAt) -> None:
    case = applied(running)
    provider.act("pay")

    assert call_back(running, only(running, case))
    running.work_off()

    payment = only(running, case)
    assert (payment.state, payment.receipt_number) == (PaymentState.paid, "R-2026-000001-5")
    assert (payment.payer, payment.next_url) == ("Test Payer", None)
    assert [task.element_id for task in running.tasks(case.instance_id)] == ["hand-out"]
    assert running.variables(case.instance_id)["payment"]["receipt_number"] == "R-2026-000001-5"
    expected = {ledger.CASH: 2500, ledger.fee_revenue(AGENCY): -2500}
    assert {name: minor for name, minor in _balances(running).items() if minor} == expected
    with running.runtime.database.read() as connection:
        (row,) = revenue(connection, MONDAY, MONDAY + timedelta(days=1))
    assert (row.agency, row.received, row.net, row.payments) == (AGENCY, Decimal(25), Decimal(25), 1)


def test_a_claim_of_a_callback_settles_nothing_that_the_provider_does_not_confirm(
    running: Running, provider: ProviderAt
) -> None:
    case = applied(running)

    call_back(running, only(running, case))
    running.work_off()

    assert only(running, case).state is PaymentState.open


def test_callbacks_that_come_again_and_late_change_nothing(running: Running, provider: ProviderAt) -> None:
    case = paid(running, provider)
    before = (only(running, case), _balances(running), running.acts(case.instance_id))

    for _ in range(3):
        assert call_back(running, only(running, case))
        running.clock.advance(timedelta(minutes=30))
        running.work_off()

    assert (only(running, case), _balances(running), running.acts(case.instance_id)) == before


def test_when_no_callback_comes_the_provider_is_asked_anyway(running: Running, provider: ProviderAt) -> None:
    case = applied(running)
    provider.act("pay")

    running.clock.advance(timedelta(minutes=1))
    running.work_off()

    assert only(running, case).state is PaymentState.paid


def test_the_provider_is_asked_ever_more_rarely(running: Running, provider: ProviderAt) -> None:
    case = applied(running)

    pauses = []
    for _ in range(8):
        (due,) = running.rows("SELECT due_at FROM job WHERE state = 'waiting' AND instance_id IS NULL")
        now = running.clock.now()
        pauses.append(round(due["due_at"] / 60e6 - now.timestamp() / 60))
        running.clock.advance(timedelta(minutes=pauses[-1]))
        running.work_off()

    assert pauses == [1, 1, 2, 5, 10, 15, 30, 60]
    assert only(running, case).looks == 8


def test_coming_back_from_the_page_asks_at_once(running: Running, provider: ProviderAt) -> None:
    case = applied(running)
    provider.act("pay")

    assert look_now(running.runtime, only(running, case).reference) is PaymentState.open
    running.work_off()

    assert only(running, case).state is PaymentState.paid


@pytest.mark.parametrize(("action", "state"), [("decline", "failed"), ("cancel", "cancelled")])
def test_a_payment_that_fails_tells_the_process(
    running: Running, provider: ProviderAt, action: str, state: str
) -> None:
    case = applied(running)
    provider.act(action)

    call_back(running, only(running, case))
    running.work_off()

    assert only(running, case).state is PaymentState(state)
    assert running.case(case).decision is not None
    assert not any(_balances(running).values())


def test_a_payment_nobody_pays_expires_and_is_closed_at_the_provider(running: Running, provider: ProviderAt) -> None:
    case = applied(running)
    payment = only(running, case)

    for _ in range(60):
        running.clock.advance(timedelta(hours=6))
        running.work_off()

    assert only(running, case).state is PaymentState.expired
    assert provider.told(payment.provider_id)["state"]["status"] == "cancelled"
    assert str(running.case(case).decision.outcome) == "inadmissible"  # type: ignore[union-attr]
    assert not any(_balances(running).values())


def test_money_that_comes_after_the_end_goes_back_by_itself(running: Running, provider: ProviderAt) -> None:
    case = applied(running)
    provider.act("pay")
    withdraw(running.runtime, case.id, by=APPLICANT)

    call_back(running, only(running, case))
    running.work_off()

    payment = only(running, case)
    assert (payment.state, payment.refunded, payment.receipt_number) == (PaymentState.refunded, payment.amount, None)
    assert [effect["body"]["amount"] for effect in provider.effects("refund")] == [2500]
    assert not any(_balances(running).values())
    assert {"payment.came-late", "payment.refunded"} <= set(running.acts(case.instance_id))


def test_an_open_payment_of_a_case_that_was_withdrawn_is_closed(running: Running, provider: ProviderAt) -> None:
    case = applied(running)
    withdraw(running.runtime, case.id, by=APPLICANT)

    running.clock.advance(timedelta(minutes=1))
    running.work_off()

    assert only(running, case).state is PaymentState.expired
    assert provider.told(only(running, case).provider_id)["state"]["status"] == "cancelled"


def test_a_signature_that_does_not_hold_is_refused_and_journalled(running: Running) -> None:
    payment = only(running, applied(running))
    body, now = f'{{"payment_id": "{payment.provider_id}"}}'.encode(), running.clock.now()
    forged = {
        "other secret": sign(body, "guessed", now),
        "other body": sign(b"{}", SECRET, now),
        "too old": sign(body, SECRET, now - timedelta(minutes=6)),
        "from the future": sign(body, SECRET, now + timedelta(minutes=6)),
        "none": "",
        "nonsense": "t=x,v1=ə",
    }

    for signature in forged.values():
        with pytest.raises(SignatureWrong):
            take_callback(running.runtime, body, signature, SECRET)
        running.clock.advance(timedelta(seconds=1))
    with pytest.raises(SignatureWrong):
        take_callback(running.runtime, body, sign(body, SECRET, now), None)

    assert running.acts("payments") == ["payment.callback-refused"] * (len(forged) + 1)


def test_a_stranger_cannot_fill_the_journal(running: Running) -> None:
    for _ in range(20):
        with pytest.raises(SignatureWrong):
            take_callback(running.runtime, b"{}", "t=1,v1=x", SECRET)

    assert running.acts("payments") == ["payment.callback-refused"]


def test_a_callback_for_a_payment_nobody_knows_changes_nothing(running: Running) -> None:
    body = b'{"payment_id": "pay-of-another-shop"}'

    assert take_callback(running.runtime, body, sign(body, SECRET, running.clock.now()), SECRET) is False


def test_a_provider_that_is_down_is_asked_again_and_charged_once(running: Running, provider: ProviderAt) -> None:
    provider.switch(mode="garbage", count=1)
    case = apply(running.runtime, "permit", {}, by=APPLICANT)
    running.work_off()

    running.clock.advance(timedelta(minutes=1))
    running.work_off()

    assert only(running, case).state is PaymentState.open
    assert [effect["times"] for effect in provider.effects("payment")] == [2]


def test_a_provider_that_stays_down_becomes_an_incident_that_can_be_retried(
    running: Running, provider: ProviderAt
) -> None:
    provider.switch(mode="fail")
    case = apply(running.runtime, "permit", {}, by=APPLICANT)

    for _ in range(4):
        running.work_off()
        running.clock.advance(timedelta(minutes=1))

    assert [one["code"] for one in running.incidents(case.instance_id)] == ["partner-unavailable"]
    assert payments(running, case) == []


def test_another_amount_at_the_provider_is_an_incident_and_settles_nothing(
    running: Running, provider: ProviderAt
) -> None:
    case = applied(running)
    with running.runtime.database.work() as work:
        payment = work.payments.lock(only(running, case).id)
        work.payments.save(replace(payment, amount=Money(2400, "AZN")))
    provider.act("pay")

    running.clock.advance(timedelta(minutes=1))
    running.work_off()

    incidents = running.rows("SELECT code FROM incident WHERE instance_id IS NULL")
    assert [one["code"] for one in incidents] == ["payment-amount-differs"]
    assert only(running, case).state is PaymentState.open


def test_a_supervisor_refunds_a_part_with_a_reason(running: Running, provider: ProviderAt) -> None:
    case = paid(running, provider)

    refund = refund_payment(
        running.runtime, only(running, case).id, Decimal("10.50"), "Charged for two.", by=a_supervisor(AGENCY)
    )
    running.work_off()

    payment = only(running, case)
    assert (payment.state, payment.refunded.minor) == (PaymentState.paid, 1050)
    assert provider.told(payment.provider_id)["refund_summary"] == {"amount_submitted": 1050}
    assert _balances(running)[ledger.CASH] == 1450
    assert _balances(running)[ledger.fee_revenue(AGENCY)] == -1450
    assert refund.reason == "Charged for two."


def test_a_whole_refund_ends_the_payment_and_a_second_one_is_refused(running: Running, provider: ProviderAt) -> None:
    payment = only(running, paid(running, provider))
    refund_payment(running.runtime, payment.id, None, "Not needed.", by=OFFICIAL)

    with pytest.raises(PaymentMoveRefused):
        refund_payment(running.runtime, payment.id, Decimal(1), "Once more.", by=OFFICIAL)
    running.work_off()

    with pytest.raises(RefundTooLarge):
        refund_payment(running.runtime, payment.id, Decimal(1), "Once more.", by=OFFICIAL)
    assert len(provider.effects("refund")) == 1


def test_a_refund_that_is_under_way_is_asked_for_until_it_is_made(running: Running, provider: ProviderAt) -> None:
    case = paid(running, provider)
    provider.switch(refunds="submitted")
    refund_payment(running.runtime, only(running, case).id, None, "Not needed.", by=OFFICIAL)
    running.work_off()
    assert only(running, case).state is PaymentState.refunding

    provider.switch(refunds="success")
    running.clock.advance(timedelta(minutes=1))
    running.work_off()

    assert only(running, case).state is PaymentState.refunded
    assert [effect["times"] for effect in provider.effects("refund")] == [2]


@pytest.mark.parametrize("who", [a_citizen(), a_clerk(), a_supervisor("elsewhere")], ids=["citizen", "clerk", "other"])
def test_nobody_else_refunds(running: Running, provider: ProviderAt, who: object) -> None:
    payment = only(running, paid(running, provider))

    with pytest.raises(NotFound):
        refund_payment(running.runtime, payment.id, None, "For a friend.", by=who)  # type: ignore[arg-type]


def test_a_model_lets_the_money_of_its_case_go_back(running: Running, provider: ProviderAt) -> None:
    case = paid(running, provider)

    running.complete(case.instance_id, "hand-out", verdict="refund")
    running.work_off()

    assert only(running, case).state is PaymentState.refunded
    assert str(running.case(case).decision.outcome) == "refused"  # type: ignore[union-attr]


def test_no_operator_tells_a_process_that_money_came(running: Running) -> None:
    case = applied(running)
    payment = only(running, case)
    said = {"payment": {"state": "paid"}}

    with pytest.raises(MessageReserved):
        publish_message(running.runtime, PAYMENT_RESULT, payment.reference, said, by=OFFICIAL)
    assert only(running, case).state is PaymentState.open


def test_a_fee_is_refunded_after_the_case_has_ended(running: Running, provider: ProviderAt) -> None:
    case = paid(running, provider)
    running.complete(case.instance_id, "hand-out")

    refund_payment(running.runtime, only(running, case).id, None, "The licence was not made.", by=OFFICIAL)
    running.work_off()

    assert only(running, case).state is PaymentState.refunded
    assert running.acts(case.instance_id)[-1] == "payment.refunded"
