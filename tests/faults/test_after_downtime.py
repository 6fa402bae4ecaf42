"""Fault matrix, rows 17, 18 and 26: timers and calls that were due while nobody was there; each is done once."""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import timedelta

import pytest

from engine.jobs.worker import Pace, Worker
from engine.store.listening import listener
from tests.builders.a_ledger import effects
from tests.builders.a_model import a_process
from tests.builders.a_partner import Partner
from tests.builders.a_runtime import QUEUE, Running, a_runtime
from tests.builders.threads import at_once
from tests.builders.waiting import until
from tests.faults import invariants
from tests.faults.conftest import StartWorker

MOST_SECONDS = 60
TIMERS = int(os.environ.get("ONEWINDOW_SOAK_TIMERS", "1000"))
"""`make soak` has ten thousand."""


@pytest.mark.slow
def test_timers_due_after_three_days_fire_once_each_and_new_work_is_not_starved(database_url: str) -> None:
    # given as many instances that wait for a timer, and three days in which nobody was there
    running = a_runtime(database_url)
    process = a_process("wait").start().catch("pause", duration="P1D").user_task("check", queue=QUEUE).end()
    fresh = a_process("fresh").start().service_task("ask").user_task("read", queue=QUEUE).end()
    running.deploy(process, fresh)
    at_once(4, lambda number: [running.start("wait") for _ in range(number, TIMERS, 4)])
    running.clock.advance(timedelta(days=3))
    worker = Worker(running.hands, Pace(), listener=listener(database_url))

    # when a worker is there again, and new work comes meanwhile
    began = time.monotonic()
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    waited = []
    while running.count("job", "state <> 'done' AND kind = 'timer'") > 0:
        came = time.monotonic()
        new = running.start("fresh")
        until(lambda new=new: bool(running.tasks(new)), 30)  # type: ignore[misc]
        waited.append(time.monotonic() - came)
        assert time.monotonic() - began < MOST_SECONDS
    took = time.monotonic() - began
    worker.stop()
    thread.join(10)

    # then each has fired once within a minute, and the new work did not wait for the old
    sys.stdout.write(f"{TIMERS} timers fired in {took:.1f} s, new work took {max(waited):.2f} s at most\n")
    assert max(waited) < 10
    assert running.count("task", "state = 'open' AND element_id = 'check'") == TIMERS
    assert running.count("activity", "element_id = 'pause' AND outcome = 'c'") == TIMERS
    assert running.count("job", "state <> 'done'") == 0
    invariants.hold(running)
    running.close()


def test_a_backlog_with_a_wide_fan_out_is_worked_off_oldest_first(
    running: Running, partner: Partner, start_worker: StartWorker
) -> None:
    # given an outage in which ten cases asked fifty times each
    partner.answers(b'{"number": 1}')
    asked = {"method": "POST", "url": f"{partner.url}/orders", "retryBackoff": "PT0S"}
    running.deploy(a_process("wide").start().service_task("ask", "http", headers=asked, times=50).end())
    cases = [running.start("wide") for _ in range(10)]
    assert running.count("job", "state = 'waiting'") == 500

    # when a worker is there again
    start_worker("back")

    # then the oldest cases end first, and each was asked for once
    until(lambda: running.count("instance", "state = 'completed'") == 10, 60)
    ended = [row["id"] for row in running.rows("SELECT id FROM instance ORDER BY ended_at, id")]
    assert set(ended[:3]) <= set(cases[:6])
    assert set(effects(partner).values()) == {1}
    assert len(effects(partner)) == 500


@pytest.mark.parametrize(
    ("duration", "fires_at_once"), [("PT0S", True), ("P0D", True), ('=duration("P9000Y")', False)], ids=str
)
def test_a_timer_at_the_edge_fires_at_once_or_not_at_all(database_url: str, duration: str, fires_at_once: bool) -> None:
    running: Running = a_runtime(database_url)
    running.deploy(a_process("wait").start().catch("pause", duration=duration).user_task("t", queue=QUEUE).end())
    instance = running.start("wait")
    running.work_off()
    if fires_at_once:
        assert [task.element_id for task in running.tasks(instance)] == ["t"]
    else:
        assert [incident["code"] for incident in running.incidents(instance)] == ["bad-timer"]
    invariants.hold(running)
    running.close()
