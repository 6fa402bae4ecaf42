"""Repeating a request: the header Idempotency-Key."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from tests.builders.a_permit import a_permit
from tests.builders.an_api import Api

KEY = {"Idempotency-Key": "4f1c7f0e-permit-1"}
START = {"process_id": "permit", "variables": {"area": 120}}


def _instances(api: Api) -> int:
    return len(api.get("/instances?limit=100", "operator").json["items"])


def test_a_repeated_start_gives_the_first_answer_and_starts_nothing(api_on_both: Api) -> None:
    api_on_both.deploy_files(a_permit())

    first = api_on_both.post("/instances", "analyst", START, headers=KEY)
    again = api_on_both.post("/instances", "analyst", START, headers=KEY)

    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert _instances(api_on_both) == 1


def test_the_order_of_names_and_blanks_make_no_other_request(api: Api) -> None:
    api.deploy_files(a_permit())
    first = api.post("/instances", "analyst", START, headers=KEY)

    again = api.ask(
        "POST",
        "/instances",
        "analyst",
        headers=KEY,
        data=b'{ "variables": {"area":120},\n "process_id": "permit" }',
        content_type="application/json",
    )

    assert again.json == first.json


def test_the_same_key_with_another_body_is_422(api: Api) -> None:
    api.deploy_files(a_permit())
    api.post("/instances", "analyst", START, headers=KEY)

    other = api.post("/instances", "analyst", {"process_id": "permit"}, headers=KEY)

    assert other.status_code == 422
    assert other.json["type"] == "urn:onewindow:problem:idempotency-key-reused"
    assert _instances(api) == 1


def test_the_key_of_somebody_else_shows_nothing_of_hers(api: Api) -> None:
    api.deploy_files(a_permit())
    first = api.post("/instances", "analyst", START, headers=KEY)

    other = api.post("/instances", "operator", START, headers=KEY)

    assert other.status_code == 201
    assert other.json["id"] != first.json["id"]


def test_a_refused_request_keeps_no_answer(api: Api) -> None:
    refused = api.post("/instances", "analyst", START, headers=KEY)
    api.deploy_files(a_permit())

    again = api.post("/instances", "analyst", START, headers=KEY)

    assert (refused.status_code, again.status_code) == (404, 201)


def test_a_completion_is_repeated_with_its_first_answer_and_etag(api: Api) -> None:
    api.deploy_files(a_permit())
    task = api.post("/instances", "analyst", START).json["open_tasks"][0]["id"]
    claims = [api.post(f"/tasks/{task}/claim", "clerk", headers={"Idempotency-Key": "claim-once"}) for _ in range(2)]

    answers = [
        api.post(f"/tasks/{task}/complete", "clerk", {"answers": {"complete": True}}, headers=KEY) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert len(answers[1].json["open_tasks"]) == 1
    assert claims[0].headers["ETag"] == claims[1].headers["ETag"]


def test_eight_at_once_with_one_key_have_one_effect_and_one_answer(api_on_both: Api) -> None:
    api_on_both.deploy_files(a_permit())
    together, bodies = threading.Barrier(8), []

    def ask() -> None:
        client = api_on_both.app.test_client()
        headers = {**KEY, "Authorization": f"Bearer {api_on_both.tokens['analyst']}"}
        together.wait()
        bodies.append(client.post("/api/v1/instances", json=START, headers=headers).json["id"])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(bodies) == 8
    assert len(set(bodies)) == 1
    assert _instances(api_on_both) == 1


@pytest.mark.parametrize("key", ["short", "has blank inside", "x" * 129, "ğğğğğğğğğ"])
def test_a_key_that_is_none_is_422(api: Api, key: str) -> None:
    header = key.encode("utf-8").decode("latin-1")

    answer = api.post("/instances", "analyst", START, headers={"Idempotency-Key": header})

    assert answer.status_code == 422
    assert answer.json["type"] == "urn:onewindow:problem:idempotency-key-malformed"


def test_after_a_day_a_key_is_forgotten(api: Api) -> None:
    api.deploy_files(a_permit())
    first = api.post("/instances", "analyst", START, headers=KEY)
    api.clock.advance(timedelta(hours=25))

    again = api.post("/instances", "analyst", START, headers=KEY)

    assert again.status_code == 201
    assert again.json["id"] != first.json["id"]
