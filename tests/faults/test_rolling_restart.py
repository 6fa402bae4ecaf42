"""Fault matrix, rows 1 and 3 in good order: two web nodes and two workers are restarted one by one under load.

All are processes as operators start them, over one PostgreSQL. Clients do as a proxy does: a node that does not answer
is left for the other one, and the request is repeated there under its Idempotency-Key.
"""

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
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.builders.a_ledger import effects
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.a_partner import Partner
from tests.builders.a_storm import CALLS, a_case
from tests.builders.an_api import Api, an_api
from tests.builders.databases import ON_POSTGRESQL
from tests.builders.waiting import until
from tests.faults import invariants

HOST = "127.0.0.1"
WEB, WORKERS = ("web-1", "web-2"), ("worker-1", "worker-2")
CLIENTS, ROUNDS = 3, 2


@dataclass(slots=True)
class Cluster:
    """The nodes, and what clients heard of them."""

    api: Api
    partner: Partner
    files: Path
    ports: dict[str, int] = field(default_factory=dict)
    nodes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    completed: set[str] = field(default_factory=set)
    heard: Counter[str] = field(default_factory=Counter)
    """Answers by status; `not there` is a node that was asked in vain, `cut` one that ended before it answered."""
    calm: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        for name in (*WEB, *WORKERS):
            with socket.create_server((HOST, 0)) as probe:
                self.ports[name] = int(probe.getsockname()[1])

    def start(self, name: str) -> None:
        """Start a node, and wait until it says that it is ready."""
        is_web = name in WEB
        environment = {
            "PATH": os.environ["PATH"],
            "ONEWINDOW_DATABASE_URL": self.api.runtime.database.url,
            **MASTER_KEY_SET,
            "ONEWINDOW_PORT" if is_web else "ONEWINDOW_WORKER_PORT": str(self.ports[name]),
            "ONEWINDOW_PROCESSES": "1",
            "ONEWINDOW_HTTP_HOSTS": self.partner.host,
            "ONEWINDOW_FILES": str(self.files),
            "ONEWINDOW_STOP_SECONDS": "8",
        }
        command = [sys.executable, "-m", "onewindow", "serve" if is_web else "worker"]
        self.nodes[name] = subprocess.Popen(
            command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(lambda: self.is_ready(name), 60)

    def is_ready(self, name: str) -> bool:
        """What its probe says."""
        try:
            return httpx.get(f"http://{HOST}:{self.ports[name]}/health/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def restart(self, name: str) -> None:
        """Tell a node to stop, as a new version is rolled out, and start it again. Its end must be a good one."""
        self.nodes[name].send_signal(signal.SIGTERM)
        assert self.nodes[name].wait(20) == 0, name
        self.start(name)

    def work(self, number: int) -> None:
        """Begin cases and complete their tasks until it is calm."""
        case = 0
        while not self.calm.is_set():
            case += 1
            key = f"rolling-{number}-{case}"
            begun = self.ask(number, "POST", "/instances", "operator", key, {"process_id": "order"})
            self.begun.add(begun["id"])
            while not (tasks := self.ask(number, "GET", f"/instances/{begun['id']}", "operator")["open_tasks"]):
                if self.calm.wait(0.05):
                    return
            task = str(tasks[0]["id"])
            self.ask(number, "POST", f"/tasks/{task}/complete", "clerk", f"done-{key}", {"answers": {}})
            self.completed.add(task)

    def ask(self, number: int, method: str, path: str, who: str, key: str | None = None, body: Any = None) -> Any:
        """What a client behind a proxy is answered."""
        headers = {"Authorization": f"Bearer {self.api.tokens[who]}"} | ({"Idempotency-Key": key} if key else {})
        for turn in range(200):
            port = self.ports[WEB[(number + turn) % len(WEB)]]
            try:
                answer = httpx.request(
                    method, f"http://{HOST}:{port}/api/v1{path}", headers=headers, json=body, timeout=20
                )
            except httpx.TransportError as failed:
                self.heard["not there" if isinstance(failed, httpx.ConnectError) else "cut"] += 1
                threading.Event().wait(0.02)
                continue
            self.heard[str(answer.status_code)] += 1
            assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
            return answer.json()
        raise AssertionError(f"{method} {path} was never answered")


@pytest.fixture
def cluster(database_url: str, partner: Partner, tmp_path: Path) -> Iterator[Cluster]:
    """Two web nodes and two workers, all ready."""
    api = an_api(database_url, datetime.now(UTC), ONEWINDOW_HTTP_HOSTS=partner.host)
    api.deploy_files({"order.bpmn": a_case(partner).xml()})
    made = Cluster(api, partner, tmp_path / "files")
    try:
        for name in made.ports:
            made.start(name)
        yield made
    finally:
        made.calm.set()
        for node in made.nodes.values():
            if node.poll() is None:
                os.killpg(node.pid, signal.SIGKILL)
            node.wait()
        api.runtime.database.close()


@ON_POSTGRESQL
def test_a_restart_of_every_node_in_turn_is_seen_by_nobody(cluster: Cluster) -> None:
    faults: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            cluster.work(number)
        except BaseException as fault:  # noqa: BLE001 (told by the main thread)
            faults.append(fault)

    clients = [threading.Thread(target=guarded, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()

    # when every node is restarted, twice, while clients work
    for _ in range(ROUNDS):
        for name in (*WEB, *WORKERS):
            before = len(cluster.completed)
            cluster.restart(name)
            until(lambda before=before: len(cluster.completed) > before or bool(faults), 60)  # type: ignore[misc]
    cluster.calm.set()
    for client in clients:
        client.join()

    # then every request was answered with success, by one node or the other
    assert not faults, faults[0]
    until(lambda: _left(cluster) == 0, 60)
    print(f"\n{len(cluster.begun)} begun, {len(cluster.completed)} completed, heard {dict(cluster.heard)}")  # noqa: T201
    assert len(cluster.completed) >= 2 * ROUNDS * len(cluster.nodes) / 2

    # and what was acknowledged is kept, nothing was done twice, nothing is dead
    with cluster.api.runtime.database.read() as connection:
        instances = {row[0] for row in connection.exec_driver_sql("SELECT id FROM instance")}
        done = {f"{row[0]}-{row[1]}" for row in connection.exec_driver_sql(_DONE)}
    assert instances == cluster.begun
    assert cluster.completed <= done
    keys = effects(cluster.partner)
    assert len(keys) == len(cluster.begun) + len(done)
    assert CALLS * len(done) <= len(keys) <= CALLS * len(cluster.begun)
    told = invariants.Told(instances=cluster.begun, tasks=cluster.completed)
    invariants.hold(cluster.api.runtime, told=told, ledgers=invariants.ledger_of(cluster.partner))


_DONE = "SELECT instance_id, wait FROM task WHERE state = 'completed'"


def _left(cluster: Cluster) -> int:
    """Jobs that are still to be done."""
    with cluster.api.runtime.database.read() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM job WHERE state IN ('waiting', 'running')")
        return int(found.scalar_one())
