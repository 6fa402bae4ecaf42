"""Runs the whole bench on one database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import inspect

from engine.errors import Refused
from engine.store.database import Database
from onewindow.bench import measure, seed, temporary_postgresql
from onewindow.bench.report import Figures
from onewindow.bench.server import running_server, seconds_to_first_page
from onewindow.master_keys import for_the_moment, master_keys
from onewindow.settings import Settings, environment_with

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured."""

    warm_up: int = 50
    permits: int = 600
    permits_of_eight: int = 100
    """For each of eight clients."""
    others: int = 100
    loops: int = 3
    open_tasks: int = 100_000
    open_tasks_at_restart: int = 10_000


QUICK = Scale(warm_up=5, permits=50, permits_of_eight=5, others=5, loops=1, open_tasks=1_000, open_tasks_at_restart=200)


@contextmanager
def sqlite_url() -> Iterator[str]:
    """A new SQLite file, on the disk that temporary files are on."""
    with tempfile.TemporaryDirectory(prefix="onewindow-bench-") as folder:
        yield f"sqlite:///{folder}/onewindow.db"


@contextmanager
def postgresql_url(given: str | None) -> Iterator[str]:
    """The database at `given`, which must be empty, or a server of our own that flushes at each commit.

    Raises Refused when the one given is in use: a bench puts 100,000 tasks there.
    """
    if given:
        _require_empty(given)
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="onewindow-bench-"))
    try:
        yield temporary_postgresql.start(folder, ("max_connections=100", "shared_buffers=256MB"))
    finally:
        temporary_postgresql.stop(folder)


def _require_empty(url: str) -> None:
    database = Database(url)
    try:
        with database.read() as connection:
            tables = inspect(connection).get_table_names()
    finally:
        database.close()
    if tables:
        raise Refused(
            f"Expected an empty database to measure, found one with {len(tables)} tables.",
            remedy="Make a new one with CREATE DATABASE, and drop it after the bench.",
        )


def run(url: str, scale: Scale, tell: Tell) -> Figures:
    """Measure everything on an empty database; `tell` is told what is being measured."""
    environment = environment_with(ONEWINDOW_DATABASE_URL=url, **for_the_moment())
    settings = Settings.load(environment)
    database = Database(settings.database_url, keys=master_keys(settings))
    tell("preparing")
    token = seed.prepare(settings)
    try:
        with running_server(environment, token) as server, closing(server.client()) as client:
            tell("warming up")
            measure.permits(server.client, 1, scale.warm_up)
            tell("permits, one client")
            size_before = seed.size_in_bytes(_settled(database))
            one = measure.permits(server.client, 1, scale.permits)
            size = (seed.size_in_bytes(_settled(database)) - size_before) / scale.permits
            tell("permits, eight clients")
            eight = measure.permits(server.client, 8, scale.permits_of_eight)
            tell("ten scripts; five tasks at once")
            auto = measure.automatic(client, scale.others)
            parallel = measure.parallel(client, scale.others)
            tell("a loop of 1,000 rounds")
            rounds = [measure.loops(client) for _ in range(scale.loops)]
            early = median(seconds for young, _ in rounds for seconds in young.seconds)
            late = median(seconds for _, old in rounds for seconds in old.seconds)
            tell(f"{scale.open_tasks_at_restart:,} open tasks")
            seed.add_open_tasks(database, scale.open_tasks_at_restart)
            memory = server.memory_mb()
        tell("restart")
        restart = seconds_to_first_page(environment, token, f"{measure.API}/tasks?queue={seed.QUEUE}")
        tell(f"{scale.open_tasks:,} open tasks")
        seed.add_open_tasks(database, scale.open_tasks - scale.open_tasks_at_restart)
        seed.settle(database)
        with running_server(environment, token) as server, closing(server.client()) as client:
            measure.queue_pages(client, scale.warm_up)
            pages = measure.queue_pages(client, scale.others)
    finally:
        database.close()
    return Figures(
        start_ms_p50=one.starts.p50_ms,
        complete_ms_p50=one.completions.p50_ms,
        complete_ms_p99=one.completions.p99_ms,
        complete_ms_p99_8=eight.completions.p99_ms,
        instance_ms_p50=one.wholes.p50_ms,
        instances_per_s_1=one.per_second,
        instances_per_s_8=eight.per_second,
        auto_ms_p50=auto.p50_ms,
        parallel_ms_p50=parallel.p50_ms,
        queue_page_ms_p50=pages.p50_ms,
        loop_round_10_ms=early * 1000,
        loop_round_1000_ms=late * 1000,
        loop_ratio_1000_to_10=late / early,
        bytes_per_instance=size,
        server_rss_mb=memory,
        restart_s=restart,
    )


def _settled(database: Database) -> Database:
    seed.settle(database)
    return database
