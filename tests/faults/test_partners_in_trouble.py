"""Fault matrix, rows 21 and 26: a partner that hangs or fails is left alone, and nobody else waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from werkzeug.wrappers import Request, Response

from engine.casework.job import JobState
from engine.casework.partner import BreakerRules
from engine.connectors.exchange import AllowedHosts, Exchange, ExchangeLimits
from engine.connectors.http import HttpConnector
from engine.connectors.registry import Registry
from engine.jobs.breakers import Breakers
from engine.jobs.hands import Hands
from engine.jobs.worker import Pace, Worker
from engine.store.listening import listener
from engine.store.queries.partners import troubled_partners
from tests.builders.a_ledger import a_connector_to
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_partner import Partner, a_partner
from tests.builders.a_runtime import QUEUE, Running
from tests.builders.waiting import until


def calls(process: str, partner: Partner, retries: str = "5") -> Drawing:
    """Calls a partner, then waits for a person."""
    headers = {"method": "POST", "url": f"{partner.url}/orders", "retryBackoff": "PT0S"}
    return a_process(process).start().service_task("ask", "http", headers=headers, retries=retries).user_task(
        "read", queue=QUEUE
    ).end()  # fmt: skip


def replace_partner(running: Running, partner: Partner) -> Running:
    """The same office, whose operator listed another partner."""
    listed = Registry([a_connector_to(partner.url)])
    return replace(running, runtime=replace(running.runtime, job_types=listed.schemas))


@contextmanager
def working(running: Running, *partners: Partner, rules: BreakerRules | None = None, name: str = "w") -> Iterator[None]:
    """A worker in a thread of this process."""
    allowed = AllowedHosts(frozenset(partner.host for partner in partners))
    registry = Registry([HttpConnector(Exchange(allowed, ExchangeLimits(read_seconds=20)), {}.get, hosts=allowed)])
    runtime = replace(running.runtime)
    breakers = Breakers(runtime, rules or BreakerRules())
    hands = Hands(runtime=runtime, registry=registry, owner=name, breakers=breakers)
    worker = Worker(hands, Pace(patience=0.1), listener=listener(runtime.database.url))
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(10)


@contextmanager
def hanging(partner: Partner) -> Iterator[None]:
    """A partner that never answers, until the block ends."""
    forever = threading.Event()

    def hang(_request: Request) -> Response:
        forever.wait(30)
        return Response(b"{}", content_type="application/json")

    partner.does(hang)
    try:
        yield
    finally:
        forever.set()


def test_a_partner_that_hangs_delays_no_other(running: Running, partner: Partner) -> None:
    with a_partner() as sound, hanging(partner):
        running.deploy(calls("hung", partner))
        replace_partner(running, sound).deploy(calls("sound", sound))
        for _ in range(60):
            running.start("hung")
        with working(running, partner, sound):
            until(lambda: len(partner.received) == 8)  # its limit
            delays = []
            for _ in range(20):
                began = time.monotonic()
                instance = running.start("sound")
                until(lambda instance=instance: bool(running.tasks(instance)), 5)  # type: ignore[misc]
                delays.append(time.monotonic() - began)

    assert max(delays) < 1
    assert len(partner.received) == 8


def test_a_flood_of_one_procedure_delays_no_other_of_the_same_partner(running: Running, partner: Partner) -> None:
    def busy(_request: Request) -> Response:
        time.sleep(0.05)
        return Response(b"{}", content_type="application/json")

    partner.does(busy)
    running.deploy(calls("flood", partner), calls("calm", partner))
    for _ in range(300):
        running.start("flood")
    with working(running, partner):
        until(lambda: len(partner.received) > 10)
        began = time.monotonic()
        instance = running.start("calm")
        until(lambda: bool(running.tasks(instance)), 5)
        took = time.monotonic() - began
        assert running.count("job", "state = 'waiting'") > 0

    assert took < 1


def test_a_partner_that_keeps_failing_is_left_alone_and_tried_again_by_one_call(
    running: Running, partner: Partner
) -> None:
    # given a partner that fails, and many calls to it
    partner.answers(b"{}", status=503, Retry_After="1")
    running.deploy(calls("order", partner, retries="20"))
    for _ in range(40):
        running.start("order")
    rules = BreakerRules(failures=3, rest=timedelta(seconds=6))
    with working(running, partner, rules=rules), working(running, partner, rules=rules, name="other"):
        # when it has failed often enough, then it is left alone by all workers
        until(lambda: any(one.open_until for one in troubled(running)))
        time.sleep(0.5)
        seen = len(partner.received)
        time.sleep(0.5)
        assert len(partner.received) == seen < 40
        # and one call tries it; when that is answered, all go through
        partner.answers(b"{}")
        until(lambda: running.count("task", "element_id = 'read'") == 40, 30)

    assert troubled(running) == []
    assert running.count("job", "state <> 'done'") == 0
    acts = running.acts("partners")
    assert acts[0] == "partner.opened"
    assert acts[-1] == "partner.closed"


def test_jobs_of_a_partner_that_is_left_alone_lose_no_attempts(running: Running, partner: Partner) -> None:
    partner.answers(b"{}", status=500)
    running.deploy(calls("order", partner, retries="2"))
    for _ in range(30):
        running.start("order")
    with working(running, partner, rules=BreakerRules(failures=1, rest=timedelta(seconds=60))):
        until(lambda: any(one.open_until for one in troubled(running)))
        time.sleep(0.5)

    untouched = [job for instance in all_instances(running) for job in running.jobs(instance) if job.attempts == 0]
    assert len(untouched) >= 30 - 16
    assert {job.state for job in untouched} == {JobState.waiting}


def test_a_worker_that_has_nothing_to_do_uses_no_processor_and_is_there_at_once(
    running: Running, partner: Partner
) -> None:
    running.deploy(calls("order", partner))
    with working(running, partner):
        time.sleep(1.5)
        before = time.process_time()
        time.sleep(3)
        used = time.process_time() - before
        began = time.monotonic()
        instance = running.start("order")
        until(lambda: bool(running.tasks(instance)), 5)
        took = time.monotonic() - began

    assert used / 3 < 0.01
    assert took < 2, "it was told, and did not wait for its next look in ten seconds"


def troubled(running: Running) -> list:  # type: ignore[type-arg]
    """What is known of partners that failed."""
    with running.runtime.database.read() as connection:
        return troubled_partners(connection)


def all_instances(running: Running) -> list[str]:
    """Keys of all instances."""
    return [row["id"] for row in running.rows("SELECT id FROM instance")]
