"""Fault matrix, rows 3, 7 and 21, for notices: workers die in the call, two take one job, partners hang; told once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.casework.actor import SYSTEM
from engine.casework.case import Case
from engine.clock import SystemClock
from engine.runtime.apply import apply
from engine.runtime.deploy import deploy
from engine.store.queries.notices import inbox_page, notices_of_case
from tests.builders.a_mail_server import MailServerAt, a_mail_server
from tests.builders.a_notified_permit import a_notified_service, a_notifying_runtime
from tests.builders.a_runtime import Running
from tests.builders.an_actor import a_citizen
from tests.builders.an_sms_gateway import GatewayAt, an_sms_gateway
from tests.builders.waiting import until
from tests.faults import invariants

_ROOT = Path(__file__).parents[2]
APPLICANT = a_citizen()
StartWorker = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def server() -> Iterator[MailServerAt]:
    """The simulated mail server."""
    with a_mail_server() as listening:
        yield listening


@pytest.fixture
def gateway() -> Iterator[GatewayAt]:
    """The simulated SMS gateway."""
    with an_sms_gateway() as listening:
        yield listening


@pytest.fixture
def telling(database_url: str) -> Iterator[Running]:
    """The use cases on real time with a service that tells its applicants something."""
    made = a_notifying_runtime(database_url, {}, clock=SystemClock())
    deploy(made.runtime, a_notified_service(), by=SYSTEM)
    yield made
    invariants.hold(made)
    made.close()


@pytest.fixture
def start_teller(database_url: str, server: MailServerAt, gateway: GatewayAt) -> Iterator[StartWorker]:
    """Starts workers as processes of their own; those left over are killed."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str) -> subprocess.Popen[str]:
        program = [sys.executable, "-m", "tests.builders.a_notice_worker"]
        command = [*program, database_url, str(server.port), str(gateway.port), name, "1"]
        process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def states(running: Running, case: Case) -> dict[str, str]:
    with running.runtime.database.read() as connection:
        found = notices_of_case(connection, APPLICANT, case.id)
    return {str(one.channel): str(one.state) for notice in found for one in notice.deliveries}


def test_workers_killed_while_partners_take_a_notice_tell_it_once(
    telling: Running, server: MailServerAt, gateway: GatewayAt, start_teller: StartWorker
) -> None:
    server.set("hang")
    gateway.switch(mode="hang")
    case = apply(telling.runtime, "permit", {}, by=APPLICANT)
    first = start_teller("first")
    until(lambda: bool(server.mails()) and bool(gateway.messages()))
    first.send_signal(signal.SIGKILL)
    first.wait()
    server.set("ok")
    gateway.switch(mode="ok")

    start_teller("second")

    until(lambda: states(telling, case) == {"mail": "sent", "sms": "sent"})
    (mail,), (text,) = server.mails(), gateway.messages()
    assert mail.times >= 2
    assert text["times"] >= 2
    with telling.runtime.database.read() as connection:
        assert len(inbox_page(connection, APPLICANT).items) == 1


def test_two_workers_send_each_notice_once(
    telling: Running, server: MailServerAt, gateway: GatewayAt, start_teller: StartWorker
) -> None:
    for name in ("first", "second"):
        start_teller(name)

    cases = [apply(telling.runtime, "permit", {}, by=APPLICANT) for _ in range(10)]

    until(lambda: all(states(telling, case) == {"mail": "sent", "sms": "sent"} for case in cases))
    assert [mail.times for mail in server.mails()] == [1] * 10
    assert [text["times"] for text in gateway.messages()] == [1] * 10


def test_a_mail_server_that_hangs_holds_up_neither_process_nor_sms(
    telling: Running, server: MailServerAt, gateway: GatewayAt, start_teller: StartWorker
) -> None:
    server.set("hang")
    start_teller("only")

    cases = [apply(telling.runtime, "permit", {}, by=APPLICANT) for _ in range(2)]

    until(lambda: len(gateway.messages()) == 2)
    assert [states(telling, case)["mail"] for case in cases] == ["waiting", "waiting"]
    until(lambda: all([task.element_id for task in telling.tasks(case.instance_id)] == ["look"] for case in cases))
