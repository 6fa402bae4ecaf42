"""What a bench needs in its database: tables, models, one clerk with a token, and rows in bulk for long queues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files

from sqlalchemy import text

from engine.casework.actor import SYSTEM
from engine.casework.task import Task
from engine.identity import QueueName, new_key
from engine.runtime.deploy import deploy
from engine.store import migrate
from engine.store.database import Database
from engine.store.records import InstanceRecord, WaitKind
from engine.store.repositories.deployments import find_definition
from onewindow.accounts import Duties, add_account, create_token
from onewindow.compose import compose
from onewindow.settings import Settings

QUEUE = QueueName("bench", "clerk")
_NAME = "bench"
_BATCH = 5_000
_CALLS = "calls.bpmn"
"""Deployed by who measures calls, with the port of a partner that is listed."""
_MAIN_FORKS = """
    WITH own AS (
        SELECT oid, reltoastrelid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
    ), aside AS (SELECT reltoastrelid AS oid FROM own WHERE reltoastrelid <> 0)
    SELECT sum(pg_relation_size(oid, 'main')) FROM (
        SELECT oid FROM own
        UNION ALL SELECT oid FROM aside
        UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM aside)
    ) AS counted
"""


def prepare(settings: Settings) -> str:
    """Migrate, deploy the bench's models, add its clerk; gives the clerk's API token."""
    migrate.upgrade(settings.database_url)
    composed = compose(settings)
    models = {
        model.name: model.read_bytes()
        for model in files("onewindow.bench").joinpath("models").iterdir()
        if model.name.endswith(".bpmn") and model.name != _CALLS
    }
    now = composed.runtime.clock.now()
    duties = Duties(queues=frozenset({QUEUE}), operator=True)
    add_account(composed.database, _NAME, "Bench", None, duties, now, None)
    deploy(composed.runtime, models, by=SYSTEM)
    _, secret = create_token(composed.database, _NAME, "bench", timedelta(days=1), now)
    composed.database.close()
    return secret


def add_open_tasks(database: Database, number: int) -> None:
    """Put so many open tasks, each of an instance of its own, into the bench's queue; half of them have a due date.

    Rows are written directly: starting 100,000 instances would take minutes and measure nothing here.
    """
    began = datetime(2026, 1, 1, tzinfo=UTC)
    with database.read() as connection:
        definition = find_definition(connection, "process", "bench-permit")
    for first in range(0, number, _BATCH):
        with database.work() as work:
            tasks = [_task(new_key(), place, began) for place in range(first, min(first + _BATCH, number))]
            for task in tasks:
                work.instances.add(_instance(task, definition.id, began), {"area": Decimal(120)})
            work.tasks.open_many(tasks)


def settle(database: Database) -> None:
    """Let the database look at its tables, as its own maintenance would have done in time."""
    with database.read() as connection:
        connection.execute(text("ANALYZE"))
        if database.is_sqlite:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def size_in_bytes(database: Database) -> int:
    """Size of all tables and indexes, without what is free in them.

    PostgreSQL's maps of free space and visibility are left out: they take 24 kB and more of each of 70 tables whatever
    stands in them, which a few hundred cases must not be charged for.
    """
    with database.read() as connection:
        if database.is_sqlite:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            free = connection.execute(text("PRAGMA freelist_count")).scalar_one()
            size = connection.execute(text("PRAGMA page_size")).scalar_one()
            return int((pages - free) * size)
        return int(connection.execute(text(_MAIN_FORKS)).scalar_one())


def _task(instance_id: str, number: int, began: datetime) -> Task:
    return Task(
        instance_id=instance_id,
        wait=2,
        element_id="check",
        name="Check the application",
        queue=QUEUE,
        due_at=began + timedelta(minutes=number) if number % 2 else None,
        created_at=began + timedelta(seconds=number),
    )


def _instance(task: Task, definition_id: str, began: datetime) -> InstanceRecord:
    return InstanceRecord(
        id=task.instance_id,
        definition_id=definition_id,
        process_id="bench-permit",
        state="active",
        version=1,
        snapshot=b"\0" * 200,
        waits={task.wait: WaitKind.task},
        visits=2,
        started_at=began,
    )
