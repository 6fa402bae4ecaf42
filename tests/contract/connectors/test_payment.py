"""The connector `payment` against a provider on a socket: what it sends, and what it makes of odd answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.casework.fee import Money
from engine.casework.payment import PaymentOpened, PaymentSeen, ProviderState, RefundAsked, RefundMade
from engine.connectors.contract import JobRequest, PartnerRefused, PartnerUnavailable, Success
from engine.connectors.exchange import Exchange
from engine.connectors.payment import PaymentConnector, Provider
from tests.builders.a_job_request import a_job_request
from tests.builders.a_partner import Partner

FEE = {"fee": 25, "currency": "AZN", "tier": "fast"}
LOOK = {"ow:payment": "look"}
Call = Callable[..., Any]


@pytest.fixture
def connector(partner: Partner, exchange: Exchange) -> PaymentConnector:
    """The connector, with its key."""
    provider = Provider(url=partner.url, return_url="https://one.example/back?reference={reference}")
    return PaymentConnector(provider, exchange, {"payment-key": "s3cret"}.get)


def a_fee_job(**headers: str) -> JobRequest:
    return a_job_request(headers=headers, variables={"fee": FEE}, case_number="AZ-2026-000123-7")


def created(request: JobRequest, **said: Any) -> str:
    reference = f"AZ-2026-000123-7-{request.idempotency_key[-8:].upper()}"
    return json.dumps({"payment_id": "pay-1", "amount": 2500, "currency": "AZN", "reference": reference, **said})


def seen(status: str, **said: Any) -> str:
    state = {"status": status, "finished": status not in ("created", "submitted")}
    return json.dumps({"payment_id": "pay-1", "amount": 2500, "currency": "AZN", "state": state, **said})


def looked(connector: PaymentConnector, *, close: bool = False) -> PaymentSeen:
    said = {"provider_id": "pay-1", "reference": "AZ-1", "close": close}
    outcome = connector.call(a_job_request(headers=LOOK, variables=said))
    assert isinstance(outcome, Success)
    (effect,) = outcome.effects
    assert isinstance(effect, PaymentSeen)
    return effect


def test_creating_sends_what_the_contract_says(connector: PaymentConnector, partner: Partner) -> None:
    request = a_fee_job(description="State fee", language="en", expiresIn="P5D")
    partner.answers(created(request), 201)

    outcome = connector.call(request)

    (sent,) = partner.received
    assert (sent.method, sent.path) == ("POST", "/v1/payments")
    assert sent.headers["Authorization"] == "Bearer s3cret"
    assert sent.headers["Idempotency-Key"] == request.idempotency_key
    reference = f"AZ-2026-000123-7-{request.idempotency_key[-8:].upper()}"
    assert json.loads(sent.body) == {
        "amount": 2500,
        "currency": "AZN",
        "reference": reference,
        "description": "State fee",
        "return_url": f"https://one.example/back?reference={reference}",
        "language": "en",
    }
    assert isinstance(outcome, Success)
    (effect,) = outcome.effects
    assert isinstance(effect, PaymentOpened)
    assert (effect.life, effect.fee.tier, effect.next_url) == (timedelta(days=5), "fast", None)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"[]", id="list"),
        pytest.param(b"{}", id="empty"),
        pytest.param(b'{"payment_id": "pay', id="half"),
        pytest.param(b"<html>", id="page"),
    ],
)
def test_nonsense_is_asked_again_or_looked_at_and_never_believed(
    connector: PaymentConnector, partner: Partner, answer: bytes
) -> None:
    partner.answers(answer, 201)

    with pytest.raises((PartnerUnavailable, PartnerRefused)):
        connector.call(a_fee_job())


@pytest.mark.parametrize(
    "said",
    [
        {"amount": 2400},
        {"currency": "USD"},
        {"reference": "AZ-other"},
        {"_links": {"next_url": {"href": "javascript:alert(1)"}}},
        {"_links": {"next_url": {"href": "https://" + "x" * 3_000}}},
    ],
    ids=["amount", "currency", "reference", "script", "long"],
)
def test_an_answer_about_something_else_is_refused(
    connector: PaymentConnector, partner: Partner, said: dict[str, Any]
) -> None:
    request = a_fee_job()
    partner.answers(created(request, **said), 201)

    with pytest.raises(PartnerRefused):
        connector.call(request)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("created", "unfinished"),
        ("submitted", "unfinished"),
        ("success", "paid"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
        ("error", "failed"),
    ],
)
def test_each_status_of_the_provider_has_a_meaning(
    connector: PaymentConnector, partner: Partner, status: str, state: str
) -> None:
    partner.answers(seen(status, card_details={"cardholder_name": "A. Payer"}))

    sighting = looked(connector).sighting

    assert (sighting.state, sighting.amount, sighting.payer) == (ProviderState(state), Money(2500, "AZN"), "A. Payer")


def test_closing_an_unfinished_payment_makes_it_expired(connector: PaymentConnector, partner: Partner) -> None:
    partner.answers(seen("created")).answers(b"", 204).answers(seen("cancelled"))

    assert looked(connector, close=True).sighting.state is ProviderState.expired
    assert [one.method for one in partner.received] == ["GET", "POST", "GET"]


def test_closing_a_payment_that_was_paid_in_the_last_moment_finds_the_money(
    connector: PaymentConnector, partner: Partner
) -> None:
    partner.answers(seen("created")).answers(b"{}", 409).answers(seen("success"))

    assert looked(connector, close=True).sighting.state is ProviderState.paid


@pytest.mark.parametrize(
    ("status", "raised"), [("submitted", PartnerUnavailable), ("error", PartnerRefused), (None, PartnerRefused)]
)
def test_a_refund_that_is_not_made_is_not_told_as_made(
    connector: PaymentConnector, partner: Partner, status: str | None, raised: type[Exception]
) -> None:
    partner.answers(json.dumps({"refund_id": "ref-1", "status": status}), 202)

    with pytest.raises(raised):
        connector.call(_send_back())


def test_a_refund_that_is_made_is_told(connector: PaymentConnector, partner: Partner) -> None:
    partner.answers(json.dumps({"refund_id": "ref-1", "status": "success"}), 202)

    outcome = connector.call(_send_back())

    assert outcome == Success(effects=(RefundMade(refund_id="r1", provider_id="ref-1"),))
    assert json.loads(partner.received[0].body) == {"amount": 1000}


def _send_back() -> JobRequest:
    variables = {"provider_id": "pay-1", "refund_id": "r1", "amount": 1000}
    return a_job_request(headers={"ow:payment": "send-back"}, variables=variables)


def test_a_model_asks_for_a_refund_without_a_call(connector: PaymentConnector, partner: Partner) -> None:
    payment = {"reference": "AZ-1", "currency": "AZN"}
    headers = {"operation": "refund", "reason": "not needed"}

    outcome = connector.call(a_job_request(headers=headers, variables={"payment": payment, "amount": 5}))

    assert outcome == Success(effects=(RefundAsked(reference="AZ-1", amount=Money(500, "AZN"), reason="not needed"),))
    assert partner.received == []


@pytest.mark.parametrize(
    "variables",
    [{}, {"fee": 25}, {"fee": {"fee": 0, "currency": "AZN"}}, {"fee": {"fee": 25, "currency": "manat"}}],
    ids=["none", "number", "nothing-due", "no-currency"],
)
def test_what_cannot_be_paid_is_refused_before_a_call(
    connector: PaymentConnector, partner: Partner, variables: dict[str, Any]
) -> None:
    with pytest.raises(PartnerRefused) as caught:
        connector.call(a_job_request(variables=variables))

    assert caught.value.remedy
    assert partner.received == []


@pytest.mark.parametrize("headers", [{"expiresIn": "PT"}, {"expiresIn": "P999D"}, {"expiresIn": "PT0M"}], ids=str)
def test_a_life_that_cannot_be_is_refused(connector: PaymentConnector, partner: Partner, headers: Any) -> None:
    with pytest.raises(PartnerRefused):
        connector.call(a_fee_job(**headers))

    assert partner.received == []


def test_without_a_provider_an_operator_is_told_what_to_set(exchange: Exchange) -> None:
    with pytest.raises(PartnerRefused) as caught:
        PaymentConnector(None, exchange, {}.get).call(a_fee_job())

    assert "ONEWINDOW_PAYMENT_URL" in caught.value.remedy


def test_no_model_can_set_what_the_engine_sets() -> None:
    assert len(PaymentConnector.settings.faults({"ow:payment": "look"})) == 1
