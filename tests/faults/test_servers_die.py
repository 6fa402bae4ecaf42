"""Fault matrix, rows 1 and 4, over HTTP: the web server is killed under load, and many want the same tasks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest

from engine.jobs.hands import Hands
from onewindow.children import wait_until_listening
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.a_model import a_process
from tests.builders.a_runtime import Running
from tests.builders.an_api import Api, an_api
from tests.builders.threads import at_once
from tests.builders.waiting import until
from tests.faults import invariants

HOST = "127.0.0.1"
CLERKS = ("clerk", "colleague")


@dataclass(slots=True)
class Office:
    """A web server as operators start it, over a database with tasks in the queue of two clerks."""

    api: Api
    running: Running
    port: int
    server: subprocess.Popen[bytes] | None = None
    answers: dict[str, httpx.Response] = field(default_factory=dict)
    """By task."""

    def serve(self) -> None:
        """Start the server, and wait until it listens."""
        environment = {
            "PATH": os.environ["PATH"],
            "ONEWINDOW_DATABASE_URL": self.api.runtime.database.url,
            **MASTER_KEY_SET,
            "ONEWINDOW_PORT": str(self.port),
        }
        self.server = subprocess.Popen(
            [sys.executable, "-m", "onewindow", "serve"],
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until_listening(HOST, self.port, self.server, "web server")

    def kill(self) -> None:
        """Kill the server with all its processes."""
        assert self.server is not None
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()

    def open_tasks(self, number: int) -> list[str]:
        """Start so many instances with a task each; gives the keys of the tasks."""
        for _ in range(number):
            self.running.start("p")
        return [row["id"] for row in self.running.rows("SELECT instance_id || '-' || wait AS id FROM task ORDER BY 1")]

    def told(self) -> invariants.Told:
        """What clerks were told."""
        return invariants.Told(tasks=[task for task, answer in self.answers.items() if answer.is_success])

    def client(self, clerk: int) -> httpx.Client:
        """A connection of one of the clerks."""
        token = self.api.tokens[CLERKS[clerk % len(CLERKS)]]
        return httpx.Client(
            base_url=f"http://{HOST}:{self.port}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=20
        )

    def complete(self, client: httpx.Client, task: str) -> httpx.Response:
        """Complete a task."""
        return client.post(f"/tasks/{task}/complete", json={"answers": {}}, headers={"Idempotency-Key": f"key-{task}"})

    def insist(self, client: httpx.Client, task: str, stop: threading.Event) -> None:
        """Complete a task, and repeat the request as long as no answer comes."""
        while task not in self.answers and not stop.is_set():
            try:
                self.answers[task] = self.complete(client, task)
            except httpx.TransportError:
                stop.wait(0.02)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """A server that answers."""
    api = an_api(database_url, datetime.now(UTC))
    api.deploy_files({"p.bpmn": a_process("p").start().user_task("check", queue="city:clerk").end().xml()})
    running = Running(api.runtime, Hands(runtime=api.runtime, registry=api.composed.registry, owner="w"))
    with socket.create_server((HOST, 0)) as probe:
        port = int(probe.getsockname()[1])
    made = Office(api, running, port)
    made.serve()
    yield made
    made.kill()
    invariants.hold(running, told=made.told())
    running.close()


def test_a_server_killed_again_and_again_under_load_loses_nothing_and_does_nothing_twice(office: Office) -> None:
    # given four clerks who complete their tasks, and repeat what was not answered
    tasks, stop = office.open_tasks(160), threading.Event()

    def work(clerk: int) -> None:
        with office.client(clerk) as client:
            for task in tasks[clerk::4]:
                office.insist(client, task, stop)

    clerks = threading.Thread(target=at_once, args=(4, work))
    clerks.start()

    # when the server is killed three times while they do
    try:
        for answered in (30, 70, 110):
            until(lambda most=answered: len(office.answers) >= most, 30)
            office.kill()
            office.serve()
        until(lambda: len(office.answers) == len(tasks), 30)
    finally:
        stop.set()
        clerks.join()

    # then every task was done once, and every answer was true
    assert Counter(answer.status_code for answer in office.answers.values()) == {200: 160}
    assert office.running.count("instance", "state = 'completed'") == 160
    assert office.running.count("activity", "element_id = 'check' AND outcome = 'c'") == 160
    assert office.running.count("journal_entry", "action = 'task.completed'") == 160


def test_eight_clients_complete_the_same_tasks_and_all_but_one_get_409(office: Office) -> None:
    tasks = office.open_tasks(40)

    def work(clerk: int) -> list[int]:
        with office.client(clerk) as client:
            return [client.post(f"/tasks/{task}/complete", json={"answers": {}}).status_code for task in tasks]

    said = Counter(status for statuses in at_once(8, work) for status in statuses)

    assert said == {200: 40, 409: 7 * 40}
    assert office.running.count("activity", "element_id = 'check' AND outcome = 'c'") == 40
