"""How long a backup of many cases takes, and its way back into an empty database with the check of all chains.

The cases are real ones: each was applied for through the use case, every second was decided by a clerk. Making them
takes far longer than what is measured.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from engine.casework.actor import SYSTEM, Actor
from engine.errors import Refused
from engine.files.disk import DiskStorage
from engine.identity import new_key
from engine.runtime.apply import apply
from engine.runtime.complete import complete
from engine.runtime.deploy import deploy
from engine.store.database import Database
from onewindow.backup import back_up, restore
from onewindow.bench import seed
from onewindow.compose import compose
from onewindow.master_keys import for_the_moment
from onewindow.settings import Settings

_KEY = for_the_moment()

Tell = Callable[[str], object]
_SERVICE = "bench-case"
_SECOND = "onewindow_restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreScale:
    """How much is kept."""

    cases: int = 100_000


QUICK = RestoreScale(cases=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreFigures:
    """What was measured on one database."""

    backup_s: float
    restore_s: float
    """Into an empty database, from its first table to the end of the check."""
    restored_cases: float
    restored_rows: float
    """In all tables."""


def measure_restore(url: str, scale: RestoreScale, tell: Tell) -> RestoreFigures:
    """Fill an empty database, write it away, read it back into another. Raises Refused when that does not hold."""
    with tempfile.TemporaryDirectory(prefix="onewindow-bench-") as folder:
        settings = _settings(url, Path(folder) / "files")
        _fill(settings, scale.cases, tell)
        storage = DiskStorage(Path(folder) / "files", compose(settings).runtime.clock)
        tell("backup")
        began = time.perf_counter()
        written = back_up(url, storage, Path(folder) / "backup")
        backup_s = time.perf_counter() - began
        with _second_database(url, Path(folder)) as second:
            tell("restore")
            composed = compose(_settings(second, Path(folder) / "restored"))
            try:
                began = time.perf_counter()
                read = restore(composed.runtime, second, composed.runtime.storage, Path(folder) / "backup")
                restore_s = time.perf_counter() - began
                with composed.database.read() as connection:
                    cases = int(connection.execute(text('SELECT count(*) FROM "case"')).scalar_one())
            finally:
                composed.database.close()
    if read.violations or read.heads != written.heads or cases != scale.cases:
        raise Refused(
            f"The restored database does not hold together: {read.violations} violations, {cases} cases.",
            remedy="Run `onewindow check` on a backup of the same size, and report what it lists.",
        )
    return RestoreFigures(
        backup_s=backup_s, restore_s=restore_s, restored_cases=float(cases), restored_rows=float(read.rows)
    )


def _settings(url: str, files_folder: Path) -> Settings:
    told = {"DATABASE_URL": url, "FILES": str(files_folder), "APPLICATIONS_PER_DAY": "0"}
    return Settings.load({**{f"ONEWINDOW_{name}": value for name, value in told.items()}, **_KEY})


def _fill(settings: Settings, number: int, tell: Tell) -> None:
    """So many cases of one service; every second is decided."""
    seed.prepare(settings)
    composed = compose(settings)
    models = files("onewindow.bench").joinpath("models").joinpath("cases")
    deploy(composed.runtime, {one.name: one.read_bytes() for one in models.iterdir()}, by=SYSTEM)
    applicant = Actor(account=new_key(), name="Applicant of the bench", citizen=True, pin="1A2B3C4")
    clerk = Actor(account=new_key(), name="Clerk of the bench", queues=frozenset({seed.QUEUE}))
    decision = {"decision": {"reasons": [{"text": "All is in order."}]}}
    try:
        for place in range(number):
            if place % 1_000 == 0:
                tell(f"making cases: {place:,} of {number:,}")
            case = apply(composed.runtime, _SERVICE, {}, by=applicant)
            if place % 2:
                complete(composed.runtime, _task_of(composed.database, case.instance_id), decision, by=clerk)
        seed.settle(composed.database)
    finally:
        composed.database.close()


def _task_of(database: Database, instance_id: str) -> str:
    with database.read() as connection:
        statement = text("SELECT wait FROM task WHERE instance_id = :instance AND state = 'open'")
        return f"{instance_id}-{connection.execute(statement, {'instance': instance_id}).scalar_one()}"


@contextmanager
def _second_database(url: str, folder: Path) -> Iterator[str]:
    """An empty database of the same kind, on the same server, dropped in the end."""
    if url.startswith("sqlite"):
        yield f"sqlite:///{folder}/restored.db"
        return
    server = create_engine(make_url(url), isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {_SECOND}"))
        try:
            yield make_url(url).set(database=_SECOND).render_as_string(hide_password=False)
        finally:
            with server.connect() as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {_SECOND} WITH (FORCE)"))
    finally:
        server.dispose()
