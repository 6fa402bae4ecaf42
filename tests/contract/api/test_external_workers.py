"""Programs outside do the work: fetch and lock by type with a long poll, complete, fail, throw, extend, give back."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from api.long_poll import LongPolls
from tests.builders.a_model import a_process
from tests.builders.an_api import Api
from tests.builders.threads import at_once


def start(api: Api, **variables: Any) -> str:
    model = a_process("p").start().service_task("print", connector="demo", retries="3").end("printed")
    model.boundary("jammed", on="print", error="no-paper").end("by-hand")
    api.deploy_files({"p.bpmn": model.xml()})
    started = api.post("/instances", "operator", {"process_id": "p", "variables": variables})
    assert started.status_code == 201, started.text
    instance: str = started.json["id"]
    return instance


def fetch(api: Api, worker: str = "press-1", **said: Any) -> list[dict[str, Any]]:
    answer = api.post("/jobs/fetch", "operator", {"worker": worker, "type": "demo", **said})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def act(api: Api, job: dict[str, Any], verb: str, **said: Any) -> Any:
    return api.post(f"/jobs/{job['id']}/{verb}", "operator", {"worker": "press-1", **said})


def test_several_types_are_fetched_at_once(api_on_both: Api) -> None:
    start(api_on_both)

    found = fetch(api_on_both, type=None, types=["send-by-post", "demo"])

    assert [one["type"] for one in found] == ["demo"]


@pytest.mark.parametrize("said", [{"type": None}, {"types": ["demo"]}, {"type": None, "types": []}])
def test_types_are_named_in_one_way(api: Api, said: dict[str, Any]) -> None:
    answer = api.post("/jobs/fetch", "operator", {"worker": "press-1", "type": "demo", **said})

    assert answer.status_code == 422


def test_a_worker_that_waits_gets_work_as_soon_as_there_is_some(api_on_both: Api) -> None:
    start(api_on_both)
    fetch(api_on_both)
    began = time.monotonic()

    def one_of(number: int) -> Any:
        client = Api(api_on_both.app, api_on_both.composed, api_on_both.clock, api_on_both.app.test_client(),
                     api_on_both.tokens, api_on_both.keys)  # fmt: skip
        if number == 0:
            return fetch(client, "press-2", wait_seconds=20)
        time.sleep(0.3)
        return client.post("/instances", "operator", {"process_id": "p"}).json

    found, started = at_once(2, one_of)

    assert [one["instance_id"] for one in found] == [started["id"]]
    assert time.monotonic() - began < 5


def test_a_wait_without_work_ends_in_time_and_takes_nothing(api: Api) -> None:
    start(api)
    fetch(api)
    began = time.monotonic()

    assert fetch(api, "press-2", wait_seconds=1) == []
    assert 0.9 < time.monotonic() - began < 3


def test_a_wait_is_bounded_in_time_and_number() -> None:
    now, waits = [0.0], []

    def pause(seconds: float) -> None:
        now[0] += seconds
        waits.append(seconds)
        polls.wait_until(lambda: pytest.fail("there is no second place"), 30)

    polls = LongPolls(most=1, longest_seconds=1.0, pause=pause, monotonic=lambda: now[0])

    polls.wait_until(lambda: False, 30)

    assert sum(waits) == pytest.approx(1.0)


def test_a_failure_is_repeated_after_its_back_off_and_says_so(api_on_both: Api) -> None:
    start(api_on_both)
    job = fetch(api_on_both)[0]

    failed = act(api_on_both, job, "fail", message="Out of paper.", retry_after_seconds=120)

    early = fetch(api_on_both)
    api_on_both.clock.advance(timedelta(seconds=120))
    again = fetch(api_on_both)
    assert (failed.json["state"], early) == ("waiting", [])
    assert [(one["id"], one["attempts"]) for one in again] == [(job["id"], 2)]
    assert again[0]["idempotency_key"] == job["idempotency_key"]


def test_the_worker_says_how_many_tries_are_left(api_on_both: Api) -> None:
    start(api_on_both)

    more = act(api_on_both, fetch(api_on_both)[0], "fail", message="Jam.", retries_left=1)
    api_on_both.clock.advance(timedelta(minutes=5))
    none = act(api_on_both, fetch(api_on_both)[0], "fail", message="Jam.", retries_left=0)

    assert (more.json["state"], none.json["state"]) == ("waiting", "failed")
    assert [one["message"] for one in api_on_both.get("/incidents", "operator").json["items"]] == ["Jam."]


def test_a_business_error_is_caught_by_the_model_with_its_variables(api_on_both: Api) -> None:
    instance = start(api_on_both)

    thrown = act(api_on_both, fetch(api_on_both)[0], "throw-error", code="no-paper", variables={"tray": 2})

    history = api_on_both.get(f"/instances/{instance}/history", "operator").json["items"]
    assert thrown.status_code == 204
    assert "by-hand" in [one["element_id"] for one in history]
    assert "printed" not in [one["element_id"] for one in history]


def test_an_extended_lease_keeps_the_job_and_a_lost_one_cannot_be_extended(api_on_both: Api) -> None:
    start(api_on_both)
    job = fetch(api_on_both, lease_seconds=30)[0]
    api_on_both.clock.advance(timedelta(seconds=20))
    extended = act(api_on_both, job, "extend", lease_seconds=60)
    api_on_both.clock.advance(timedelta(seconds=40))

    kept_from_others = fetch(api_on_both, "press-2")
    api_on_both.clock.advance(timedelta(seconds=21))
    lost = act(api_on_both, job, "extend", lease_seconds=60)

    assert (extended.status_code, kept_from_others, lost.status_code) == (200, [], 409)
    assert [one["id"] for one in fetch(api_on_both, "press-2")] == [job["id"]]


@pytest.mark.parametrize("verb", ["complete", "fail", "throw-error", "release", "extend"])
def test_a_late_result_is_refused_when_another_worker_has_the_job(api: Api, verb: str) -> None:
    start(api)
    job = fetch(api, lease_seconds=5)[0]
    api.clock.advance(timedelta(seconds=6))
    fetch(api, "press-2")
    said = {
        "fail": {"message": "Jam."}, "throw-error": {"code": "no-paper"}, "extend": {"lease_seconds": 60},
    }.get(verb, {})  # fmt: skip

    answer = act(api, job, verb, **said)

    assert (answer.status_code, answer.json["type"]) == (409, "urn:onewindow:problem:lease-lost")


def test_a_job_that_is_given_back_is_taken_at_once_and_the_try_does_not_count(api_on_both: Api) -> None:
    start(api_on_both)
    job = fetch(api_on_both)[0]

    released = act(api_on_both, job, "release")

    assert released.status_code == 204
    assert [(one["id"], one["attempts"]) for one in fetch(api_on_both, "press-2")] == [(job["id"], 1)]


def test_a_completion_that_is_repeated_with_its_key_is_done_once(api: Api) -> None:
    instance = start(api)
    job = fetch(api)[0]
    body, headers = {"worker": "press-1", "variables": {"printed": True}}, {"Idempotency-Key": "printed-0001"}

    answers = [api.post(f"/jobs/{job['id']}/complete", "operator", body, headers=headers) for _ in range(2)]

    assert [one.status_code for one in answers] == [204, 204]
    assert api.get(f"/instances/{instance}", "operator").json["state"] == "completed"
