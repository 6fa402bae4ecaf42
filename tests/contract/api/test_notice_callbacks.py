"""Partners tell later what became of a notice: signed, once, whenever it comes; the clerk sees it on the case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.casework.actor import SYSTEM
from engine.casework.contact import Channel
from engine.identity import new_key
from engine.runtime.deploy import deploy
from engine.runtime.signed_callback import sign
from sandbox.mail.bounces import report_of
from tests.builders.a_mail_server import MailServerAt, a_mail_server
from tests.builders.a_notified_permit import TO, Pigeons, a_notified_service, a_notifying_runtime
from tests.builders.a_runtime import Running
from tests.builders.an_api import MONDAY, Api, an_api

SECRET = "notice-callback-secret"


@pytest.fixture
def server() -> Iterator[MailServerAt]:
    """The mail server."""
    with a_mail_server() as listening:
        yield listening


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    """The API, which shares a secret with its partners."""
    made = an_api(database_url)
    made.app.extensions["onewindow"] = replace(made.app.extensions["onewindow"], notice_callback_secret=SECRET)
    yield made
    made.composed.database.close()


@pytest.fixture
def worker(database_url: str, server: MailServerAt) -> Iterator[Running]:
    """A worker over the same database that sends mail for true."""
    made = a_notifying_runtime(database_url, {Channel.mail: server.mail(), Channel.sms: Pigeons()})
    appointment = {"appointment": '={start: "2026-03-04T10:00:00", place: "Unit 3"}'}
    deploy(made.runtime, a_notified_service({**TO, **appointment}), by=SYSTEM)
    yield made
    made.close()


def applied(api: Api, worker: Running) -> str:
    """An application that was told of."""
    answer = api.post("/applications", "citizen", {"service": "permit", "answers": {}})
    worker.work_off()
    return str(answer.json["id"])


def deliveries(api: Api, case_id: str) -> dict[str, dict[str, Any]]:
    """As the clerk sees them."""
    (notice,) = api.get(f"/applications/{case_id}/notices", "clerk").json["items"]
    return {one["channel"]: one for one in notice["deliveries"]}


def told(api: Api, body: bytes, kind: str = "application/json", **headers: str) -> Any:
    """A callback."""
    said = {"Notice-Signature": sign(body, SECRET, MONDAY), "Content-Type": kind, **headers}
    return api.post("/notices/callback", data=body, headers=said)


def news(delivery: str, status: str) -> bytes:
    return json.dumps({"reference": delivery, "status": status, "message_id": "sms-1"}).encode()


def test_a_gateway_tells_that_a_text_arrived(api: Api, worker: Running) -> None:
    case_id = applied(api, worker)
    sms = deliveries(api, case_id)["sms"]

    answers = [told(api, news(sms["id"], status)) for status in ("sending", "delivered", "permanent-failure")]

    assert [(answer.status_code, answer.json) for answer in answers] == [(202, {"known": True})] * 3
    after = deliveries(api, case_id)["sms"]
    assert (sms["state"], after["state"], after["code"]) == ("sent", "delivered", None)
    assert after["ended_at"] is not None


def test_a_mail_that_comes_back_shows_on_the_case(api: Api, worker: Running, server: MailServerAt) -> None:
    case_id = applied(api, worker)
    (mail,) = server.mails()

    answer = told(api, report_of(mail, "5.1.1"), "message/rfc822")

    assert (answer.status_code, answer.json) == (202, {"known": True})
    failed = deliveries(api, case_id)["mail"]
    assert (failed["state"], failed["code"]) == ("failed", "5.1.1")
    assert failed["reason"] == "550 5.1.1 There is no such mailbox"
    assert worker.acts(f"notices-{case_id}").count("notice.failed") == 1


def test_news_that_come_before_our_own_record_count(api: Api, worker: Running) -> None:
    pigeons = Pigeons()
    slow = worker.hands.registry.named("notice")
    slow._carriers[Channel.sms] = pigeons  # type: ignore[attr-defined]
    answer = api.post("/applications", "citizen", {"service": "permit", "answers": {}})
    lease = timedelta(seconds=60)
    for job in worker.hands.take(10, lease):
        worker.hands.carry_out(job)  # the notice is made; its deliveries wait
    case_id = answer.json["id"]
    sms = deliveries(api, case_id)["sms"]

    told(api, news(sms["id"], "delivered"))
    worker.work_off()

    assert deliveries(api, case_id)["sms"]["state"] == "delivered"
    assert pigeons.flown == []


def test_a_callback_of_a_stranger_is_refused_and_noted_once_a_second(api: Api, worker: Running) -> None:
    body = news(new_key(), "delivered")

    answers = [
        told(api, body, **{"Notice-Signature": signature})
        for signature in ("", "t=1,v1=00", sign(body, "other", MONDAY), sign(body, SECRET, MONDAY - timedelta(hours=1)))
    ]

    assert [answer.status_code for answer in answers] == [401] * 4
    assert worker.acts("notices") == ["notice.callback-refused"]


def test_a_delivery_that_is_not_ours_is_told_so(api: Api) -> None:
    answer = told(api, news(new_key(), "delivered"))
    assert (answer.status_code, answer.json) == (202, {"known": False})


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b"{}", "application/json", 422, id="no-reference"),
        pytest.param(b"\xff", "application/json", 422, id="no-json"),
        pytest.param(b"Subject: x\r\n\r\nx", "message/rfc822", 422, id="no-report"),
        pytest.param(b"x" * 1_000_001, "message/rfc822", 413, id="too-long"),
    ],
)
def test_a_signed_callback_that_says_nothing_is_refused(api: Api, body: bytes, kind: str, status: int) -> None:
    assert told(api, body, kind).status_code == status


def test_the_appointment_of_a_notice_is_taken_from_the_inbox(api: Api, worker: Running, server: MailServerAt) -> None:
    applied(api, worker)
    (notice,) = api.get("/inbox", "citizen").json["items"]

    answer = api.get(f"/inbox/{notice['id']}/calendar", "citizen")

    assert notice["appointment"]["place"] == "Unit 3"
    assert answer.content_type.startswith("text/calendar")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert b"DTSTART:20260304T060000Z" in answer.data
    (file,) = server.mails()[0].told(whole=True)["attachments"]
    assert "DTSTART:20260304T060000Z" in file["content"]
    assert api.get(f"/inbox/{notice['id']}/calendar", "neighbour").status_code == 404
