"""Fault matrix, rows 3, 7, 8 and 33, for events: killed messengers lose none, several keep the order."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.clock import SystemClock
from engine.runtime.make_events import make_events
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE, Running, a_runtime
from tests.builders.a_subscriber import a_messenger, a_subscriber, subscribe_to
from tests.builders.databases import ON_POSTGRESQL
from tests.builders.threads import at_once
from tests.builders.waiting import until
from tests.faults import invariants

_ROOT = Path(__file__).parents[2]
LEASE_SECONDS = 0.6
KILLS = 20
StartMessenger = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def telling(database_url: str) -> Iterator[Running]:
    """The use cases on real time, with a process to tell of."""
    made = a_runtime(database_url)
    made.runtime = replace(made.runtime, clock=SystemClock())
    made.deploy(a_process("permit").start().user_task("check", queue=QUEUE).user_task("decide", queue=QUEUE).end())
    yield made
    invariants.hold(made)
    made.close()


@pytest.fixture
def start_messenger(database_url: str) -> Iterator[StartMessenger]:
    """Starts messengers as processes of their own; those left over are killed."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str) -> subprocess.Popen[str]:
        command = [
            sys.executable, "-m", "tests.builders.a_messenger_process", database_url, name, str(LEASE_SECONDS),
        ]  # fmt: skip
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


def a_case_after_the_other(running: Running, number: int) -> None:
    for _ in range(number):
        permit = running.start("permit")
        running.complete(permit, "check")
        running.complete(permit, "decide")


def rounds(running: Running) -> None:
    for _ in range(60):
        make_events(running.runtime, 7)


def ids_in_order(running: Running) -> list[str]:
    return [row["id"] for row in running.rows("SELECT id FROM event ORDER BY position")]


def told(running: Running, count: int) -> Callable[[], bool]:
    return lambda: running.count("webhook_delivery", "state = 'delivered'") == count


def first_times(events: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(event["id"] for event in events))


def test_killed_messengers_lose_no_event_and_keep_the_order(telling: Running, start_messenger: StartMessenger) -> None:
    with a_subscriber(slow_seconds=0.004) as it:
        subscribe_to(telling.runtime, it.url)
        a_case_after_the_other(telling, 40)
        count = 40 * 6
        kills = 0
        for number in itertools.count():
            process = start_messenger(f"messenger-{number}")
            before = len(it.came)
            until(lambda seen=before: len(it.came) > seen + 3 or told(telling, count)(), 30)
            if kills == KILLS or told(telling, count)():
                break
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        until(told(telling, count), 60)

    doubled = len(it.taken) - count
    sys.stdout.write(f"kills {kills}, events {count}, told {len(it.taken)}, told twice {doubled}\n")
    assert first_times(it.taken) == ids_in_order(telling)
    assert len(ids_in_order(telling)) == count
    assert 0 <= doubled <= kills
    assert it.most_at_once <= 2, "one messenger, and the last words of one that was killed"


@ON_POSTGRESQL
def test_several_messengers_tell_each_subscriber_in_order_and_nothing_twice(
    telling: Running, start_messenger: StartMessenger
) -> None:
    with a_subscriber(slow_seconds=0.002) as first, a_subscriber() as second:
        subscribe_to(telling.runtime, first.url)
        subscribe_to(telling.runtime, second.url)
        for name in ("one", "two", "three"):
            start_messenger(name)

        at_once(4, lambda _: a_case_after_the_other(telling, 10))
        until(told(telling, 2 * 4 * 10 * 6), 60)

    order = ids_in_order(telling)
    assert [event["id"] for event in first.taken] == order
    assert [event["id"] for event in second.taken] == order
    assert (first.most_at_once, second.most_at_once) == (1, 1)
    by_case: dict[str, list[str]] = {}
    for event in first.taken:
        by_case.setdefault(event["data"]["instance_id"], []).append(event["type"].removeprefix("onewindow."))
    assert {tuple(types) for types in by_case.values()} == {
        ("instance.started", "task.created", "task.completed", "task.created", "task.completed", "instance.completed")
    }


def test_an_entry_that_commits_after_a_later_one_is_told_all_the_same(telling: Running) -> None:
    with a_subscriber() as it:
        subscribe_to(telling.runtime, it.url)
        at_once(4, lambda one: a_case_after_the_other(telling, 5) if one else rounds(telling))
        a_messenger(telling.runtime).tell_what_is_due()

    assert len(it.taken) == 3 * 5 * 6
    assert telling.count("outbox") == 0


def test_a_subscriber_that_hangs_keeps_no_other_one_waiting(telling: Running) -> None:
    with a_subscriber(slow_seconds=3) as slow, a_subscriber() as quick:
        subscribe_to(telling.runtime, slow.url)
        subscribe_to(telling.runtime, quick.url)
        messenger = a_messenger(telling.runtime, idle=0.02, patience=5)
        started = time.monotonic()

        def act(one: int) -> None:
            if one == 0:
                messenger.run()
                return
            telling.start("permit")
            until(lambda: len(quick.taken) == 2, 10)
            messenger.stop()

        at_once(2, act)

    assert time.monotonic() - started < 8
    assert len(slow.came) == 1


def test_a_messenger_that_is_told_to_stop_ends_its_call_and_leaves_the_rest(
    telling: Running, start_messenger: StartMessenger
) -> None:
    with a_subscriber(slow_seconds=0.3) as it:
        subscribe_to(telling.runtime, it.url)
        telling.start("permit")
        process = start_messenger("one")
        until(lambda: it.at_once == 1)

        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=10)

    states = [row["state"] for row in telling.rows("SELECT state FROM webhook_delivery ORDER BY position")]
    assert (code, states) == (0, ["delivered", "waiting"])
