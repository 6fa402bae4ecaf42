"""How fast workers are: service calls a second, timers under load, timers after days of downtime, and rest.

The worker is the real one, `onewindow worker`, as a program of its own; the partner answers at once. Instances are
started once and their rows copied: a thousand starts would measure nothing here. Each call is counted by the partner,
and each must have come once.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from sqlalchemy import delete, insert, select, text

from engine.casework.actor import SYSTEM, Actor
from engine.errors import Unavailable
from engine.identity import new_key
from engine.runtime.deploy import deploy
from engine.runtime.start import start_instance
from engine.store.database import Database
from engine.store.encryption.columns import protected
from engine.store.encryption.owners import INSTALLATION, case
from engine.store.rows import table_of
from engine.store.tables.instances import Activity, Instance
from engine.store.tables.jobs import Job
from engine.store.tables.journal import JournalEntry
from onewindow.bench import seed
from onewindow.bench.partner import CountingPartner, counting_partner
from onewindow.children import Children
from onewindow.compose import Composed, compose
from onewindow.master_keys import for_the_moment
from onewindow.settings import Settings, environment_with

Tell = Callable[[str], None]

_CALLS: Final = 2
"""Service tasks of one instance of *calls*."""
_BATCH: Final = 1_000
_LONGEST_SECONDS: Final = 300.0
_ANALYST: Final = Actor(account=SYSTEM.account, name="Bench", analyst=True)
_ROWS: Final = tuple(
    (table_of(model), key)
    for model, key in ((Instance, "id"), (Job, "instance_id"), (Activity, "instance_id"), (JournalEntry, "chain"))
)
"""All rows that an instance of these models has, and the column that names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobScale:
    """How much is measured."""

    instances: int = 2_500
    """With two calls each."""
    timers: int = 300
    """Due one after another while the calls go on."""
    timers_a_second: int = 20
    due_timers: int = 10_000
    idle_seconds: float = 10.0


