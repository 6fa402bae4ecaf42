"""Fault matrix, rows 21 and 26, over X-Road: one service in trouble leaves the others alone, nothing is doubled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.casework.partner import BreakerRules
from engine.clock import SystemClock
from engine.connectors.exchange import AllowedHosts, Exchange, ExchangeLimits
from engine.connectors.xroad import XroadConnector
from engine.jobs.breakers import Breakers
from engine.jobs.hands import Hands
from engine.jobs.worker import Pace, Worker
from engine.store.queries.partners import troubled_partners
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_road import LICENCES, PERSONS, Road, a_road
from tests.builders.a_runtime import QUEUE, Running, a_runtime
from tests.builders.waiting import until
from tests.faults import invariants

LICENCE = '={pin: "5FQ2K7M", categories: ["B"], issued_on: "2026-11-02", valid_until: "2036-11-02", kind: "renewal"}'


@pytest.fixture
def road() -> Iterator[Road]:
    """The security server and the registers behind it."""
    with a_road() as listening:
        yield listening


@pytest.fixture
def running(database_url: str, road: Road) -> Iterator[Running]:
    """The use cases on real time; half a second for an answer."""
    exchange = Exchange(AllowedHosts(frozenset({road.host})), ExchangeLimits(read_seconds=0.5))
    made = a_runtime(database_url, connectors=[XroadConnector([road.server()], exchange)])
    made.runtime = replace(made.runtime, clock=SystemClock())
    yield made
    invariants.hold(made)
    made.close()
    exchange.close()


@contextmanager
def working(running: Running, rules: BreakerRules) -> Iterator[None]:
    """A worker in a thread of this process."""
    breakers = Breakers(running.runtime, rules)
    hands = Hands(runtime=running.runtime, registry=running.hands.registry, owner="w", breakers=breakers)
    worker = Worker(hands, Pace(patience=0.1))
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(10)


def asks(process: str) -> Drawing:
    """Looks a person up, then waits for a clerk."""
    headers = {"service": str(PERSONS), "method": "GET", "path": "/persons/{pin}", "retryBackoff": "PT0S"}
    drawing = a_process(process).start()
    drawing.service_task("look-up", "xroad", headers=headers, inputs={"pin": '="5FQ2K7M"'}, retries="20")
    return drawing.user_task("read", queue=QUEUE).end()


def enters(process: str) -> Drawing:
    """Registers a licence, then waits for a clerk."""
    headers = {"service": str(LICENCES), "method": "POST", "path": "/licences", "bodyVariable": "licence"}
    drawing = a_process(process).start()
    drawing.service_task(
        "entry", "xroad", headers={**headers, "retryBackoff": "PT0S"}, inputs={"licence": LICENCE}, retries="20"
    )
    return drawing.user_task("read", queue=QUEUE).end()


def test_a_service_that_keeps_failing_is_left_alone_and_the_others_are_called(running: Running, road: Road) -> None:
    # given one service that X-Road cannot reach
    road.tell("fail", service=str(PERSONS), error="Server.ServerProxy.NetworkError", count=None)
    running.deploy(asks("ask"), enters("enter"))
    for _ in range(10):
        running.start("ask")
    rules = BreakerRules(failures=3, rest=timedelta(seconds=3))
    with working(running, rules):
        # when it has failed often enough, then its circuit is open, and only its own
        until(lambda: any(one.open_until for one in troubled(running)))
        assert [one.name for one in troubled(running)] == [f"xroad {PERSONS}"]
        # and another service of the same security server is called as ever
        instance = running.start("enter")
        until(lambda: bool(running.tasks(instance)), 5)
        # and when it is reached again, then nothing is lost
        road.tell("ok", service=str(PERSONS), count=None)
        until(lambda: running.count("task", "element_id = 'read'") == 11, 30)

    assert running.count("job", "state <> 'done'") == 0
    assert len(road.effects()) == 1


@pytest.mark.parametrize("mode", ["hang", "fail"])
def test_what_the_security_server_does_not_answer_is_sent_again_and_done_once(
    running: Running, road: Road, mode: str
) -> None:
    road.tell(mode, service=str(LICENCES), count=2)
    running.deploy(enters("enter"))
    for _ in range(4):
        running.start("enter")
    with working(running, BreakerRules(failures=50)):
        until(lambda: running.count("task", "element_id = 'read'") == 4, 30)

    messages = [one for one in road.messages() if one["service"] == str(LICENCES)]
    assert len(messages) == 6
    assert len({one["id"] for one in messages}) == 6
    assert len({one["idempotency_key"] for one in messages}) == 4
    assert len(road.effects()) == 4


def troubled(running: Running) -> list:  # type: ignore[type-arg]
    with running.runtime.database.read() as connection:
        return list(troubled_partners(connection))
