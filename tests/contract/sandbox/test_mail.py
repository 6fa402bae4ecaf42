"""The simulated mail server: what it shows, and that its switches need the key."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from sandbox.mail.app import DEMO_KEY, create_app
from tests.builders.a_mail_server import HOST, MailServerAt, a_mail_server
from tests.builders.a_notice import a_letter

KEY = {"Authorization": f"Bearer {DEMO_KEY}"}


@pytest.fixture
def server() -> Iterator[MailServerAt]:
    """The SMTP side."""
    with a_mail_server() as listening:
        yield listening


@pytest.fixture
def pages(server: MailServerAt) -> FlaskClient:
    """The pages of the same server."""
    return create_app(server.box, server.switch, server.postman).test_client()


def test_what_arrived_is_shown_as_a_page_and_as_json(server: MailServerAt, pages: FlaskClient) -> None:
    server.mail().send(a_letter(text="<script>alert(1)</script>", subject="Qərar"))

    (listed,) = pages.get("/mails").json["mails"]
    whole = pages.get(f"/mails/{listed['number']}").json
    page = pages.get("/")

    assert (listed["subject"], listed["envelope_to"], listed["times"]) == ("Qərar", ["rashad@example.az"], 1)
    assert whole["text"].strip() == "<script>alert(1)</script>"
    assert "&lt;script&gt;" in page.text
    assert page.headers["Content-Security-Policy"] == "default-src 'none'"
    assert pages.get("/mails/99").status_code == 404
    assert pages.get("/health").json == {"status": "ok"}


def test_the_switches_need_the_key_and_known_words(server: MailServerAt, pages: FlaskClient) -> None:
    assert pages.post("/_control", json={"mode": "refuse"}).status_code == 401
    assert pages.post("/_control", json={"mode": "sulk"}, headers=KEY).status_code == 422
    assert pages.post("/_control", json={"mode": "ok", "count": 0}, headers=KEY).status_code == 422
    assert pages.post("/_control", json={"speed": 1}, headers=KEY).status_code == 422
    assert pages.post("/_control", json={"mode": "refuse", "count": 1}, headers=KEY).json == {
        "mode": "refuse",
        "count": 1,
    }
    with smtplib.SMTP(HOST, server.port, "localhost") as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("a@b.az", ["c@d.az"], "Subject: x\r\n\r\nx")
        client.sendmail("a@b.az", ["c@d.az"], "Subject: x\r\n\r\nx")
    assert len(pages.get("/mails").json["mails"]) == 1
    assert pages.post("/_control/reset", headers=KEY).json["mode"] == "ok"
    assert pages.get("/mails").json["mails"] == []
