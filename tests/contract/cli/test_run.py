"""`onewindow run`, as a person types it: everything starts, a citizen gets her decision, everything stops."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.builders.a_subscriber import a_subscriber
from tests.builders.free_ports import a_free_port

TOP = Path(__file__).parents[3]
PATIENCE_SECONDS = 180.0
"""On a machine that is busy with other tests."""
GRANT = {"verdict": "granted"}


def _environment(folder: Path, port: int) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ONEWINDOW_")}
    return {
        **ours,
        "PYTHONPATH": str(TOP),
        "PYTHONUNBUFFERED": "1",
        "ONEWINDOW_PORT": str(port),
        "ONEWINDOW_DATABASE_URL": f"sqlite:///{folder / 'onewindow.db'}",
        "ONEWINDOW_PROCEDURES": str(TOP / "processes"),
    }


def _run(folder: Path, port: int, sandbox_port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "onewindow", "run", "--sandbox-port", str(sandbox_port)],
        env=_environment(folder, port),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@dataclass(frozen=True, slots=True)
class Running:
    """A server that was started as a person starts it."""

    process: subprocess.Popen[str]
    lines: list[str]
    folder: Path
    address: str

    def said(self, text: str) -> str:
        """The line that holds a text, as soon as it was printed."""
        return str(
            _eventually(lambda: next((line for line in self.lines if text in line), None), self.output, self.has_ended)
        )

    def output(self) -> str:
        """What the program has said so far."""
        return "\n".join(self.lines)

    def has_ended(self) -> bool:
        """Whether it will say nothing more."""
        return self.process.poll() is not None

    def as_(self, who: str) -> httpx.Client:
        """A client with the token of a demonstration account."""
        accounts = json.loads((self.folder / "demo-accounts.json").read_text())
        token = next(one["token"] for one in accounts if one["sign_in_name"] == who)
        return httpx.Client(base_url=f"{self.address}/api/v1", headers={"Authorization": f"Bearer {token}"})


def _eventually(
    found: Callable[[], Any], said: Callable[[], str] = lambda: "", is_over: Callable[[], bool] = lambda: False
) -> Any:
    """What `found` gives, once it is something; asked again and again while other processes work."""
    until, waiting = time.monotonic() + PATIENCE_SECONDS, threading.Event()
    while time.monotonic() < until:
        ended = is_over()
        value = found()
        if value:
            return value
        if ended:
            raise AssertionError(f"The program ended before. It said:\n{said()}")
        waiting.wait(0.1)
    raise AssertionError(f"Nothing within {PATIENCE_SECONDS} seconds. The program said:\n{said()}")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Everything, started once for this module and stopped by Ctrl-C."""
    folder, port = tmp_path_factory.mktemp("run"), a_free_port(6)
    process, lines = _run(folder, port, a_free_port(6)), []

    def listen() -> None:
        assert process.stdout is not None
        for line in iter(process.stdout.readline, ""):
            lines.append(line.rstrip("\n"))

    listener = threading.Thread(target=listen)
    listener.start()
    made = Running(process, lines, folder, f"http://127.0.0.1:{port}")
    try:
        made.said("Ctrl-C stops everything.")
        yield made
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)
        listener.join(10)
        assert process.stdout is not None
        process.stdout.close()


def _sent(notices: list[dict[str, Any]]) -> dict[str, str] | None:
    """Where the deliveries of the newest notice stand, once the mail left and the gateway called back."""
    states = {one["channel"]: one["state"] for notice in notices[-1:] for one in notice["deliveries"]}
    return states if states == {"mail": "sent", "sms": "delivered"} else None


