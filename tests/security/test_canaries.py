"""Planted personal data go through a whole driving licence, and are in no log, figure, trace or answer to a fault.

Everything is started as an operator starts it, at the most talkative: `onewindow run` with logs of level debug and
a collector of traces. The citizen is the sandbox's, with what its registers hold of her; phone, mail and free text
are planted by the test. Look-ups, claim, decision, payment, document and notices, a register in trouble, and bad input.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.builders.a_collector import a_collector
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.free_ports import a_free_port

TOP = Path(__file__).parents[2]
PATIENCE_SECONDS = 120.0
PIN = "5FQ2K7M"
MAIL = "kanareyka.7xq2m9k@example.az"
MOBILE = "+994509876543"
FREE_TEXT = "Kanareyka-7XQ2M9K lives behind the old mill"
PASSWORD = "kanareyka-password-7XQ2M9K"
REGISTERED = ("AA100201", "TA-55012", "Şərifzadə", "1985-04-12")
"""What the registers tell of her: licence, certificate, street, day of birth."""
CANARIES = (PIN, MAIL, "994509876543", "Kanareyka-7XQ2M9K", "kanareyka", "Rəşad", "Əliyev", *REGISTERED)
ENDED = "Ctrl-C stops everything."


def spelled(canary: str) -> set[str]:
    """A canary as it is, and as JSON and addresses may spell it."""
    return {canary, json.dumps(canary)[1:-1], canary.encode().hex(), str(httpx.QueryParams({"x": canary}))[2:]}


def found_in(text: str) -> list[str]:
    """Which canaries a text holds."""
    return [canary for canary in CANARIES for one in spelled(canary) if one in text]


@dataclass(slots=True)
class Journey:
    """What was said while a case went its way."""

    lines: list[str] = field(default_factory=list)
    figures: str = ""
    spans: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    """Answers to faults, by what was asked."""
    outcome: str = ""
    database: bytes = b""
    """All files of the database, when everything has stopped."""


def eventually(found: Callable[[], Any]) -> Any:
    """What `found` gives, once it is something."""
    until, waiting = time.monotonic() + PATIENCE_SECONDS, threading.Event()
    while time.monotonic() < until:
        if value := found():
            return value
        waiting.wait(0.1)
    raise AssertionError(f"Nothing within {PATIENCE_SECONDS} seconds.")


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory, pdf_libraries: None) -> Journey:
    """Start everything, go the whole way, stop everything; what was said is kept."""
    folder, port, sandbox_port = tmp_path_factory.mktemp("canaries"), a_free_port(), a_free_port(6)
    made = Journey()
    with a_collector() as collector:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ONEWINDOW_")},
            "PYTHONPATH": str(TOP),
            "PYTHONUNBUFFERED": "1",
            "ONEWINDOW_PORT": str(port),
            "ONEWINDOW_DATABASE_URL": f"sqlite:///{folder / 'onewindow.db'}",
            **MASTER_KEY_SET,
            "ONEWINDOW_PROCEDURES": str(TOP / "processes"),
            "ONEWINDOW_LOG_LEVEL": "debug",
            "ONEWINDOW_LOG_FORMAT": "json",
            "ONEWINDOW_TRACES_URL": collector.url,
        }
        command = [sys.executable, "-m", "onewindow", "run", "--sandbox-port", str(sandbox_port)]
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        listener = threading.Thread(target=_listen, args=(process, made.lines))
        listener.start()
        try:
            eventually(lambda: any(ENDED in line for line in made.lines) or process.poll() is not None)
            _go(made, folder, f"http://127.0.0.1:{port}", sandbox_port)
            eventually(lambda: len(collector.spans()) > 20)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(60)
            listener.join(10)
            assert process.stdout is not None
            process.stdout.close()
        made.database = b"".join(path.read_bytes() for path in sorted(folder.glob("onewindow.db*")))
        made.spans = repr(collector.spans()) + repr([one.body for one in collector.partner.received])
    return made


def _listen(process: subprocess.Popen[str], lines: list[str]) -> None:
    assert process.stdout is not None
    for line in iter(process.stdout.readline, ""):
        lines.append(line.rstrip("\n"))


def _go(made: Journey, folder: Path, address: str, sandbox_port: int) -> None:
    printed = shlex.split(next(line for line in made.lines if "curl -sS" in line))
    body = json.loads(printed[printed.index("-d") + 1])
    body["answers"] |= {"delivery": "post", "delivery_address": FREE_TEXT, "phone": MOBILE}
    accounts = {one["sign_in_name"]: one["token"] for one in json.loads((folder / "demo-accounts.json").read_text())}
    api = f"{address}/api/v1"

    def client(who: str) -> httpx.Client:
        return httpx.Client(base_url=api, headers={"Authorization": f"Bearer {accounts[who]}"}, timeout=30)

    with client("citizen") as citizen, client("clerk-traffic-police") as clerk:
        assert citizen.put("/me/contact", json={"mail": MAIL, "mobile": MOBILE}).status_code == 200
        # a register in trouble: it answers nonsense, then fails, then is well
        trouble = {"register": "medical", "mode": "fail", "count": 1}
        httpx.post(f"http://127.0.0.1:{sandbox_port}/_control", json=trouble, headers={"X-Api-Key": "sandbox-demo-key"})
        _bad_input(made, citizen, api, body)
        applied = citizen.post("/applications", json=body)
        assert applied.status_code == 201, applied.text
        path = f"/applications/{applied.json()['id']}"
        task = eventually(lambda: clerk.get("/tasks").json()["items"])[0]
        assert clerk.post(f"/tasks/{task['id']}/claim").status_code == 200
        refused = clerk.post(f"/tasks/{task['id']}/complete", json={"answers": {"verdict": FREE_TEXT}})
        made.problems["complete with a verdict that is none"] = refused.text
        done = clerk.post(f"/tasks/{task['id']}/complete", json={"answers": {"verdict": "granted"}})
        assert done.status_code == 200, done.text
        page = eventually(lambda: next((one["next_url"] for one in citizen.get(path).json()["payments"]), None))
        paid = httpx.post(page, data={"action": "pay", "name": "Rəşad Əliyev"})
        assert httpx.get(paid.headers["Location"]).status_code == 200
        decided = eventually(lambda: (shown := citizen.get(path).json())["state"] == "decided" and shown)
        made.outcome = decided["decision"]["outcome"]
        eventually(lambda: citizen.get(f"{path}/notices").json()["items"])
        made.figures = httpx.get(f"{address}/metrics").text


def _bad_input(made: Journey, citizen: httpx.Client, api: str, body: dict[str, Any]) -> None:
    answers = body["answers"]
    tries: dict[str, Callable[[], httpx.Response]] = {
        "a wrong licence number": lambda: citizen.post(
            "/applications", json={**body, "answers": {**answers, "licence_number": FREE_TEXT[:20]}}
        ),
        "a field that there is not": lambda: citizen.post(
            "/applications", json={**body, "answers": {**answers, "diagnosis": FREE_TEXT}}
        ),
        "a service that there is not": lambda: citizen.post("/applications", json={**body, "service": "no-service"}),
        "a body cut off": lambda: citizen.post(
            "/applications", content=json.dumps(body)[:-1], headers={"Content-Type": "application/json"}
        ),
        "an address with a PIN": lambda: citizen.get(f"/applications/{PIN}"),
        "a query with a name": lambda: citizen.get("/applications", params={"cursor": FREE_TEXT}),
        "a wrong mail address": lambda: citizen.put("/me/contact", json={"mail": f"{MAIL} no", "mobile": MOBILE}),
        "a wrong password": lambda: httpx.post(f"{api}/session", json={"name": MAIL, "password": PASSWORD}),
        "a wrong token": lambda: httpx.get(f"{api}/me", headers={"Authorization": f"Bearer {FREE_TEXT}"}),
        "a request id": lambda: httpx.get(f"{api}/me", headers={"X-Request-Id": FREE_TEXT}),
    }
    for name, one in tries.items():
        answer = one()
        assert 400 <= answer.status_code < 500, (name, answer.status_code, answer.text)
        made.problems[name] = answer.text


@pytest.mark.slow
def test_the_journey_went_its_whole_way(journey: Journey) -> None:
    assert journey.outcome == "granted"
    assert sum(line.startswith("{") for line in journey.lines) > 50
    assert "onewindow_request_seconds" in journey.figures


@pytest.mark.slow
def test_no_canary_is_in_the_logs_of_web_and_worker(journey: Journey) -> None:
    # before that line stands what `run` shows the one who starts it: accounts and a line to try
    begun = next(number for number, line in enumerate(journey.lines) if ENDED in line)
    leaking = [line for line in journey.lines[begun + 1 :] if found_in(line)]

    assert leaking == []


@pytest.mark.slow
def test_no_canary_is_in_figures_or_traces(journey: Journey) -> None:
    assert found_in(journey.figures) == []
    assert found_in(journey.spans) == []


@pytest.mark.slow
def test_no_canary_is_in_the_files_of_the_database(journey: Journey) -> None:
    assert b"traffic-police" in journey.database
    assert [canary for canary in CANARIES if any(one.encode() in journey.database for one in spelled(canary))] == []


@pytest.mark.slow
def test_no_canary_is_in_an_answer_to_a_fault(journey: Journey) -> None:
    assert {name: said for name, said in journey.problems.items() if found_in(said)} == {}
