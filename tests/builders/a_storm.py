"""A storm: clients work over HTTP while web servers, workers and the database are killed at random.

Everything is real: `onewindow serve` and `onewindow worker` as operators start them, a partner that keeps a ledger, and
clients that repeat a request under its Idempotency-Key until it is answered. `report` counts what became of it.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import text

from onewindow.children import wait_until_listening
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_partner import Partner
from tests.builders.an_api import Api, an_api
from tests.builders.waiting import until
from tests.faults import invariants

HOST = "127.0.0.1"
CLIENTS = 3
WORKERS = 2
LEASE_SECONDS = 5
PATIENCE_SECONDS = 300
"""Of a client, for one answer: on a busy machine each start of a server takes long."""
LEAST_ACKNOWLEDGED = 10
"""On a busy machine it rages on until so much was acknowledged: else there would be nothing to lose."""
CALLS = 2
"""Service calls of one case."""


def a_case(partner: Partner) -> Drawing:
    """Ask a partner, wait for a person, tell the partner. Retries are many: each kill of a worker takes one."""
    said = {"method": "POST", "url": f"{partner.url}/orders", "retryBackoff": "PT0S"}
    drawn = a_process("order").start().service_task("ask", "http", headers=said, retries="200")
    return drawn.user_task("read", queue="city:clerk").service_task("tell", "http", headers=said, retries="200").end()


@dataclass(frozen=True, slots=True, kw_only=True)
class StormReport:
    """What became of everything that was acknowledged."""

    kills: int
    restarts: int
    """Of the database."""
    acknowledged: int
    """Instances begun and tasks completed, by answers 2xx."""
    kept: int
    """Of these, how many the database knows."""
    doubled: int
    """Calls that the partner was asked for under a second key, and tasks done twice."""
    dead: int
    """Cases that nobody will go on with, and all else that does not hold together: `tests.faults.invariants`."""

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.restarts} restarts of the database: {self.acknowledged} acknowledged, "
            f"{self.kept} kept, {self.doubled} doubled, {self.dead} dead"
        )


@dataclass(slots=True)
class Storm:
    """One web server, two workers, three clients and a partner over one database."""

    url: str
    partner: Partner
    seed: int
    restart_database: Callable[[], None] | None = None
    kills: int = 0
    restarts: int = 0
    api: Api = field(init=False)
    port: int = field(init=False)
    begun: set[str] = field(default_factory=set)
    completed: set[str] = field(default_factory=set)
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _calm: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _faults: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.api = an_api(self.url, datetime.now(UTC), ONEWINDOW_HTTP_HOSTS=self.partner.host)
        self.api.deploy_files({"order.bpmn": a_case(self.partner).xml()})
        with socket.create_server((HOST, 0)) as probe:
            self.port = int(probe.getsockname()[1])

    def rage(self, kills: int, restart_every: tuple[float, float] = (3.0, 6.0)) -> StormReport:
        """Kill so many processes while clients work, let the rest be finished, and count."""
        for name in ("web", *(f"worker-{number}" for number in range(WORKERS))):
            self._start(name)
        clients = [threading.Thread(target=self._guarded, args=(self._work, number)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        monkey = threading.Thread(target=self._guarded, args=(self._shake, restart_every))
        monkey.start()
        try:
            self._kill_at_random(kills)
        finally:
            self._calm.set()
            for thread in (*clients, monkey):
                thread.join()
        if self._faults:
            raise self._faults[0]
        until(self._is_finished, 120)
        return self._report()

    def close(self) -> None:
        """End all processes."""
        self._calm.set()
        for name in self._processes:
            self._kill(name)
        self.api.runtime.database.close()

    # --- destruction -------------------------------------------------------------------------------------------------

    def _kill_at_random(self, kills: int) -> None:
        chance = random.Random(self.seed)
        names = sorted(self._processes)
        end, least = time.monotonic() + PATIENCE_SECONDS, min(kills, LEAST_ACKNOWLEDGED)
        while self.kills < kills or (len(self.begun) + len(self.completed) < least and time.monotonic() < end):
            if self._faults:
                return
            self._calm.wait(chance.uniform(0.05, 0.6))
            name = chance.choice(names)
            self._kill(name)
            self.kills += 1
            self._start(name)

    def _kill(self, name: str) -> None:
        process = self._processes[name]
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _shake(self, every: tuple[float, float]) -> None:
        chance = random.Random(self.seed + 1)
        while self.restart_database is not None and not self._calm.wait(chance.uniform(*every)):
            self.restart_database()
            self.restarts += 1

    def _start(self, name: str) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "ONEWINDOW_DATABASE_URL": self.url,
            **MASTER_KEY_SET,
            "ONEWINDOW_PORT": str(self.port),
            "ONEWINDOW_HTTP_HOSTS": self.partner.host,
            "ONEWINDOW_LEASE_SECONDS": str(LEASE_SECONDS),
        }
        for _ in range(20):
            process = subprocess.Popen(
                [sys.executable, "-m", "onewindow", "serve" if name == "web" else "worker"],
                env=environment,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._processes[name] = process
            if name != "web":
                return
            try:
                wait_until_listening(HOST, self.port, process, name)
            except Exception:  # noqa: BLE001 (the database is away just now: operators would start it again)
                process.kill()
                process.wait()
                continue
            return
        raise AssertionError(f"{name} did not start")

    # --- work --------------------------------------------------------------------------------------------------------

    def _guarded(self, act: Callable[[Any], None], argument: Any) -> None:
        try:
            act(argument)
        except BaseException as fault:  # noqa: BLE001 (told by the main thread)
            self._faults.append(fault)
            self._calm.set()

    def _work(self, number: int) -> None:
        case = 0
        with httpx.Client(base_url=f"http://{HOST}:{self.port}/api/v1", timeout=20) as client:
            while not self._calm.is_set():
                case += 1
                key = f"storm-{number}-{case:05}"
                begun = self._insist(client, "POST", "/instances", "operator", key, {"process_id": "order"})
                with self._lock:
                    self.begun.add(begun["id"])
                task = self._open_task(client, begun["id"])
                if task is not None:
                    done = f"/tasks/{task}/complete"
                    self._insist(client, "POST", done, "clerk", f"done-{key}", {"answers": {}})
                    with self._lock:
                        self.completed.add(task)

    def _open_task(self, client: httpx.Client, instance: str) -> str | None:
        """The key of the case's task, as soon as there is one; None when all ends before."""
        while True:
            tasks = self._insist(client, "GET", f"/instances/{instance}", "operator")["open_tasks"]
            if tasks:
                return str(tasks[0]["id"])
            if self._calm.wait(0.05):
                return None

    def _insist(
        self, client: httpx.Client, method: str, path: str, who: str, key: str | None = None, body: Any = None
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.api.tokens[who]}"} | ({"Idempotency-Key": key} if key else {})
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                answer = client.request(method, path, headers=headers, json=body)
            except httpx.TransportError:
                threading.Event().wait(0.03)
                continue
            if answer.is_success:
                return answer.json()
            assert answer.status_code in (429, 502, 503), f"{method} {path}: {answer.status_code} {answer.text}"
            threading.Event().wait(0.05)
        raise AssertionError(f"{method} {path} was never answered")

    # --- counting ----------------------------------------------------------------------------------------------------

    def _is_finished(self) -> bool:
        """Whether nothing but people is waited for."""
        return self._count("SELECT count(*) FROM job WHERE state IN ('waiting', 'running')") == 0

    def _count(self, statement: str) -> int:
        with self.api.runtime.database.read() as connection:
            return int(connection.execute(text(statement)).scalar_one())

    def _kept(self, statement: str) -> set[str]:
        with self.api.runtime.database.read() as connection:
            return {row[0] for row in connection.execute(text(statement))}

    def _report(self) -> StormReport:
        instances = self._kept("SELECT id FROM instance")
        done = self._kept("SELECT instance_id || '-' || wait FROM task WHERE state = 'completed'")
        calls = self._count("SELECT count(*) FROM job WHERE kind = 'service' AND state = 'done'")
        asked = {received.headers["Idempotency-Key"] for received in self.partner.received}
        told = invariants.Told(instances=self.begun, tasks=self.completed)
        found = invariants.broken(self.api.runtime, told=told, ledgers=invariants.ledger_of(self.partner))
        for one in found:
            print(one)  # noqa: T201 (what became of it)
        return StormReport(
            kills=self.kills,
            restarts=self.restarts,
            acknowledged=len(self.begun) + len(self.completed),
            kept=len(self.begun & instances) + len(self.completed & done),
            doubled=abs(len(asked) - calls) + len(instances - self.begun),
            dead=len(found),
        )
