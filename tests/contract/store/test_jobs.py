"""Jobs are taken by one worker at a time, each attempt counted, and taken over when a lease is over."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import event, text

from engine.casework.job import Incident, IncidentState, Job, JobKind, JobState, LeaseLost
from engine.errors import NotFound
from engine.identity import new_key
from engine.store.database import Database
from tests.builders.a_job import a_job, an_incident
from tests.builders.a_task import NOW
from tests.builders.an_instance import started
from tests.builders.threads import at_once

HOUSE = Path(__file__).parents[3]
LEASE = timedelta(seconds=60)
LATER = NOW + LEASE

TAKES_ALL = """
import json, sys
from datetime import UTC, datetime, timedelta
from engine.store.database import Database
from tests.builders.a_master_key import MASTER_KEYS

database, taken = Database(sys.argv[1], keys=MASTER_KEYS), []
while True:
    with database.work() as work:
        jobs = work.jobs.take(sys.argv[2], datetime.fromisoformat(sys.argv[3]), timedelta(minutes=1), 7, types=["demo"])
    if not jobs:
        break
    taken += [job.id for job in jobs]
print(json.dumps(taken))
"""


def enqueued(database: Database, *jobs: Job) -> None:
    with database.work() as work:
        work.jobs.enqueue_many(jobs)


def taken(
    database: Database, owner: str = "worker-1", at_most: int = 100, now: datetime = NOW, **said: object
) -> list[Job]:
    with database.work() as work:
        return work.jobs.take(owner, now, LEASE, at_most, **{"types": ["demo"], "kinds": [JobKind.timer], **said})


def kept(database: Database, job: Job) -> Job:
    with database.work() as work:
        return work.jobs.lock(job.id)


def test_job_comes_back_as_it_was(database: Database) -> None:
    job = a_job(
        instance_id=new_key(),
        wait=3,
        element_id="ask",
        headers={"register": "population"},
        payload={"fee": Decimal("12.50")},
        retries=5,
        term="statutory",
        last_error="No answer.",
    )
    enqueued(database, job, bare := a_job(JobKind.timer))

    assert [kept(database, one) for one in (job, bare)] == [job, bare]


def test_taken_job_belongs_to_its_worker_and_its_attempt_is_counted(database: Database) -> None:
    enqueued(database, job := a_job())

    (found,) = taken(database)

    assert found == kept(database, job)
    assert (found.state, found.attempts, found.lease_owner, found.lease_until) == (
        JobState.running, 1, "worker-1", LATER,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        pytest.param({"due_at": NOW + timedelta(microseconds=1)}, JobKind.service, id="not due"),
        pytest.param({"type": "other"}, JobKind.service, id="another connector"),
        pytest.param({}, JobKind.spread, id="another kind"),
        *[
            pytest.param({"state": state}, JobKind.service, id=str(state))
            for state in JobState
            if state not in (JobState.waiting, JobState.running)
        ],
        pytest.param({"state": JobState.running, "lease_until": LATER}, JobKind.service, id="held by another"),
    ],
)
def test_job_that_is_not_to_be_taken_is_left(database: Database, said: dict[str, object], kind: JobKind) -> None:
    enqueued(database, job := a_job(kind, **said))

    assert taken(database) == []
    assert kept(database, job) == job


def test_oldest_jobs_are_taken_first_and_no_more_than_wanted(database: Database) -> None:
    jobs = [a_job(due_at=NOW - timedelta(minutes=minutes)) for minutes in (1, 3, 2, 0)]
    enqueued(database, *jobs)

    found = taken(database, at_most=3)

    assert [job.id for job in found] == [jobs[1].id, jobs[2].id, jobs[0].id]


def test_worker_without_connectors_takes_no_service_jobs(database: Database) -> None:
    enqueued(database, a_job(), timer := a_job(JobKind.timer))

    assert [job.id for job in taken(database, types=[])] == [timer.id]
    assert taken(database, types=[], kinds=[]) == []


def test_job_whose_lease_is_over_is_taken_over_and_the_attempt_counted(database: Database) -> None:
    enqueued(database, job := a_job())
    taken(database, "worker-1")

    before = taken(database, "worker-2", now=LATER - timedelta(microseconds=1))
    (found,) = taken(database, "worker-2", now=LATER)

    assert before == []
    assert (found.id, found.lease_owner, found.attempts) == (job.id, "worker-2", 2)


def test_heartbeat_keeps_a_job_from_others(database: Database) -> None:
    enqueued(database, job := a_job())
    taken(database, "worker-1")

    with database.work() as work:
        until = work.jobs.extend(job.id, "worker-1", LATER - timedelta(seconds=1), LEASE)

    assert until == LATER - timedelta(seconds=1) + LEASE
    assert taken(database, "worker-2", now=LATER) == []


@pytest.mark.parametrize(
    ("owner", "now"), [("worker-2", NOW), ("worker-1", LATER)], ids=["another worker", "lease over"]
)
def test_lease_that_is_lost_is_not_lengthened(database: Database, owner: str, now: datetime) -> None:
    enqueued(database, job := a_job())
    taken(database, "worker-1")

    with pytest.raises(LeaseLost), database.work() as work:
        work.jobs.extend(job.id, owner, now, LEASE)


def test_job_that_failed_is_taken_again_when_it_is_due_again(database: Database) -> None:
    enqueued(database, a_job())
    (job,) = taken(database)
    due_at = NOW + timedelta(seconds=5)

    with database.work() as work:
        work.jobs.save(_waiting(work.jobs.lock(job.id), due_at))

    assert taken(database, now=due_at - timedelta(seconds=1)) == []
    assert [one.attempts for one in taken(database, now=due_at)] == [2]


def _waiting(job: Job, due_at: datetime) -> Job:
    return replace(
        job, state=JobState.waiting, due_at=due_at, lease_owner=None, lease_until=None, last_error="No answer."
    )


def test_four_threads_take_each_of_five_hundred_jobs_once(database: Database) -> None:
    jobs = [a_job() for _ in range(500)]
    enqueued(database, *jobs)

    def take_all(one: int) -> list[str]:
        found: list[str] = []
        while batch := taken(database, f"worker-{one}", 7):
            found += [job.id for job in batch]
        return found

    found = at_once(4, take_all)

    assert sorted(key for of_one in found for key in of_one) == sorted(job.id for job in jobs)


def test_two_processes_take_each_of_five_hundred_jobs_once(database: Database) -> None:
    jobs = [a_job() for _ in range(500)]
    enqueued(database, *jobs)

    workers = [
        subprocess.Popen(
            [sys.executable, "-c", TAKES_ALL, database.url, f"worker-{one}", NOW.isoformat()],
            cwd=HOUSE,
            stdout=subprocess.PIPE,
        )
        for one in range(2)
    ]
    found = [json.loads(worker.communicate()[0]) for worker in workers]

    assert sorted(key for of_one in found for key in of_one) == sorted(job.id for job in jobs)


def test_taking_asks_only_the_index_of_jobs_that_can_be_taken(database: Database) -> None:
    enqueued(database, *[a_job(state=JobState.done) for _ in range(200)], a_job())
    said: list[tuple[str, Sequence[object]]] = []
    event.listen(
        database.engines[0],
        "before_cursor_execute",
        lambda c, cursor, statement, values, *_: said.append((statement, values)),
    )
    taken(database)
    statement, values = said[-1]

    with database.read() as reading:
        reading.execute(text("ANALYZE"))
        prefix = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        plan = str(reading.exec_driver_sql(prefix + statement, values).all())

    assert "ix_job_available_at" in plan or "ix_job_share" in plan


def test_jobs_of_waits_that_closed_end_and_drop_what_they_carried(database: Database) -> None:
    instance = new_key()
    jobs = [a_job(instance_id=instance, wait=wait, payload={"pin": "1"}) for wait in (1, 2, 3)]
    done = a_job(instance_id=instance, wait=4, state=JobState.done)
    enqueued(database, *jobs, done)

    with database.work() as work:
        work.jobs.close_many(instance, [1, 3, 4], JobState.cancelled)
        work.jobs.close_many(instance, [], JobState.cancelled)

    found = [kept(database, job) for job in (*jobs, done)]
    assert [job.state for job in found] == [JobState.cancelled, JobState.waiting, JobState.cancelled, JobState.done]
    assert [job.payload for job in found] == [{}, {"pin": "1"}, {}, {}]
    assert [job.wait for job in taken(database)] == [2]


def test_timers_of_a_term_stand_still_with_its_clock_and_run_again_later(database: Database) -> None:
    instance, later = new_key(), NOW + timedelta(days=2)
    timer = a_job(JobKind.timer, instance_id=instance, term="statutory")
    reminder = a_job(JobKind.timer, instance_id=instance)
    of_another = a_job(JobKind.timer, instance_id=new_key(), term="statutory")
    enqueued(database, timer, reminder, of_another)

    with database.work() as work:
        work.jobs.suspend_term(instance, "statutory")
    while_stopped = {job.id for job in taken(database)}
    with database.work() as work:
        work.jobs.resume_term(instance, "statutory", later)

    assert while_stopped == {reminder.id, of_another.id}
    assert timer.id not in {job.id for job in taken(database, now=later - timedelta(seconds=1))}
    assert kept(database, timer).due_at == later
    assert timer.id in {job.id for job in taken(database, now=later)}


def test_job_is_locked_with_its_instance(database: Database) -> None:
    with database.work() as work:
        record = started(work)
        job, lonely = a_job(instance_id=record.id), a_job()
        work.jobs.enqueue_many([job, lonely])

    with database.work() as work:
        assert work.jobs.lock_with_instance(job.id) == (job, record)
    with pytest.raises(NotFound), database.work() as work:
        work.jobs.lock_with_instance(lonely.id)
    with pytest.raises(NotFound), database.work() as work:
        work.jobs.lock("unknown")


def test_incident_is_raised_and_resolved(database: Database) -> None:
    one, two, other = (an_incident(instance_id="i", wait=wait) for wait in (1, 2, 3))
    operator = new_key()
    with database.work() as work:
        work.incidents.raise_many([one, two, other])
        work.incidents.raise_many([])

    with database.work() as work:
        assert work.incidents.lock(one.id) == one
        work.incidents.save(_resolved(one, operator))
        work.incidents.resolve_waits("i", [1, 2], "system", NOW)
        work.incidents.resolve_waits("i", [], "system", NOW)

    with database.work() as work:
        found = [work.incidents.lock(incident.id) for incident in (one, two, other)]
    assert found == [_resolved(one, operator), _resolved(two, "system"), other]
    with pytest.raises(NotFound), database.work() as work:
        work.incidents.lock("unknown")


def _resolved(incident: Incident, by: str) -> Incident:
    return replace(incident, state=IncidentState.resolved, resolved_at=NOW, resolved_by=by)
