"""Fault matrix, rows 2 and 3: a process is killed at each named point of a step, and another goes on.

Before the commit nothing has happened, after it all has; whoever repeats the request under its Idempotency-Key gets
the first answer; a worker's job is repeated under the same key, and its attempts are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from engine.jobs.hands import Hands
from tests.builders.a_crash import KILLED, LEASE, Crash, a_crasher
from tests.builders.a_ledger import effects
from tests.builders.a_model import a_process
from tests.builders.a_partner import Partner
from tests.builders.a_runtime import Running
from tests.builders.an_api import Api, an_api
from tests.faults import invariants

POINTS = ("before lock", "after load", "after step", "before commit", "after commit", "before answer")
HAPPENED = ("after commit", "before answer")
KEY = "0d5e1b1e-crash-point"


@dataclass(slots=True)
class Office:
    """An API whose process waits, one after the other, for a clerk, a message, a partner and a timer."""

    api: Api
    partner: Partner
    crash: Crash
    running: Running
    instance: str = ""

    def start(self) -> dict[str, Any]:
        """The request that starts an instance."""
        return self._request("/instances", "operator", {"process_id": "order", "variables": {"invoice": "A-1"}})

    def complete(self) -> dict[str, Any]:
        """Start it; the request that completes the clerk's task."""
        self.instance = self.send({**self.start(), "headers": self._headers("operator")}).json["id"]
        task = self.running.task(self.instance, "check").id
        return self._request(f"/tasks/{task}/complete", "clerk", {"answers": {"complete": True}})

    def correlate(self) -> dict[str, Any]:
        """Complete the task; the request that publishes the message."""
        self.send({**self.complete(), "headers": self._headers("clerk")})
        return self._request("/messages", "operator", {"name": "paid", "correlation_key": "A-1"})

    def job(self) -> None:
        """Publish the message: the call to the partner is due."""
        self.send({**self.correlate(), "headers": self._headers("operator")})

    def timer(self) -> None:
        """Have the partner called: the timer is due."""
        self.job()
        self.running.work_off()
        self.api.clock.advance(timedelta(hours=2))

    def send(self, request: dict[str, Any]) -> Any:
        """Send a request, as another web process gets it."""
        answer = self.api.client.open(**request)
        assert answer.status_code < 300, answer.text
        return answer

    def kill_at(self, point: str, request: dict[str, Any] | None = None) -> None:
        """Have a process killed there."""
        assert self.crash(self.api, point, request, ONEWINDOW_HTTP_HOSTS=self.partner.host) == KILLED

    def seen(self) -> dict[str, list[Any]]:
        """All that has happened, leases and attempts of jobs apart."""
        asked = {
            "instance": "SELECT id, version, state FROM instance ORDER BY id",
            "activity": "SELECT element_id, outcome FROM activity ORDER BY instance_id, visit",
            "task": "SELECT element_id, state FROM task ORDER BY instance_id, wait",
            "job": "SELECT element_id, kind FROM job WHERE state <> 'done' ORDER BY id",
            "journal": "SELECT chain, seq, action FROM journal_entry ORDER BY chain, seq",
            "kept answers": "SELECT body FROM kept_answer ORDER BY body",
        }
        return {name: [tuple(row.values()) for row in self.running.rows(query)] for name, query in asked.items()}

    def _request(self, path: str, who: str, body: Any) -> dict[str, Any]:
        headers = self._headers(who, KEY)
        return {"method": "POST", "path": f"/api/v1{path}", "headers": headers, "json": body}

    def _headers(self, who: str, key: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api.tokens[who]}", **({"Idempotency-Key": key} if key else {})}


@pytest.fixture(scope="module")
def crash() -> Iterator[Crash]:
    """A process that forks the processes to be killed."""
    with a_crasher() as made:
        yield made


@pytest.fixture
def office(database_url: str, partner: Partner, crash: Crash) -> Iterator[Office]:
    """The process is deployed, and the partner answers."""
    api = an_api(database_url, ONEWINDOW_HTTP_HOSTS=partner.host)
    partner.answers(b'{"number": 7}')
    headers = {"method": "POST", "url": f"{partner.url}/orders", "resultVariable": "order", "retryBackoff": "PT0S"}
    process = a_process("order").start().user_task("check", queue="city:clerk")
    process.catch("paid", message="paid", key="=invoice").service_task("ask", "http", headers=headers)
    process.catch("pause", duration="PT1H").user_task("read", queue="city:clerk").end()
    api.deploy_files({"order.bpmn": process.xml()})
    running = Running(api.runtime, Hands(runtime=api.runtime, registry=api.composed.registry, owner="second"))
    yield Office(api, partner, crash, running)
    invariants.hold(running, ledgers=invariants.ledger_of(partner))
    running.close()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("use_case", [Office.start, Office.complete, Office.correlate], ids=lambda one: one.__name__)
def test_a_web_process_killed_at_a_point_did_all_or_nothing_and_the_repeated_request_is_done_once(
    office: Office, use_case: Callable[[Office], dict[str, Any]], point: str
) -> None:
    request = use_case(office)
    before = office.seen()

    office.kill_at(point, request)

    left = office.seen()
    answer = office.send(request)
    after = office.seen()
    assert (left == before) is (point not in HAPPENED)
    assert (left == after) is (point in HAPPENED)
    assert ("Idempotency-Replayed" in answer.headers) is (point in HAPPENED)
    assert office.send(request).data == answer.data
    assert office.seen() == after


@pytest.mark.parametrize(
    ("point", "calls", "attempts"),
    [
        pytest.param("taking: before commit", 1, 1, id="before it has the job"),
        pytest.param("taking: after commit", 1, 2, id="before the call"),
        pytest.param("before lock", 2, 2, id="after the call"),
        pytest.param("after load", 2, 2, id="after load"),
        pytest.param("after step", 2, 2, id="after step"),
        pytest.param("before commit", 2, 2, id="before commit"),
        pytest.param("after commit", 1, 1, id="after commit"),
    ],
)
def test_a_worker_killed_at_a_point_of_a_call_is_replaced_under_the_same_key(
    office: Office, point: str, calls: int, attempts: int
) -> None:
    office.job()
    before = office.seen()

    office.kill_at(point)

    assert (office.seen() == before) is (point != "after commit")
    office.api.clock.advance(LEASE + timedelta(seconds=1))
    office.running.work_off()
    assert list(effects(office.partner).values()) == [calls]
    assert office.running.variables(office.instance)["order"] == {"number": 7}
    assert office.running.history(office.instance).count("ask:c") == 1
    asked = [job for job in office.running.jobs(office.instance) if job.element_id == "ask"]
    assert [(job.state, job.attempts) for job in asked] == [("done", attempts)]


@pytest.mark.parametrize(
    "point",
    ["taking: before commit", "taking: after commit", "before lock", "after load", "after step", *POINTS[3:5]],
)
def test_a_worker_killed_at_a_point_of_a_timer_is_replaced_and_the_timer_fires_once(office: Office, point: str) -> None:
    office.timer()
    before = office.seen()

    office.kill_at(point)

    assert (office.seen() == before) is (point != "after commit")
    office.api.clock.advance(LEASE + timedelta(seconds=1))
    office.running.work_off()
    assert [task.element_id for task in office.running.tasks(office.instance)] == ["read"]
    assert office.running.history(office.instance).count("pause:c") == 1
