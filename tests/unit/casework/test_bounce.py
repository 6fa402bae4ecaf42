"""What is told later of a delivery: of a gateway's JSON and a mail server's report, whatever they leave out."""

from __future__ import annotations

import json

import pytest

from engine.casework.bounce import read_json_news, read_report
from engine.casework.notice import DeliveryState
from engine.errors import Invalid
from sandbox.mail.bounces import report_of
from sandbox.mail.box import Arrived

KEY = "01hk3v8b6s9e4w2m7q5t0x1y2z"


def a_mail(envelope_id: str | None = None, sender: str = "noreply@example.gov", message_id: str = "<x@y>") -> Arrived:
    """One that was taken."""
    content = f"Message-ID: {message_id}\r\nSubject: x\r\n\r\nx".encode()
    return Arrived(1, sender, ["a@b.az"], content, "2026-03-02", envelope_id)


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(a_mail(envelope_id=KEY), id="envelope-id"),
        pytest.param(a_mail(envelope_id=KEY.upper()), id="envelope-id-in-capitals"),
        pytest.param(a_mail(sender=f"bounces+{KEY}@example.gov"), id="return-path"),
        pytest.param(a_mail(message_id=f"<{KEY}@example.gov>"), id="message-id"),
    ],
)
def test_a_bounce_names_its_delivery_in_one_of_three_places(mail: Arrived) -> None:
    news = read_report(report_of(mail, "5.1.1"))
    assert news is not None
    assert (news.delivery_id, news.state, news.code) == (KEY, DeliveryState.failed, "5.1.1")
    assert news.reason == "550 5.1.1 There is no such mailbox"


def test_a_delay_is_no_end() -> None:
    assert read_report(report_of(a_mail(envelope_id=KEY), "4.2.2")) is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"Subject: hello\r\n\r\nI am on holiday.", id="an-answer"),
        pytest.param(report_of(a_mail(), "5.1.1"), id="of-another-mail"),
        pytest.param(b"Content-Type: multipart/report; boundary=a\r\n\r\n--a\r\n" * 3_000, id="nested-without-end"),
        pytest.param(bytes(range(256)) * 40, id="garbage"),
    ],
)
def test_what_is_no_bounce_of_ours_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        read_report(body)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("delivered", DeliveryState.delivered),
        ("permanent-failure", DeliveryState.failed),
        ("temporary-failure", DeliveryState.failed),
        ("technical-failure", DeliveryState.failed),
    ],
)
def test_a_gateway_tells_an_end(status: str, state: DeliveryState) -> None:
    news = read_json_news(json.dumps({"reference": KEY, "status": status, "code": "absent"}).encode())
    assert news is not None
    assert (news.delivery_id, news.state, news.code, news.reason) == (KEY, state, status, "absent")


@pytest.mark.parametrize("status", ["created", "sending"])
def test_what_is_under_way_is_no_end(status: str) -> None:
    assert read_json_news(json.dumps({"reference": KEY, "status": status}).encode()) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"status": "delivered"}', b'{"reference": "x", "status": "delivered"}', b"[" * 100_000, b"\xff",
     json.dumps({"reference": KEY, "status": "lost"}).encode(), json.dumps({"reference": KEY, "status": []}).encode()],
)  # fmt: skip
def test_what_is_no_news_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        read_json_news(body)
