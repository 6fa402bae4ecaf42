"""Fault matrix, rows 13 and 14: a database that is locked, or full. Nothing is half done, and it goes on afterwards."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, make_url

from engine.clock import SystemClock
from engine.jobs.worker import Pace, Worker
from engine.store.database import Database
from engine.store.migrate import upgrade
from onewindow.bench import temporary_postgresql
from tests.builders.a_ledger import a_connector_to, an_order
from tests.builders.a_master_key import MASTER_KEYS
from tests.builders.a_model import a_process
from tests.builders.a_partner import Partner
from tests.builders.a_runtime import QUEUE, a_runtime
from tests.builders.a_server import a_postgresql_server
from tests.builders.an_api import Api, an_api
from tests.builders.databases import ON_SQLITE
from tests.builders.waiting import until
from tests.faults import invariants

START = {"process_id": "p"}
MEGABYTE = 1 << 20
_LARGEST = 17 * MEGABYTE
"""Of a file, when the disk is full: a segment of PostgreSQL's journal has 16 MB, and stands already."""


@ON_SQLITE
def test_a_worker_waits_while_sqlite_is_locked_and_goes_on_afterwards(database_url: str, partner: Partner) -> None:
    # given a call that is due, a worker, and another program that has locked the file
    partner.answers(b'{"number": 1}')
    running = a_runtime(database_url, connectors=[a_connector_to(partner.url)])
    impatient = Database(database_url, keys=MASTER_KEYS, busy_timeout_ms=100)
    running.runtime = replace(running.runtime, clock=SystemClock(), database=impatient)
    running.hands = replace(running.hands, runtime=running.runtime)
    running.deploy(an_order(partner))
    instance = running.start("order")
    told: Counter[str] = Counter()
    worker = Worker(running.hands, Pace(away=0.05, idle=0.05), lambda what, number: told.update({what: number}))
    with closing(sqlite3.connect(str(make_url(database_url).database), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        thread = threading.Thread(target=worker.run, daemon=True)
        thread.start()

        # then it tries again and again, and calls nobody
        until(lambda: told["database-unavailable"] >= 5)
        assert (thread.is_alive(), partner.received) == (True, [])
        other.execute("ROLLBACK")

    # and when the lock is gone, the call is made, once
    until(lambda: [task.element_id for task in running.tasks(instance)] == ["read"])
    worker.stop()
    thread.join(10)
    assert len(partner.received) == 1
    invariants.hold(running, ledgers=invariants.ledger_of(partner))
    running.close()


Fill = Callable[[Api], object]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Api, Disk]]:
    """An API over a database whose disk a test can fill."""
    if request.param == "sqlite":
        path = tmp_path / "onewindow.db"
        path.write_bytes(request.getfixturevalue("migrated_sqlite_file").read_bytes())
        api = _deployed(f"sqlite:///{path}")
        yield api, PagesOfSqlite(api)
        api.composed.database.close()
        return
    with a_postgresql_server() as folder:
        url = temporary_postgresql.url_of(folder)
        upgrade(url)
        api = _deployed(url)
        yield api, FilesOfPostgresql(folder)
        api.composed.database.close()


def _deployed(url: str) -> Api:
    api = an_api(url, datetime.now(UTC))
    api.deploy_files({"p.bpmn": a_process("p").start().user_task("check", queue=QUEUE).end().xml()})
    return api


class PagesOfSqlite:
    """No page more than there are now."""

    def __init__(self, api: Api) -> None:
        self._is_full = False
        for engine in api.runtime.database.engines:
            event.listen(engine, "checkout", self._bound)

    @contextmanager
    def full(self) -> Iterator[None]:
        """While the block lasts."""
        self._is_full = True
        yield
        self._is_full = False

    def _bound(self, connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {1 if self._is_full else 1_000_000}")  # 1: as many as there are


class FilesOfPostgresql:
    """No file of the server above a size, and the table of kept answers has that size."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def full(self) -> Iterator[None]:
        """While the block lasts."""
        self._limit(_LARGEST)
        with psycopg.connect(f"host={self._folder} user={temporary_postgresql.USER} dbname=postgres") as connection:
            connection.autocommit = True
            connection.execute("ALTER TABLE kept_answer ALTER COLUMN body SET STORAGE PLAIN")
            for size in (7_000, 500, 50, 1):
                self._fill(connection, size)
        yield
        self._limit("unlimited")

    def _fill(self, connection: psycopg.Connection, size: int) -> None:
        with pytest.raises(psycopg.Error, match="could not extend file"):
            rows = 2_000 if size > 5_000 else 1  # a page each: many at once while there is much room
            while True:
                connection.execute(
                    "INSERT INTO kept_answer (account_id, key, route, digest, status, body, created_at) "
                    f"SELECT 'nobody', gen_random_uuid(), '', '', 200, repeat('x', {size}), 0 "
                    f"FROM generate_series(1, {rows})"
                )
                rows = 1

    def _limit(self, most: int | str) -> None:
        server = int((self._folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        owner = (self._folder / "data").stat()
        who = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        for process in (server, *_children(server)):
            command = ["prlimit", f"--fsize={most}:", "--pid", str(process)]
            subprocess.run(command, check=True, cwd="/", **who)  # type: ignore[call-overload]


def _children(process: int) -> list[int]:
    """The processes that it started."""
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in path.read_text(encoding="ascii").split()]


Disk = PagesOfSqlite | FilesOfPostgresql


def test_a_full_database_refuses_whole_serves_readers_and_goes_on_when_there_is_room(office: tuple[Api, Disk]) -> None:
    api, disk = office
    begun = [_begun(api, number).json["id"] for number in range(3)]
    (task,) = api.get(f"/instances/{begun[0]}", "operator").json["open_tasks"]

    with disk.full():
        refused = next(answer for number in range(10, 400) if (answer := _begun(api, number)).status_code != 201)
        late = [one["id"] for one in api.get("/instances", "operator", query_string={"limit": 100}).json["items"]]
        shown = api.get(f"/tasks/{task['id']}", "clerk")

        # then it is said, with when to come again, and whoever reads is served
        assert refused.status_code == 503, refused.text
        assert int(refused.headers["Retry-After"]) == 60
        assert "disk of the database is full" in refused.json["detail"]
        assert shown.status_code == 200
        assert set(begun) <= set(late)

    # and when there is room the same request is done, once
    number = int(refused.request.headers["Idempotency-Key"].rpartition("-")[2])
    again = _begun(api, number)
    assert again.status_code == 201, again.text
    assert _begun(api, number).json == again.json
    invariants.hold(api.runtime, told=invariants.Told(instances=[*begun, again.json["id"]]))


def _begun(api: Api, number: int):  # type: ignore[no-untyped-def]
    return api.post("/instances", "operator", START, headers={"Idempotency-Key": f"begin-{number:04}"})