@pytest.mark.slow
def test_the_printed_line_of_curl_applies_and_the_citizen_gets_her_decision(running: Running) -> None:
    line = shlex.split(running.said("curl -sS"))
    url, body = line[2], json.loads(line[line.index("-d") + 1])
    token = line[line.index("-H") + 1]
    name, _, value = token.partition(": ")

    applied = httpx.post(url, json=body, headers={name: value})

    assert applied.status_code == 201, applied.text
    with running.as_("citizen") as citizen, running.as_("clerk-traffic-police") as clerk:
        path = f"/applications/{applied.json()['id']}"
        task = _eventually(lambda: clerk.get("/tasks").json()["items"])[0]
        assert clerk.post(f"/tasks/{task['id']}/claim").status_code == 200
        done = clerk.post(f"/tasks/{task['id']}/complete", json={"answers": GRANT})
        assert done.status_code == 200, done.text
        page = _eventually(lambda: next((one["next_url"] for one in citizen.get(path).json()["payments"]), None))
        assert "25.00 AZN" in httpx.get(page).text
        back = httpx.post(page, data={"action": "pay", "name": "Rəşad Əliyev"})
        assert httpx.get(back.headers["Location"]).status_code == 200
        decided = _eventually(lambda: (shown := citizen.get(path).json())["state"] == "decided" and shown)
        told = _eventually(lambda: _sent(citizen.get(f"{path}/notices").json()["items"]))
        inbox = citizen.get("/inbox").json()
    assert decided["decision"]["outcome"] == "granted"
    assert {one["provenance"] for one in decided["evidence"]} == {"register"}
    over_road = [one["proof"]["service"] for one in decided["evidence"] if one["proof"]]
    assert over_road == ["AZ/GOV/00000004/medical/certificates"]
    assert decided["payments"][0]["receipt"]["payer"] == "Rəşad Əliyev"
    assert told == {"mail": "sent", "sms": "delivered"}
    assert (inbox["unread"], inbox["items"][0]["kind"]) == (2, "decision-made")
    for said in ("Mail that was sent:", "SMS that were sent:"):
        assert decided["number"] in httpx.get(running.said(said).split()[-1]).text


@pytest.mark.slow
def test_a_program_on_this_machine_can_be_told_of_events(running: Running) -> None:
    with a_subscriber() as program, running.as_("operator") as operator:
        wish = {"name": "mine", "url": program.url, "types": ["*"]}
        subscribed = operator.post("/webhook-subscriptions", json=wish).json()
        operator.post(f"/webhook-subscriptions/{subscribed['id']}/test")

        came = _eventually(lambda: next(iter(program.came), None))
        operator.delete(f"/webhook-subscriptions/{subscribed['id']}")

    assert came.event["type"] == "onewindow.test"
    assert came.is_signed_with(subscribed["secret"])


def test_a_port_in_use_is_told_with_what_to_do(running: Running, tmp_path: Path) -> None:
    port = int(running.address.rpartition(":")[2])

    second = _run(tmp_path, port, a_free_port(6))
    told, _ = second.communicate(timeout=PATIENCE_SECONDS)

    assert second.returncode == 3
    assert f"Port {port}" in told
    assert "ONEWINDOW_PORT" in told


@pytest.mark.slow
def test_a_killed_parent_leaves_no_child_behind(tmp_path: Path) -> None:
    port, sandbox_port = a_free_port(6), a_free_port(6)
    process = _run(tmp_path, port, sandbox_port)
    assert process.stdout is not None
    for line in iter(process.stdout.readline, ""):
        if "Ctrl-C stops everything." in line:
            break

    process.kill()
    process.wait(10)

    process.stdout.close()
    _eventually(lambda: not _listens(port) and not _listens(sandbox_port))


@pytest.mark.slow
def test_ctrl_c_stops_everything_cleanly_and_a_second_start_keeps_what_was_done(tmp_path: Path) -> None:
    passwords = []
    for _ in range(2):
        process = _run(tmp_path, a_free_port(6), a_free_port(6))
        assert process.stdout is not None
        lines = []
        for line in iter(process.stdout.readline, ""):
            lines.append(line)
            if "Ctrl-C stops everything." in line:
                break
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, rest
        assert "Stopped." in rest
        assert "Traceback" not in rest
        passwords.append(next(line for line in lines if line.startswith("  citizen ")))

    assert passwords[0] == passwords[1]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
