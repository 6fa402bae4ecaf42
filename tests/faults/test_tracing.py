"""Traces across real processes: web, worker and partner are one, nothing personal is in it, and nobody waits for it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from onewindow.children import wait_until_listening
from tests.builders.a_collector import Collected, Collector, a_collector
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.a_model import a_process
from tests.builders.a_partner import Partner, a_partner
from tests.builders.a_runtime import QUEUE
from tests.builders.an_api import Api, an_api
from tests.builders.waiting import until

HOST = "127.0.0.1"
CANARY = "5FQ2K7M"
ABOVE = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"


@pytest.fixture
def partner() -> Iterator[Partner]:
    """Whom the process calls."""
    with a_partner() as listening:
        yield listening


class Office:
    """A web server and a worker as processes of their own."""

    def __init__(self, url: str, partner: Partner, traces: str, folder: Path) -> None:
        self.api: Api = an_api(url, datetime.now(UTC), ONEWINDOW_HTTP_HOSTS=partner.host)
        headers = {"method": "GET", "url": partner.url + "/persons/{pin}"}
        begun = a_process("p").start().service_task("ask", "http", headers=headers)
        process = begun.user_task("look", queue=QUEUE).end()
        self.api.deploy_files({"p.bpmn": process.xml()})
        with socket.create_server((HOST, 0)) as probe:
            self.port = int(probe.getsockname()[1])
        environment = {
            "PATH": os.environ["PATH"],
            "ONEWINDOW_DATABASE_URL": url,
            **MASTER_KEY_SET,
            "ONEWINDOW_PORT": str(self.port),
            "ONEWINDOW_HTTP_HOSTS": partner.host,
            "ONEWINDOW_TRACES_URL": traces,
            "ONEWINDOW_FILES": str(folder / "files"),
        }
        self.children = []
        for part in ("serve", "worker"):
            with (folder / f"{part}.log").open("wb") as log:
                command = [sys.executable, "-m", "onewindow", part]
                child = subprocess.Popen(
                    command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=log
                )
            self.children.append(child)
        wait_until_listening(HOST, self.port, self.children[0], "web server")

    def start(self, **headers: str) -> httpx.Response:
        """Start a process over the API."""
        sent = {"Authorization": f"Bearer {self.api.tokens['operator']}", **headers}
        body = {"process_id": "p", "variables": {"pin": CANARY}}
        return httpx.post(f"http://{HOST}:{self.port}/api/v1/instances", json=body, headers=sent)

    def close(self) -> None:
        """Kill both."""
        for child in self.children:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self.api.runtime.database.close()


StartOffice = Callable[[str], Office]


@pytest.fixture
def start_office(database_url: str, partner: Partner, tmp_path: Path) -> Iterator[StartOffice]:
    """Starts one whose traces go to an address."""
    started: list[Office] = []

    def start(traces: str) -> Office:
        started.append(Office(database_url, partner, traces, tmp_path))
        return started[-1]

    yield start
    for one in started:
        one.close()


def named(collector: Collector, name: str) -> Collected:
    """The only span of a name, once it is there."""
    until(lambda: any(span.name == name for span in collector.spans()))
    (found,) = [span for span in collector.spans() if span.name == name]
    return found


def test_web_worker_and_partner_are_one_trace(start_office: StartOffice, partner: Partner, tmp_path: Path) -> None:
    with a_collector() as collector:
        office = start_office(collector.url)
        assert office.start(traceparent=ABOVE).status_code == 201

        request = named(collector, "POST /api/v1/instances")
        job = named(collector, "job http")
        call = named(collector, f"GET {HOST}")

        assert (request.service, job.service, call.service) == ("onewindow-web", "onewindow-worker", "onewindow-worker")
        assert {request.trace, job.trace, call.trace} == {"ab" * 16}
        assert (request.parent, job.parent, call.parent) == ("cd" * 8, request.id, job.id)
        assert request.attributes["http.response.status_code"] == 201
        assert job.attributes["job.procedure"] == "p"
        assert call.attributes["http.response.status_code"] == 200
        (asked,) = partner.received
        assert asked.headers["Traceparent"] == f"00-{'ab' * 16}-{call.id}-01"
        assert CANARY not in repr(collector.spans())
        assert f'"trace_id": "{"ab" * 16}"' in (tmp_path / "serve.log").read_text()


def test_a_call_that_fails_is_shown_as_failed(start_office: StartOffice, partner: Partner) -> None:
    partner.answers(b"", 503)
    with a_collector() as collector:
        start_office(collector.url).start()
        until(lambda: any(span.name == "job http" for span in collector.spans()))
        job = next(span for span in collector.spans() if span.name == "job http")
        call = next(span for span in collector.spans() if span.parent == job.id)
    assert (job.is_error, job.attributes["error.type"]) == (True, "partner-unavailable")
    assert (call.is_error, call.attributes["http.response.status_code"]) == (True, 503)
    assert CANARY not in repr([job, call])


@pytest.mark.parametrize("manner", ["away", "hangs"])
def test_a_collector_in_trouble_costs_nobody_anything(start_office: StartOffice, partner: Partner, manner: str) -> None:
    with socket.create_server((HOST, 0)) as silent:
        port = int(silent.getsockname()[1]) if manner == "hangs" else 1
        office = start_office(f"http://{HOST}:{port}/v1/traces")
        began = time.monotonic()
        assert [office.start().status_code for _ in range(20)] == [201] * 20
        until(lambda: len(partner.received) == 20)
        assert time.monotonic() - began < 20


def test_a_traceparent_that_is_none_begins_a_trace_of_our_own(start_office: StartOffice) -> None:
    with a_collector() as collector:
        office = start_office(collector.url)
        for wrong in ("nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "x" * 5_000):
            assert office.start(traceparent=wrong).status_code == 201
        until(lambda: sum(span.name == "POST /api/v1/instances" for span in collector.spans()) == 3)
        assert {span.parent for span in collector.spans() if span.service == "onewindow-web"} == {""}
