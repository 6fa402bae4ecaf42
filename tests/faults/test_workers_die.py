"""Fault matrix, rows 3, 7, 8, 21, 22, 33, 34: workers killed, frozen, stopped; the partner's ledger is the judge."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

from werkzeug.wrappers import Request, Response

from engine.casework.job import JobState
from engine.errors import Unavailable
from tests.builders.a_ledger import an_order, effects
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.a_model import a_process
from tests.builders.a_partner import Partner
from tests.builders.a_runtime import QUEUE, Running
from tests.builders.waiting import until
from tests.faults.conftest import StartWorker


def are_read(running: Running, instances: list[str]) -> bool:
    """Whether all instances have their answer and wait for a person."""
    return all([task.element_id for task in running.tasks(instance)] == ["read"] for instance in instances)


def freeze(worker: subprocess.Popen[bytes], running: Running) -> None:
    """Stop a worker where it holds no lock of the database: frozen within a write, it would stop all others."""
    for _ in range(10):
        worker.send_signal(signal.SIGSTOP)
        try:
            with running.runtime.database.work():
                return
        except Unavailable:
            worker.send_signal(signal.SIGCONT)
            with running.runtime.database.work():
                pass  # its write is over: only now may it be stopped anew
    raise AssertionError("the worker was in the middle of a write each time")


def an_installed_worker(database_url: str, partner: Partner, **settings: str) -> subprocess.Popen[bytes]:
    """`onewindow worker`, as operators start it."""
    environment = {
        "PATH": os.environ["PATH"],
        "ONEWINDOW_DATABASE_URL": database_url,
        **MASTER_KEY_SET,
        "ONEWINDOW_HTTP_HOSTS": partner.host,
        **settings,
    }
    return subprocess.Popen([sys.executable, "-m", "onewindow", "worker"], env=environment, stderr=subprocess.DEVNULL)


def test_two_workers_do_each_job_once(running: Running, partner: Partner, start_worker: StartWorker) -> None:
    running.deploy(an_order(partner))
    instances = [running.start("order") for _ in range(60)]
    start_worker("a")
    start_worker("b")
    until(lambda: running.count("task", "element_id = 'read'") == 60, 40)
    assert set(effects(partner).values()) == {1}
    assert len(effects(partner)) == len(instances)


def test_a_worker_killed_in_the_middle_of_a_call_is_replaced_under_the_same_key(
    running: Running, partner: Partner, start_worker: StartWorker
) -> None:
    # given a partner at which the first call never ends
    arrived, forever = threading.Event(), threading.Event()

    def hang(_request: Request) -> Response:
        arrived.set()
        forever.wait(30)
        return Response(b"{}")

    partner.does(hang).answers(b'{"number": 7}')
    running.deploy(an_order(partner))
    instance = running.start("order")
    # when the worker that makes it is killed
    first = start_worker("first")
    assert arrived.wait(20)
    first.send_signal(signal.SIGKILL)
    first.wait()
    start_worker("second")
    # then another makes the call again, once, and the partner can see that it is the same
    until(lambda: are_read(running, [instance]))
    forever.set()
    assert list(effects(partner).values()) == [2]
    assert running.variables(instance)["order"] == {"number": 7}
    (job,) = running.jobs(instance)
    assert (job.state, job.attempts) == (JobState.done, 2)


def test_a_worker_frozen_past_its_lease_comes_too_late(
    running: Running, partner: Partner, start_worker: StartWorker
) -> None:
    # given a worker that is frozen while the partner works on its call
    arrived, go_on = threading.Event(), threading.Event()

    def slow(_request: Request) -> Response:
        arrived.set()
        go_on.wait(30)
        return Response(b'{"number": 1}', content_type="application/json")

    partner.does(slow).answers(b'{"number": 2}')
    running.deploy(an_order(partner))
    instance = running.start("order")
    frozen = start_worker("frozen")
    assert arrived.wait(20)
    freeze(frozen, running)
    # when another takes the job over, and the first wakes up with its answer
    start_worker("awake")
    until(lambda: are_read(running, [instance]))
    go_on.set()
    frozen.send_signal(signal.SIGCONT)
    frozen.send_signal(signal.SIGTERM)
    frozen.wait(20)
    # then its answer is not used
    assert running.variables(instance)["order"] == {"number": 2}
    assert running.history(instance).count("ask:c") == 1


def test_a_job_that_kills_every_worker_becomes_an_incident_and_others_go_on(
    running: Running, partner: Partner, start_worker: StartWorker
) -> None:
    arrived = threading.Semaphore(0)
    forever = threading.Event()

    def deadly(_request: Request) -> Response:
        arrived.release()
        forever.wait(30)
        return Response(b"{}")

    partner.does(deadly)
    running.deploy(an_order(partner, retries="2"))
    poisoned = running.start("order")
    for attempt in range(2):
        worker = start_worker(f"dies-{attempt}")
        assert arrived.acquire(timeout=20)
        worker.kill()
        worker.wait()
    partner.answers(b'{"number": 1}')
    healthy = running.start("order")
    start_worker("lives")
    until(lambda: are_read(running, [healthy]) and bool(running.incidents(poisoned)))
    forever.set()
    assert [incident["code"] for incident in running.incidents(poisoned)] == ["job-kills-workers"]


def test_a_job_that_wants_all_memory_becomes_an_incident_and_delays_nobody(
    running: Running, partner: Partner, start_worker: StartWorker
) -> None:
    partner.answers(b'{"number": 1}')
    eats = a_process("eats").start().service_task("eat", "eater", retries="2", headers={"retryBackoff": "PT0S"}).end()
    running.deploy(an_order(partner), eats)
    start_worker("lives")
    hungry, delays = running.start("eats"), []

    for _ in range(5):
        began = time.monotonic()
        healthy = running.start("order")
        until(lambda healthy=healthy: are_read(running, [healthy]))  # type: ignore[misc]
        delays.append(time.monotonic() - began)

    until(lambda: bool(running.incidents(hungry)))
    assert [job.attempts for job in running.jobs(hungry)] == [2]
    assert sorted(delays)[-2] < 1, "one may have met the worker's start"


def test_a_worker_that_is_stopped_ends_what_it_does_and_leaves_the_rest(
    running: Running, partner: Partner, start_worker: StartWorker
) -> None:
    def busy(_request: Request) -> Response:
        time.sleep(0.2)
        return Response(b'{"number": 1}', content_type="application/json")

    partner.does(busy)
    running.deploy(an_order(partner))
    for _ in range(30):
        running.start("order")
    worker = start_worker("stops")
    until(lambda: len(partner.received) >= 6)
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert time.monotonic() - began < 10
    assert running.count("job", "state = 'running'") == 0
    assert running.count("job", "state = 'done'") == len(partner.received)
    start_worker("goes-on")
    until(lambda: running.count("task", "element_id = 'read'") == 30)
    assert set(effects(partner).values()) == {1}


LEASE = {} if "ONEWINDOW_SOAK_KILLS" in os.environ else {"ONEWINDOW_LEASE_SECONDS": "5"}
TAKES_OVER_IN = 30 if LEASE else 65
"""Seconds. The soak waits for the lease that workers have by default."""


def test_a_dead_workers_jobs_run_again_within_65_seconds(running: Running, database_url: str, partner: Partner) -> None:
    # given the product's own workers, one of which is killed in a call
    arrived, forever = threading.Event(), threading.Event()

    def hang(_request: Request) -> Response:
        arrived.set()
        forever.wait(90)
        return Response(b"{}")

    partner.does(hang).answers(b'{"number": 2}')
    running.deploy(an_order(partner))
    instance = running.start("order")
    first = an_installed_worker(database_url, partner, **LEASE)
    assert arrived.wait(30)
    second = an_installed_worker(database_url, partner, **LEASE)
    try:
        first.kill()
        killed = time.monotonic()
        # when its lease runs out
        until(lambda: are_read(running, [instance]), TAKES_OVER_IN + 5)
        took = time.monotonic() - killed
    finally:
        forever.set()
        for worker in (first, second):
            worker.kill()
            worker.wait()
    # then the other has made the call again, under the same key
    sys.stdout.write(f"run again {took:.1f} s after the worker was killed\n")
    assert took <= TAKES_OVER_IN
    assert list(effects(partner).values()) == [2]


def test_a_worker_whose_partner_hangs_stops_in_its_time_and_another_takes_over_at_once(
    running: Running, database_url: str, partner: Partner, start_worker: StartWorker
) -> None:
    # given the product's own worker, with a lease much longer than this test, in a call that never ends
    arrived, forever = threading.Event(), threading.Event()

    def hang(_request: Request) -> Response:
        arrived.set()
        forever.wait(60)
        return Response(b'{"number": 1}', content_type="application/json")

    partner.does(hang).answers(b'{"number": 2}')
    running.deploy(an_order(partner))
    instance = running.start("order")
    worker = an_installed_worker(database_url, partner, ONEWINDOW_STOP_SECONDS="1")
    assert arrived.wait(30)
    # when it is told to stop
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    # then it has gone in its time, and nobody waits for its lease
    assert time.monotonic() - began < 5
    start_worker("second")
    until(lambda: are_read(running, [instance]), 10)
    forever.set()
    assert list(effects(partner).values()) == [2]
    assert running.variables(instance)["order"] == {"number": 2}
    assert [(job.state, job.attempts) for job in running.jobs(instance)] == [(JobState.done, 1)]


def test_a_partner_in_trouble_does_not_keep_timers_waiting(
    running: Running, partner: Partner, start_worker: StartWorker
) -> None:
    forever = threading.Event()

    def hang(_request: Request) -> Response:
        forever.wait(30)
        return Response(b"{}")

    partner.does(hang)
    pause = a_process("p").start().catch("c", duration="PT0S").user_task("t", queue=QUEUE).end()
    running.deploy(an_order(partner), pause)
    for _ in range(10):
        running.start("order")
    start_worker("busy")
    until(lambda: len(partner.received) >= 2)
    began = time.monotonic()
    instance = running.start("p")
    until(lambda: bool(running.tasks(instance)), 5)
    assert time.monotonic() - began < 3
    forever.set()
