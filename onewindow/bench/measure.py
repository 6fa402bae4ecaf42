"""What is measured, and how: each figure is the median (or 99th percentile) of requests sent one after another.

A warm-up goes before each series. With eight clients each has a connection and a thread of its own; the figure is then
finished instances by the wall clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from onewindow.bench.client import Client

API = "/api/v1"
PERMIT_ANSWERS: dict[str, Any] = {"complete": True}
APPLICATION: dict[str, Any] = {"area": 120, "applicant": "A. Mammadov", "street": "Nizami 5"}


@dataclass(slots=True)
class Series:
    """Seconds of many like requests."""

    seconds: list[float] = field(default_factory=list)

    @property
    def p50_ms(self) -> float:
        """The median in milliseconds."""
        return median(self.seconds) * 1000

    @property
    def p99_ms(self) -> float:
        """The 99th percentile in milliseconds."""
        return quantiles(self.seconds, n=100)[98] * 1000


@dataclass(slots=True)
class PermitRun:
    """What running whole permits with some clients gave."""

    starts: Series = field(default_factory=Series)
    completions: Series = field(default_factory=Series)
    wholes: Series = field(default_factory=Series)
    per_second: float = 0.0


def start(client: Client, process_id: str) -> tuple[str, list[str], float]:
    """Start an instance: its id, the ids of its open tasks, and the seconds the start took."""
    answer = client.post(f"{API}/instances", {"process_id": process_id, "variables": APPLICATION})
    return answer.body["id"], [task["id"] for task in answer.body["open_tasks"]], answer.seconds


def complete(client: Client, task_id: str, answers: dict[str, Any]) -> tuple[list[str], float]:
    """Complete a task: the ids of the tasks that are open then, and the seconds it took."""
    answer = client.post(f"{API}/tasks/{task_id}/complete", {"answers": answers})
    return [task["id"] for task in answer.body["open_tasks"]], answer.seconds


def one_permit(client: Client, into: PermitRun) -> None:
    """Run one *permit* from start to end."""
    began = time.perf_counter()
    _, tasks, seconds = start(client, "bench-permit")
    into.starts.seconds.append(seconds)
    while tasks:
        tasks, seconds = complete(client, tasks[0], PERMIT_ANSWERS)
        into.completions.seconds.append(seconds)
    into.wholes.seconds.append(time.perf_counter() - began)


def permits(connect: Callable[[], Client], clients: int, each: int) -> PermitRun:
    """Run `each` permits on every one of `clients` connections at once."""

    def work(_: int) -> PermitRun:
        client, run = connect(), PermitRun()
        for _round in range(each):
            one_permit(client, run)
        client.close()
        return run

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        runs = list(pool.map(work, range(clients)))
    elapsed = time.perf_counter() - began
    total = PermitRun(per_second=clients * each / elapsed)
    for run in runs:
        total.starts.seconds += run.starts.seconds
        total.completions.seconds += run.completions.seconds
        total.wholes.seconds += run.wholes.seconds
    return total


def automatic(client: Client, count: int) -> Series:
    """Starts of *auto*: ten scripts run within the request."""
    return Series([start(client, "bench-auto")[2] for _ in range(count)])


def parallel(client: Client, count: int) -> Series:
    """Whole instances of *parallel*."""
    series = Series()
    for _ in range(count):
        began = time.perf_counter()
        _, tasks, _ = start(client, "bench-parallel")
        for task in tasks:
            complete(client, task, {})
        series.seconds.append(time.perf_counter() - began)
    return series


class Loop:
    """One instance of *loop*, gone through round by round."""

    def __init__(self, client: Client) -> None:
        self._client = client
        _, self._tasks, _ = start(client, "bench-loop")

    def round(self) -> float:
        """Seconds of the next round."""
        self._tasks, seconds = complete(self._client, self._tasks[0], {"enough": False})
        return seconds


def loops(client: Client, *, young: int = 10, old: int = 1_000, around: int = 5) -> tuple[Series, Series]:
    """Rounds around the number `young` of one instance, and around `old` of another.

    They are taken in turns, so that both suffer alike from what else the machine does meanwhile.
    """
    first, second = Loop(client), Loop(client)
    for _ in range(young - around - 1):
        first.round()
    for _ in range(old - around - 1):
        second.round()
    early, late = Series(), Series()
    for _ in range(2 * around + 1):
        early.seconds.append(first.round())
        late.seconds.append(second.round())
    return early, late


def queue_pages(client: Client, count: int) -> Series:
    """First pages of the caller's own queue."""
    return Series([client.get(f"{API}/tasks?queue=bench:clerk&limit=50").seconds for _ in range(count)])