QUICK: Final = JobScale(instances=60, timers=20, timers_a_second=20, due_timers=100, idle_seconds=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFigures:
    """What was measured on one database."""

    service_jobs_per_s_1: float
    """Calls by the connector `http`, with one worker."""
    service_jobs_per_s_2: float
    """The same with two."""
    service_jobs_ratio_2_to_1: float
    service_job_cpu_ms: float
    """Processor time of the worker for one call, step and all."""
    timer_lag_ms_p99: float
    """How long after they were due timers fire while calls wait in line."""
    due_timers_drained_s: float
    """Until 10,000 timers that fell due while nobody worked have fired, from the start of the program."""
    idle_cpu_percent: float
    """Of one core, of a worker that has nothing to do."""


def measure_jobs(url: str, scale: JobScale, tell: Tell) -> JobFigures:
    """Measure everything on an empty database; takes about two minutes. Raises Unavailable when workers stand still."""
    with counting_partner() as partner:
        environment = environment_with(
            ONEWINDOW_DATABASE_URL=url,
            ONEWINDOW_HTTP_HOSTS=f"127.0.0.1:{partner.port}",
            ONEWINDOW_LOG_LEVEL="warning",
            **for_the_moment(),
        )
        settings = Settings.load(environment)
        tell("preparing jobs")
        seed.prepare(settings)
        composed = compose(settings)
        try:
            _deploy_calls(composed, partner)
            bench = _Bench(environment, composed, partner)
            tell("calls, one worker")
            one, cpu_ms = bench.calls_per_second(1, scale.instances)
            tell("calls, two workers")
            two, _ = bench.calls_per_second(2, scale.instances * 2)
            tell("timers while calls go on")
            lag = bench.timer_lag_ms(scale)
            tell(f"{scale.due_timers:,} due timers")
            drained = bench.seconds_to_drain(scale.due_timers)
            tell("an idle worker")
            idle = bench.idle_percent(scale.idle_seconds)
        finally:
            composed.database.close()
    return JobFigures(
        service_jobs_per_s_1=one,
        service_jobs_per_s_2=two,
        service_jobs_ratio_2_to_1=two / one,
        service_job_cpu_ms=cpu_ms,
        timer_lag_ms_p99=lag,
        due_timers_drained_s=drained,
        idle_cpu_percent=idle,
    )


@dataclass(slots=True)
class _Bench:
    """The database, the partner, and workers to start."""

    environment: Mapping[str, str]
    composed: Composed
    partner: CountingPartner

    @property
    def database(self) -> Database:
        return self.composed.database

    def calls_per_second(self, workers: int, instances: int) -> tuple[float, float]:
        """Calls a second, and the workers' milliseconds of processor time for one, between a tenth and nine tenths."""
        _start(self.composed, "bench-calls", instances)
        before = self.partner.taken
        first, last = before + instances * _CALLS // 10, before + instances * _CALLS * 9 // 10
        with self._workers(workers) as pids:
            _until(lambda: self.partner.taken >= first)
            began, began_at, cpu = time.perf_counter(), self.partner.taken, _cpu_seconds(pids)
            _until(lambda: self.partner.taken >= last)
            elapsed, calls, cpu = time.perf_counter() - began, self.partner.taken - began_at, _cpu_seconds(pids) - cpu
            self._until_done()
        self._each_once()
        return calls / elapsed, 1000 * cpu / calls

    def timer_lag_ms(self, scale: JobScale) -> float:
        """The 99th percentile of how late timers fire that fall due while one worker has calls in line."""
        _start(self.composed, "bench-calls", scale.instances)
        before = self.partner.taken
        with self._workers(1):
            _until(lambda: self.partner.taken > before)
            now, between = self._now(), timedelta(seconds=1 / scale.timers_a_second)
            due = [now + timedelta(seconds=1) + between * number for number in range(scale.timers)]
            ids = _start(self.composed, "bench-pause", scale.timers, due)
            self._until_done()
        self._each_once()
        return self._late_ms(ids)

    def seconds_to_drain(self, timers: int) -> float:
        """How long one worker takes for timers that are all due when it starts."""
        now = self._now()
        due = [now - timedelta(days=3) + timedelta(seconds=number) for number in range(timers)]
        _start(self.composed, "bench-pause", timers, due)
        began = time.perf_counter()
        with self._workers(1):
            self._until_done()
            return time.perf_counter() - began

    def idle_percent(self, seconds: float) -> float:
        """The part of one core that a worker uses who has nothing to do."""
        with self._workers(1) as pids:
            time.sleep(3)  # it has started, and looked after its house
            before = _cpu_seconds(pids)
            time.sleep(seconds)
            return 100 * (_cpu_seconds(pids) - before) / seconds

    @contextmanager
    def _workers(self, number: int) -> Iterator[list[int]]:
        children = Children()
        try:
            command = [sys.executable, "-m", "onewindow", "worker"]
            yield [children.start(f"worker {one}", command, self.environment).pid for one in range(number)]
        finally:
            children.stop()

    def _until_done(self) -> None:
        _until(lambda: not self._asked("SELECT EXISTS (SELECT 1 FROM job WHERE state IN ('waiting', 'running'))"), 0.1)

    def _each_once(self) -> None:
        assert set(self.partner.calls.values()) == {1}, "a call came twice"

    def _asked(self, statement: str) -> Any:
        with self.database.read() as connection:
            return connection.execute(text(statement)).scalar_one()

    def _late_ms(self, ids: list[str]) -> float:
        job, activity = table_of(Job), table_of(Activity)
        statement = (
            select(job.c.due_at, activity.c.ended_at)
            .join(activity, activity.c.instance_id == job.c.instance_id)
            .where(job.c.kind == "timer", activity.c.element_id == "pause", job.c.instance_id >= min(ids))
        )
        with self.database.read() as connection:
            late = [(row[1] - row[0]).total_seconds() * 1000 for row in connection.execute(statement)]
        assert len(late) == len(ids), f"{len(late)} of {len(ids)} timers fired"
        return float(quantiles(late, n=100)[98])

    def _now(self) -> datetime:
        return self.composed.runtime.clock.now()


def _deploy_calls(composed: Composed, partner: CountingPartner) -> None:
    """The model *calls*, with the port that the partner listens on."""
    model = files("onewindow.bench").joinpath("models/calls.bpmn").read_bytes()
    deploy(composed.runtime, {"calls.bpmn": model.replace(b":8099/", b":%d/" % partner.port)}, by=SYSTEM)


def _start(composed: Composed, process_id: str, number: int, due: Sequence[datetime] = ()) -> list[str]:
    """So many instances of a process, copies of one that is started and removed; their jobs are `due`, or at once."""
    original = start_instance(composed.runtime, process_id, {"area": 120, "street": "Nizami 5"}, by=_ANALYST).id
    copies = [new_key() for _ in range(number)]
    moments = dict(zip(copies, due, strict=False))
    keyring = composed.database.keyring
    with composed.database.work() as work:
        for table, key in _ROWS:
            rows = [dict(row) for row in work.reading.execute(select(table).where(table.c[key] == original)).mappings()]
            work.reading.execute(delete(table).where(table.c[key] == original))
            for first in range(0, number, _BATCH):
                batch = copies[first : first + _BATCH]
                copied = [_copy(row, key, one, moments.get(one)) for one in batch for row in rows]
                if key == "id":
                    for row in copied:
                        row["case_key"] = keyring.make_under(INSTALLATION, case(row["id"]))
                work.reading.execute(insert(table), [protected(table, row) for row in copied])
    return copies


def _copy(row: Mapping[str, Any], key: str, one: str, due: datetime | None) -> dict[str, Any]:
    """A row of the original as that of a copy."""
    changed: dict[str, Any] = {key: one}
    if "available_at" in row:
        changed |= {"id": new_key()} | ({"due_at": due, "available_at": due} if due else {})
    return {**row, **changed}


def _until(is_so: Callable[[], bool], every: float = 0.02) -> None:
    """Wait until something is so. Raises Unavailable when it never is."""
    end = time.monotonic() + _LONGEST_SECONDS
    while not is_so():
        if time.monotonic() > end:
            raise Unavailable("The workers of the bench stand still.", remedy="Look at what they print.")
        time.sleep(every)


def _cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time that programs have used so far."""
    fields = (Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for pid in pids)
    return sum(int(said[11]) + int(said[12]) for said in fields) / os.sysconf("SC_CLK_TCK")
