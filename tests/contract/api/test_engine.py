"""What analysts and operators do: instances, messages, signals, jobs of external workers, incidents."""

from __future__ import annotations

import pytest

from tests.builders.a_model import a_process
from tests.builders.a_permit import a_permit
from tests.builders.an_api import Api


def _start(api: Api, model: bytes, process_id: str = "p", **variables: object) -> str:
    api.deploy_files({"p.bpmn": model})
    started = api.post("/instances", "operator", {"process_id": process_id, "variables": variables})
    assert started.status_code == 201, started.text
    instance: str = started.json["id"]
    return instance


def _waiting_for_print() -> bytes:
    return a_process("p").start().service_task("print", connector="demo").end().xml()


def test_an_instance_tells_its_state_and_its_history_in_order(api: Api) -> None:
    api.deploy_files(a_permit())
    instance = api.post("/instances", "analyst", {"process_id": "permit"}).json["id"]

    shown = api.get(f"/instances/{instance}", "analyst").json
    history = api.get(f"/instances/{instance}/history", "analyst").json["items"]

    assert (shown["state"], shown["process_id"]) == ("active", "permit")
    assert [one["element_type"] for one in history] == ["Process", "StartEvent", "UserTask"]


def test_an_analyst_sees_the_kinds_of_values_an_operator_the_values(api: Api) -> None:
    api.deploy_files(a_permit())
    start = {"process_id": "permit", "variables": {"name": "planted marker", "age": 5}}
    instance = api.post("/instances", "analyst", start).json["id"]

    analyst = api.get(f"/instances/{instance}/variables", "analyst").json["variables"]
    operator = api.get(f"/instances/{instance}/variables", "operator").json["variables"]

    assert analyst == {"name": "(text)", "age": "(number)"}
    assert operator == {"name": "planted marker", "age": 5}


def test_a_cancelled_instance_has_no_open_task(api: Api) -> None:
    api.deploy_files(a_permit())
    instance = api.post("/instances", "analyst", {"process_id": "permit"}).json["id"]

    cancelled = api.post(f"/instances/{instance}/cancel", "operator", {"reason": "Started by mistake."})

    shown = api.get(f"/instances/{instance}", "operator").json
    assert cancelled.status_code == 204
    assert (shown["state"], shown["open_tasks"]) == ("cancelled", [])
    assert api.post(f"/instances/{instance}/cancel", "operator", {"reason": "Again."}).status_code == 409


def test_an_external_worker_fetches_a_job_and_completes_it(api: Api) -> None:
    instance = _start(api, _waiting_for_print(), name="Rəşad")

    fetched = api.post("/jobs/fetch", "operator", {"worker": "printer-1", "type": "demo"}).json["items"]
    body = {"worker": "printer-1", "variables": {"printed": True}}
    completed = api.post(f"/jobs/{fetched[0]['id']}/complete", "operator", body)

    assert fetched[0]["variables"] == {"name": "Rəşad"}
    assert fetched[0]["idempotency_key"]
    assert completed.status_code == 204
    assert api.get(f"/instances/{instance}", "operator").json["state"] == "completed"


def test_a_job_that_somebody_else_holds_cannot_be_completed(api: Api) -> None:
    _start(api, _waiting_for_print())
    job = api.post("/jobs/fetch", "operator", {"worker": "printer-1", "type": "demo"}).json["items"][0]

    other = api.post(f"/jobs/{job['id']}/complete", "operator", {"worker": "printer-2"})

    assert other.status_code == 409
    assert other.json["type"] == "urn:onewindow:problem:lease-lost"
    assert api.post("/jobs/fetch", "operator", {"worker": "printer-2", "type": "demo"}).json["items"] == []


def test_a_lease_is_extended_by_its_holder(api: Api) -> None:
    _start(api, _waiting_for_print())
    job = api.post("/jobs/fetch", "operator", {"worker": "printer-1", "type": "demo"}).json["items"][0]

    body = {"worker": "printer-1", "lease_seconds": 600}
    extended = api.post(f"/jobs/{job['id']}/extend", "operator", body).json

    assert extended["lease_until"] > job["lease_until"]


def test_a_job_that_fails_for_good_is_an_incident_which_an_operator_retries(api: Api) -> None:
    model = a_process("p").start().service_task("print", connector="demo", retries="1").end().xml()
    instance = _start(api, model)
    job = api.post("/jobs/fetch", "operator", {"worker": "w", "type": "demo"}).json["items"][0]
    failed = api.post(f"/jobs/{job['id']}/fail", "operator", {"worker": "w", "message": "Out of paper."})

    incident = api.get(f"/incidents?instance_id={instance}", "operator").json["items"][0]
    retried = api.post(f"/incidents/{incident['id']}/retry", "operator", {})

    assert failed.json == {"state": "failed"}
    assert incident["message"] == "Out of paper."
    assert retried.status_code == 204
    assert len(api.post("/jobs/fetch", "operator", {"worker": "w", "type": "demo"}).json["items"]) == 1


def test_a_message_reaches_the_one_instance_that_waits_for_its_key(api: Api) -> None:
    model = a_process("p").start().receive_task("paid", message="payment", key="=number").end().xml()
    instance = _start(api, model, number="A-1")
    body = {"name": "payment", "correlation_key": "A-1", "variables": {"amount": 25}}

    stranger = api.post("/messages", "operator", {**body, "correlation_key": "A-2"})
    published = api.post("/messages", "operator", body)

    assert stranger.status_code == 409
    assert published.json == {"outcome": "correlated", "instance_id": instance}
    assert api.get(f"/instances/{instance}", "operator").json["state"] == "completed"


def test_a_signal_is_taken_up(api: Api) -> None:
    answer = api.post("/signals", "operator", {"name": "law-changed"})

    assert answer.status_code == 202
    assert answer.json["job_id"]


@pytest.mark.parametrize("path", ["/signals", "/messages"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="empty"),
        pytest.param("a\nb", id="two lines"),
        pytest.param("x" * 201, id="too long"),
        pytest.param("pay\u202ement", id="right-to-left override"),
        pytest.param("pay\u200bment", id="zero-width space"),
        pytest.param("pay\ufeffment", id="byte order mark"),
        pytest.param("pay\u2028ment", id="line separator"),
        pytest.param("pay\x07ment", id="bell"),
        pytest.param(" payment", id="space before"),
    ],
)
def test_a_name_that_is_not_what_it_looks_like_is_refused_with_its_place(api: Api, path: str, name: str) -> None:
    body = {"name": name, **({"correlation_key": "A-1"} if path == "/messages" else {})}

    answer = api.post(path, "operator", body)

    assert answer.status_code == 422
    assert [place["path"] for place in answer.json["places"]] == ["/name"]


def test_values_and_keys_of_persons_may_be_written_from_right_to_left(api: Api) -> None:
    model = a_process("p").start().receive_task("paid", message="ödəniş", key="=number").end().xml()
    name = "\u200fשלום\u200f, م\u200cی"
    _start(api, model, number=name)

    published = api.post(
        "/messages", "operator", {"name": "ödəniş", "correlation_key": name, "variables": {"by": name}}
    )

    assert published.json["outcome"] == "correlated"
