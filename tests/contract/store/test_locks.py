"""Who waited for a lock sees everything behind it as it is then, not as it was when the wait began."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text

from engine.store.database import Database
from engine.store.records import InstanceRecord
from engine.store.unit_of_work import UnitOfWork
from tests.builders.a_job import a_job
from tests.builders.a_task import a_task
from tests.builders.an_instance import started_with_case

WAYS: dict[str, Callable[[UnitOfWork, str, str], InstanceRecord]] = {
    "instance": lambda work, instance, _: work.instances.lock(instance),
    "task": lambda work, instance, _: work.tasks.lock(f"{instance}-1")[1],
    "job": lambda work, _, job: work.jobs.lock_with_instance(job)[1],
}


def until_somebody_waits(database: Database) -> None:
    """Until PostgreSQL says that a lock is waited for; on SQLite the second one waits outside."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with database.read() as reading:
        while not (database.is_sqlite or reading.execute(text(asked)).scalar()):
            continue


@pytest.mark.parametrize("way", WAYS)
def test_case_behind_an_instance_is_as_new_as_the_instance(database: Database, way: str) -> None:
    with database.work() as work:
        record, case = started_with_case(work)
        job = a_job(instance_id=record.id)
        work.tasks.open_many([a_task(instance_id=record.id)])
        work.jobs.enqueue_many([job])
    is_locked = threading.Event()
    seen: list[InstanceRecord] = []

    def come_second() -> None:
        is_locked.wait()
        with database.work() as work:
            seen.append(WAYS[way](work, record.id, job.id))

    second = threading.Thread(target=come_second)
    second.start()
    with database.work() as work:
        first = work.instances.lock(record.id)
        is_locked.set()
        until_somebody_waits(database)
        work.cases.save(case.reached("check"))
        work.instances.save(first)
    second.join()

    assert [(one.version, one.case and one.case.milestone) for one in seen] == [(2, "check")]
