"""Payments over HTTP: tracking, callbacks, the way back, refunds, the daily file, revenue."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from engine.connectors.registry import Registry
from engine.jobs.hands import Hands
from engine.runtime.signed_callback import sign
from tests.builders.a_paid_permit import a_paid_service
from tests.builders.a_provider import ProviderAt, a_provider
from tests.builders.an_api import MONDAY, Api, an_api

SECRET = "callback-secret"
HEAD = "type,payment_id,refund_id,reference,amount,currency,at\n"


@pytest.fixture
def provider() -> Iterator[ProviderAt]:
    """The simulated provider."""
    with a_provider() as listening:
        yield listening


@pytest.fixture
def paying(database_url: str, provider: ProviderAt) -> Iterator[Api]:
    """The API with a provider and a paid service, on both databases."""
    made = an_api(
        database_url,
        ONEWINDOW_PAYMENT_URL=provider.url,
        ONEWINDOW_SECRET_PAYMENT_KEY="sandbox-demo-key",
        ONEWINDOW_SECRET_PAYMENT_CALLBACK=SECRET,
    )
    made.deploy_files(a_paid_service())
    yield made
    made.composed.database.close()


def work_off(api: Api, provider: ProviderAt) -> None:
    """What a worker would do now."""
    hands = Hands(runtime=api.runtime, registry=Registry([provider.connector()]), owner="w")
    while jobs := hands.take(10, timedelta(seconds=60)):
        for job in jobs:
            hands.carry_out(job)


def applied(api: Api, provider: ProviderAt) -> str:
    """An application with an open payment."""
    made = api.post("/applications", "citizen", {"service": "permit", "answers": {}})
    work_off(api, provider)
    return str(made.json["id"])


def call_back(api: Api, provider_id: str, secret: str = SECRET):  # type: ignore[no-untyped-def]
    body = f'{{"payment_id": "{provider_id}"}}'.encode()
    headers = {"Payment-Signature": sign(body, secret, api.clock.now())}
    return api.ask("POST", "/payments/callback", data=body, content_type="application/json", headers=headers)


def paid(api: Api, provider: ProviderAt) -> str:
    case = applied(api, provider)
    assert call_back(api, provider.act("pay")).status_code == 202
    work_off(api, provider)
    return case


def reconcile(api: Api, lines: str, **query: str):  # type: ignore[no-untyped-def]
    parts = {"file": (io.BytesIO(lines.encode()), "daily.csv")}
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return api.ask("POST", f"/payments/reconcile?{asked}", "operator", data=parts, content_type="multipart/form-data")


def test_tracking_shows_the_page_to_pay_at_then_the_receipt(paying: Api, provider: ProviderAt) -> None:
    case = applied(paying, provider)
    (before,) = paying.get(f"/applications/{case}", "citizen").json["payments"]

    call_back(paying, provider.act("pay"))
    work_off(paying, provider)

    (after,) = paying.get(f"/applications/{case}/payments", "citizen").json["items"]
    assert (before["state"], before["amount"], before["currency"]) == ("open", 25, "AZN")
    assert before["next_url"].startswith(provider.url)
    assert before["receipt"] is None
    assert (after["state"], after["next_url"]) == ("paid", None)
    assert after["receipt"]["number"] == "R-2026-000001-5"
    assert (after["receipt"]["amount"], after["receipt"]["payer"]) == (25, "Test Payer")


@pytest.mark.parametrize("who", ["neighbour", "supervisor"])
def test_payments_are_seen_by_the_applicant_and_the_agencys_supervisor_only(
    paying: Api, provider: ProviderAt, who: str
) -> None:
    case = applied(paying, provider)

    status = paying.get(f"/applications/{case}/payments", who).status_code

    assert status == (200 if who == "supervisor" else 404)


def test_a_forged_callback_is_401_and_journalled(paying: Api, provider: ProviderAt) -> None:
    applied(paying, provider)

    answer = call_back(paying, provider.act("pay"), secret="guessed")

    assert answer.status_code == 401
    assert answer.json["type"] == "urn:onewindow:problem:signature-wrong"
    with paying.composed.database.read() as connection:
        acts = connection.execute(text("SELECT action FROM journal_entry WHERE chain = 'payments'")).scalars().all()
    assert acts == ["payment.callback-refused"]


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 422), (b"[]", 422), (b'{"payment_id": 5}', 422), (b"x" * 30_000, 413)], ids=repr
)
def test_a_signed_callback_that_names_no_payment_is_told(paying: Api, body: bytes, status: int) -> None:
    headers = {"Payment-Signature": sign(body, SECRET, paying.clock.now())}

    answer = paying.ask("POST", "/payments/callback", data=body, headers=headers)

    assert answer.status_code == status


def test_coming_back_tells_the_state_and_asks_the_provider(paying: Api, provider: ProviderAt) -> None:
    case = applied(paying, provider)
    (payment,) = paying.get(f"/applications/{case}/payments", "citizen").json["items"]
    provider.act("pay")

    first = paying.get(f"/payments/return?reference={payment['reference']}")
    work_off(paying, provider)
    then = paying.get(f"/payments/return?reference={payment['reference']}")

    assert (first.json["state"], then.json["state"]) == ("open", "paid")
    assert paying.get("/payments/return?reference=AZ-unknown").status_code == 404


def test_an_operator_refunds_once_however_often_it_is_asked(paying: Api, provider: ProviderAt) -> None:
    paid(paying, provider)
    (payment,) = paying.get("/payments", "operator").json["items"]
    key = {"Idempotency-Key": "refund-of-monday"}
    path, asked = f"/payments/{payment['id']}/refund", {"amount": "5.00", "reason": "Charged too much."}

    answers = [paying.post(path, "operator", asked, headers=key) for _ in range(2)]
    work_off(paying, provider)

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json == answers[1].json
    assert [one["body"]["amount"] for one in provider.effects("refund")] == [500]
    (after,) = paying.get("/payments?state=paid", "supervisor").json["items"]
    assert (after["refunded"], after["refunds"][0]["amount"]) == (5, 5)


@pytest.mark.parametrize(
    ("asked", "status"),
    [({"reason": "x"}, 422), ({}, 422), ({"reason": "Too much.", "amount": "25.01"}, 409),
     ({"reason": "Too fine.", "amount": "0.001"}, 422)],
    ids=["short-reason", "no-reason", "more-than-paid", "finer-than-coins"],
)  # fmt: skip
def test_a_wrong_refund_is_refused(paying: Api, provider: ProviderAt, asked: dict[str, str], status: int) -> None:
    paid(paying, provider)
    (payment,) = paying.get("/payments", "operator").json["items"]

    assert paying.post(f"/payments/{payment['id']}/refund", "operator", asked).status_code == status


def test_the_daily_file_confirms_books_what_is_certain_and_tells_differences(paying: Api, provider: ProviderAt) -> None:
    # given a payment that is booked, one whose news never came, one with another amount, one nobody knows
    paid(paying, provider)
    booked = provider.effects("payment")[0]["subject"]
    applied(paying, provider)
    silent = provider.act("pay")
    applied(paying, provider)
    other = provider.effects("payment")[2]["subject"]
    day = MONDAY.date().isoformat()

    answer = reconcile(
        paying,
        HEAD
        + "".join(
            f"payment,{payment},,REF,{amount},AZN,{day}T08:00:00Z\n"
            for payment, amount in ((booked, 2500), (silent, 2500), (other, 2400), ("pay-unknown", 100))
        ),
    )

    assert answer.status_code == 200, answer.text
    assert (answer.json["lines"], answer.json["matched"], answer.json["booked"]) == (4, 1, 1)
    assert sorted(one["kind"] for one in answer.json["differences"]) == ["amount", "missing-here"]
    states = {one["provider_id"]: one["state"] for one in paying.get("/payments", "operator").json["items"]}
    assert states == {booked: "paid", silent: "paid", other: "open"}
    again = reconcile(paying, HEAD + f"payment,{silent},,REF,2500,AZN,{day}T08:00:00Z\n")
    assert (again.json["matched"], again.json["booked"]) == (1, 0)


def test_money_that_the_file_does_not_confirm_is_told(paying: Api, provider: ProviderAt) -> None:
    paid(paying, provider)

    answer = reconcile(paying, HEAD, day=MONDAY.date().isoformat())

    assert [(one["kind"], one["ours"]) for one in answer.json["differences"]] == [("missing-there", "25.00 AZN")]
    assert len(paying.get("/payments?unreconciled=true", "operator").json["items"]) == 1


def test_the_providers_own_file_reconciles_without_a_difference(paying: Api, provider: ProviderAt) -> None:
    paid(paying, provider)
    (payment,) = paying.get("/payments", "operator").json["items"]
    paying.post(f"/payments/{payment['id']}/refund", "operator", {"reason": "Not needed."})
    work_off(paying, provider)

    today = provider.ask("GET", f"/v1/reports/daily?date={date.today().isoformat()}").text
    answer = reconcile(paying, today)

    assert (answer.json["lines"], answer.json["matched"], answer.json["differences"]) == (2, 2, [])
    assert paying.get("/payments?unreconciled=true", "operator").json["items"] == []


@pytest.mark.parametrize(
    ("lines", "status"), [("", 422), ("a,b\n", 422), (HEAD + "payment,p,,r,1.5,AZN,x\n", 422), (HEAD, 422)]
)
def test_a_file_that_cannot_be_read_books_nothing(paying: Api, lines: str, status: int) -> None:
    assert reconcile(paying, lines).status_code == status


def test_revenue_is_told_by_agency_and_period(paying: Api, provider: ProviderAt) -> None:
    paid(paying, provider)
    day = MONDAY.date().isoformat()

    (row,) = paying.get(f"/payments/revenue?since={day}&until={day}", "supervisor").json["items"]

    assert (row["agency"], row["received"], row["net"], row["payments"]) == ("city", 25, 25, 1)
    assert paying.get("/payments/revenue?since=2026-01-01&until=2026-01-31", "operator").json["items"] == []
    assert paying.get("/payments/revenue?since=2026-02-01&until=2026-01-31", "operator").status_code == 422
