"""The simulated time-stamp service: its answers and its switches."""

from __future__ import annotations

import hashlib

import pytest
from asn1crypto import tsp
from flask.testing import FlaskClient

from sandbox.timestamps.app import create_app

QUERY = "application/timestamp-query"


@pytest.fixture
def client() -> FlaskClient:
    """A service of its own."""
    return create_app(hang_seconds=0.1).test_client()


def asked(client: FlaskClient, content: bytes | None = None, kind: str = QUERY) -> tuple[int, bytes]:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(b"signed").digest()}
    query = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": 7, "cert_req": True})
    answer = client.post("/", data=query.dump() if content is None else content, content_type=kind)
    return answer.status_code, answer.data


def test_a_time_stamp_is_over_what_was_asked(client: FlaskClient) -> None:
    status, content = asked(client)
    token = tsp.TimeStampResp.load(content)["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert status == 200
    assert token["message_imprint"]["hashed_message"].native == hashlib.sha256(b"signed").digest()
    assert token["nonce"].native == 7
    assert client.get("/_control").json == {"mode": "ok", "count": None, "asked": 1, "given": 1}


@pytest.mark.parametrize("mode", ["fail", "refuse", "garbage"])
def test_it_misbehaves_as_often_as_it_was_told(client: FlaskClient, mode: str) -> None:
    assert client.post("/_control", json={"mode": mode, "count": 1}).status_code == 200
    assert asked(client)[0] == (503 if mode == "fail" else 200)
    assert client.get("/_control").json["given"] == 0
    assert asked(client)[0] == 200
    assert client.get("/_control").json["given"] == 1


def test_what_is_no_query_gets_no_time_stamp(client: FlaskClient) -> None:
    assert asked(client, kind="text/plain")[0] == 415
    status, content = asked(client, b"not a query")
    assert (status, content[:1]) == (200, b"\x30")
    assert client.get("/_control").json["given"] == 0


@pytest.mark.parametrize("said", [{"mode": "sing"}, {"mode": "fail", "count": 0}, {"mode": "fail", "count": True}, []])
def test_a_switch_that_is_none_is_refused(client: FlaskClient, said: object) -> None:
    assert client.post("/_control", json=said).status_code == 422
