"""The simulated payment provider: one effect a key, its page, its switches, its callbacks and its daily file."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.payments.app import DEMO_SECRET, create_app
from sandbox.payments.callbacks import signature
from tests.builders.a_partner import Partner, a_partner
from tests.builders.a_provider import ProviderAt, a_provider
from tests.builders.waiting import until

BODY = {
    "amount": 2500,
    "currency": "AZN",
    "reference": "AZ-1",
    "description": "State fee",
    "return_url": "https://one.example/back",
    "language": "en",
}


@pytest.fixture
def merchant() -> Iterator[Partner]:
    """Who is called back."""
    with a_partner() as listening:
        yield listening


@pytest.fixture
def provider(merchant: Partner) -> Iterator[ProviderAt]:
    """The provider, which calls the merchant back."""
    with a_provider(callback_url=f"{merchant.url}/callback", hang_seconds=0.3) as listening:
        yield listening


def create(provider: ProviderAt, key: str = "k1", **said: Any) -> Any:
    return provider.ask("POST", "/v1/payments", BODY | said, Idempotency_Key=key)


def test_the_same_key_makes_one_payment(provider: ProviderAt) -> None:
    first, again = create(provider), create(provider)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["payment_id"] == again.json()["payment_id"]
    assert [one["times"] for one in provider.effects("payment")] == [2]


def test_the_same_key_with_another_body_is_refused(provider: ProviderAt) -> None:
    create(provider)

    assert create(provider, amount=1).status_code == 422


@pytest.mark.parametrize(
    "said", [{"amount": 0}, {"amount": 2.5}, {"currency": ""}, {"return_url": "javascript:x"}, {"language": 5}], ids=str
)
def test_a_wrong_body_is_refused(provider: ProviderAt, said: dict[str, Any]) -> None:
    assert create(provider, **said).status_code == 422


def test_without_the_key_nobody_is_served() -> None:
    client = create_app().test_client()

    answers = [client.get(path, headers={"Authorization": "Bearer wrong"}) for path in ("/v1/payments/x", "/_control")]

    assert [answer.status_code for answer in answers] == [401, 401]


@pytest.mark.parametrize(
    ("action", "status", "code"),
    [("pay", "success", None), ("decline", "failed", "P0010"), ("cancel", "cancelled", "P0030")],
)
def test_a_person_acts_at_the_page_and_goes_back(action: str, status: str, code: str | None) -> None:
    client = create_app().test_client()
    headers = {"Authorization": "Bearer sandbox-demo-key", "Idempotency-Key": "k1"}
    payment = client.post("/v1/payments", json=BODY, headers=headers).json
    page = "/pay/" + payment["_links"]["next_url"]["href"].rpartition("/")[2]

    shown = client.get(page)
    gone = client.post(page, data={"action": action, "name": "A. Payer"})

    assert "25.00 AZN" in shown.text
    assert '<html lang="en">' in shown.text
    assert (gone.status_code, gone.headers["Location"]) == (303, "https://one.example/back")
    told = client.get(f"/v1/payments/{payment['payment_id']}", headers=headers).json
    assert told["state"] == {"status": status, "finished": True, "code": code}
    assert "A. Payer" in str(told["card_details"])
    assert "finished" in client.get(page).text


def test_the_page_shows_no_markup_that_was_sent(provider: ProviderAt) -> None:
    page = create(provider, description="<script>alert(1)</script>").json()["_links"]["next_url"]["href"]

    assert "<script>" not in provider.ask("GET", page.removeprefix(provider.url)).text


def test_a_finished_payment_is_called_back_signed(provider: ProviderAt, merchant: Partner) -> None:
    create(provider)

    payment = provider.act("pay")

    until(lambda: len(merchant.received) == 1)
    (news,) = merchant.received
    seconds = int(news.headers["Payment-Signature"].split(",")[0].removeprefix("t="))
    assert payment.encode() in news.body
    assert news.headers["Payment-Signature"] == signature(news.body, DEMO_SECRET, seconds)
    expected = hmac.new(DEMO_SECRET.encode(), f"{seconds}.".encode() + news.body, hashlib.sha256).hexdigest()
    assert news.headers["Payment-Signature"].endswith(expected)


@pytest.mark.parametrize(("callbacks", "number"), [("twice", 2), ("late", 1), ("forged", 1)])
def test_callbacks_misbehave_as_told(provider: ProviderAt, merchant: Partner, callbacks: str, number: int) -> None:
    provider.switch(callbacks=callbacks, delay_ms=50)
    create(provider)

    provider.act("pay")

    until(lambda: len(merchant.received) == number)


def test_a_provider_told_so_never_calls_back(provider: ProviderAt, merchant: Partner) -> None:
    provider.switch(callbacks="never")
    create(provider)

    provider.act("pay")

    assert provider.ask("GET", "/_control/callbacks").json() == {"answered": []}
    assert merchant.received == []


@pytest.mark.parametrize(
    ("mode", "status", "done"), [("fail", 503, 0), ("garbage", 200, 1), ("hang", 201, 1), ("refuse", 422, 0)]
)
def test_the_switch_decides_what_a_caller_meets(provider: ProviderAt, mode: str, status: int, done: int) -> None:
    provider.switch(mode=mode, count=1)

    assert create(provider).status_code == status
    assert len(provider.effects("payment")) == done


def test_refunds_are_made_once_a_key_and_never_beyond_the_amount(provider: ProviderAt) -> None:
    create(provider)
    payment = provider.act("pay")
    path = f"/v1/payments/{payment}/refunds"

    answers = [provider.ask("POST", path, {"amount": 2000}, Idempotency_Key="r1") for _ in range(2)]

    assert [answer.json()["status"] for answer in answers] == ["success", "success"]
    assert answers[0].json()["refund_id"] == answers[1].json()["refund_id"]
    assert provider.ask("POST", path, {"amount": 501}, Idempotency_Key="r2").status_code == 422


def test_the_daily_file_tells_money_taken_and_sent_back(provider: ProviderAt) -> None:
    create(provider)
    create(provider, key="k2", reference="AZ-2")
    payment = provider.act("pay", 0)
    provider.ask("POST", f"/v1/payments/{payment}/refunds", {"amount": 500}, Idempotency_Key="r1")

    text = provider.ask("GET", f"/v1/reports/daily?date={datetime.now(UTC).date().isoformat()}").text

    lines = text.strip().split("\n")
    assert lines[0] == "type,payment_id,refund_id,reference,amount,currency,at"
    assert [line.split(",")[0] for line in lines[1:]] == ["payment", "refund"]
    assert f"{payment},,AZ-1,2500,AZN" in lines[1]


def test_what_it_knows_outlives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "payments.json"
    with a_provider(state=state) as before:
        payment = create(before).json()["payment_id"]
        before.act("pay")
    with a_provider(state=state) as after:
        assert after.told(payment)["state"]["status"] == "success"
        assert create(after).json()["payment_id"] == payment
