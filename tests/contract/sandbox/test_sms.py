"""The simulated SMS gateway: its answers, its switches, and callbacks that a product can trust."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.sms.app import DEMO_KEY, create_app
from sandbox.sms.callbacks import signature
from tests.builders.an_sms_gateway import CALLBACK_SECRET, an_sms_gateway
from tests.builders.waiting import until

KEY = {"Authorization": f"Bearer {DEMO_KEY}"}
TEXT = {"to": "+994501234567", "text": "Qərar <b>", "reference": "01hk3v8b6s9e4w2m7q5t0x1y2z"}


@pytest.fixture
def client() -> FlaskClient:
    """A gateway that calls nobody back."""
    return create_app().test_client()


def send(client: FlaskClient, key: str = "k1", **said: Any) -> Any:
    return client.post("/v1/messages", json={**TEXT, **said}, headers={**KEY, "Idempotency-Key": key})


def test_one_key_is_one_message(client: FlaskClient) -> None:
    first, second, other = send(client), send(client), send(client, text="else")
    assert [answer.status_code for answer in (first, second, other)] == [201, 200, 422]
    assert first.json["message_id"] == second.json["message_id"]
    (message,) = client.get("/_control/messages", headers=KEY).json["messages"]
    assert message["times"] == 2
    assert "Qərar &lt;b&gt;" in client.get("/page").text


@pytest.mark.parametrize("said", [{"to": "0501234567"}, {"text": ""}, {"text": "x" * 1_001}, {"more": 1}, {"to": 3}])
def test_what_is_no_message_is_refused(client: FlaskClient, said: dict[str, Any]) -> None:
    assert send(client, **said).status_code == 422


def test_the_key_is_needed_for_all_but_the_page(client: FlaskClient) -> None:
    assert client.post("/v1/messages", json=TEXT).status_code == 401
    assert client.post("/_control", json={}).status_code == 401
    assert client.post("/_control", json={"mode": "sulk"}, headers=KEY).status_code == 422
    assert client.post("/v1/messages", json=TEXT, headers=KEY).status_code == 400
    assert client.get("/page").status_code == 200


@pytest.fixture
def heard() -> Iterator[tuple[str, list[tuple[bytes, str]]]]:
    """An address that listens, and what was posted to it with which signature."""
    told: list[tuple[bytes, str]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.append((body, self.headers["Notice-Signature"]))
            self.send_response(202)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", told
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_it_tells_what_became_of_a_message_signed(heard: tuple[str, list[tuple[bytes, str]]]) -> None:
    url, told = heard
    with an_sms_gateway(url) as gateway:
        gateway.switch(outcome="temporary-failure", delay_ms=1)
        gateway.ask("POST", "/v1/messages", TEXT, Idempotency_Key="k1")
        until(lambda: bool(told))

    body, signed = told[0]
    assert b'"status": "temporary-failure"' in body
    assert signed == signature(body, CALLBACK_SECRET, int(signed.partition(",")[0].removeprefix("t=")))
