"""Fault matrix, rows 10 and 31, on PostgreSQL: a promoted stand-by takes over; a base backup is rolled on to the end.

Both by real replicas: `pg_basebackup` copies a server that is being written to, its write-ahead log does the rest.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from engine.audit import SealKey
from engine.runtime.seal_journal import seal_journal
from engine.runtime.verify_journal import verify_journal
from engine.runtime.wiring import Runtime
from engine.store.migrate import upgrade
from onewindow.bench import temporary_postgresql
from tests.builders.a_model import a_process
from tests.builders.a_proxy import Proxy, a_proxy
from tests.builders.a_runtime import QUEUE, a_runtime
from tests.builders.a_server import a_postgresql_server, a_standby_of, administer, base_backup, promote
from tests.builders.an_api import Api, an_api
from tests.builders.waiting import until
from tests.faults import invariants

BACK_SECONDS = 5.0
CLIENTS = 3
pytestmark = pytest.mark.postgresql


@dataclass(slots=True)
class Office:
    """An API whose database is reached through a proxy, and clients who begin cases and complete their tasks."""

    api: Api
    stop: threading.Event = field(default_factory=threading.Event)
    begun: list[str] = field(default_factory=list)
    completed: list[str] = field(default_factory=list)
    heard: set[int] = field(default_factory=set)
    faults: list[BaseException] = field(default_factory=list)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Clients work while the block lasts."""
        clients = [threading.Thread(target=self._guarded, args=(number,)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            self.stop.set()
            for client in clients:
                client.join()
        assert self.faults == []

    def told(self) -> invariants.Told:
        """What they were told."""
        return invariants.Told(instances=self.begun, tasks=self.completed)

    def _guarded(self, number: int) -> None:
        try:
            self._work(number)
        except BaseException as fault:  # noqa: BLE001 (told by the main thread)
            self.faults.append(fault)

    def _work(self, number: int) -> None:
        case = 0
        while not self.stop.is_set():
            case += 1
            begun = self._insist("POST", "/instances", "operator", f"begin-{number}-{case:05}", {"process_id": "p"})
            if begun is None:
                return
            self.begun.append(begun["id"])
            shown = self._insist("GET", f"/instances/{begun['id']}", "operator")
            if shown is None:
                return
            task = str(shown["open_tasks"][0]["id"])
            done = f"done-{number}-{case:05}"
            if self._insist("POST", f"/tasks/{task}/complete", "clerk", done, {"answers": {}}) is None:
                return
            self.completed.append(task)

    def _insist(self, method: str, path: str, who: str, key: str | None = None, body: object = None):  # type: ignore[no-untyped-def]
        """Repeat a request until it is answered with success; None when it is to stop before."""
        said = {"headers": {"Idempotency-Key": key}, "json": body} if key else {}
        while True:
            answer = self.api.ask(method, path, who, **said)
            self.heard.add(answer.status_code)
            if answer.status_code < 300:
                return answer.json
            assert answer.status_code == 503, answer.text
            if self.stop.wait(0.02):
                return None


@contextmanager
def an_office(folder: Path, **settings: str) -> Iterator[tuple[Office, Proxy]]:
    """The API over the server of a folder."""
    upgrade(temporary_postgresql.url_of(folder))
    with a_proxy(folder / ".s.PGSQL.5432") as proxy:
        url = make_url(temporary_postgresql.url_of(folder))
        through = url.set(host="127.0.0.1", port=proxy.port, query={"sslmode": "disable", "gssencmode": "disable"})
        api = an_api(through.render_as_string(hide_password=False), datetime.now(UTC), **settings)
        api.deploy_files({"p.bpmn": a_process("p").start().user_task("check", queue=QUEUE).end().xml()})
        yield Office(api), proxy
        api.runtime.database.close()


@contextmanager
def at(folder: Path) -> Iterator[Runtime]:
    """The use cases over the server of a folder."""
    with closing(a_runtime(temporary_postgresql.url_of(folder))) as running:
        yield running.runtime


def test_a_promoted_stand_by_goes_on_within_five_seconds_and_nothing_acknowledged_is_lost() -> None:
    with a_postgresql_server() as primary, an_office(primary) as (office, proxy), a_standby_of(primary) as standby:
        with office.busy():
            until(lambda: len(office.completed) >= 10, 60)

            # when the server is gone, the stand-by is made the first, and the proxy leads to it
            temporary_postgresql.crash(primary)
            proxy.cut()
            promote(standby)
            before, began = len(office.completed), time.monotonic()
            proxy.target = standby / ".s.PGSQL.5432"
            until(lambda: len(office.completed) > before, 60)
            took = time.monotonic() - began
            until(lambda: len(office.completed) >= before + 10, 60)

        # then clients heard nothing but success and 503, and go on within five seconds
        assert office.heard <= {200, 201, 503}
        assert took < BACK_SECONDS
        with at(standby) as runtime:
            invariants.hold(runtime, told=office.told())
        temporary_postgresql.start_again(primary)  # so that it can be stopped in good order


def test_a_base_backup_under_load_is_rolled_on_to_the_last_acknowledged_and_bears_the_published_seal(
    tmp_path: Path,
) -> None:
    key = SealKey.made()
    with a_postgresql_server("archive_mode=on") as server:
        archive = server / "archive"
        archive.mkdir(mode=0o777)
        archive.chmod(0o777)
        administer(server, f"ALTER SYSTEM SET archive_command = 'cp %p {archive}/%f'")
        administer(server, "SELECT pg_reload_conf()")
        with an_office(server) as (office, _):
            elsewhere = server / "elsewhere"
            elsewhere.mkdir()
            # given a base backup that was made while clients worked, and a seal that was published before the end
            with office.busy():
                until(lambda: len(office.completed) >= 5, 60)
                base_backup(server, elsewhere)
                before = len(office.completed)
                until(lambda: len(office.completed) >= before + 5, 60)
            (published,) = seal_journal(office.api.runtime, key)
            ((last,),) = administer(server, "SELECT pg_walfile_name(pg_current_wal_lsn())")
            administer(server, "SELECT pg_switch_wal()")
            until(lambda: (archive / str(last)).exists(), 60)

        # when the server is gone for good, and the copy rolled on with the log that was archived
        temporary_postgresql.crash(server)
        data = elsewhere / "data"
        with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"restore_command = 'cp {archive}/%f %p'\narchive_mode = off\n")
        (data / "recovery.signal").touch()
        temporary_postgresql.start_again(elsewhere)
        try:
            until(lambda: administer(elsewhere, "SELECT 1 WHERE NOT pg_is_in_recovery()") != [], 60)

            # then all that was acknowledged is there, and the journal is the one that was sealed
            with at(elsewhere) as runtime:
                invariants.hold(runtime, told=office.told())
            report = verify_journal(temporary_postgresql.url_of(elsewhere), [key.verifier], [published])
            assert (report.findings, report.seals) == ([], 1)
        finally:
            temporary_postgresql.crash(elsewhere)
            temporary_postgresql.start_again(server)
