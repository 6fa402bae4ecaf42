"""What analysts and operators see: instances, their history and variables, jobs, incidents, figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.casework.job import IncidentState, JobKind, JobState
from engine.errors import NotFound
from engine.identity import new_key
from engine.store.database import Database
from engine.store.queries import incidents, instances, jobs
from engine.store.queries.figures import engine_figures
from engine.store.queries.paging import CursorUnknown
from engine.store.queries.shares import shares
from engine.store.records import Visit, VisitEnd
from tests.builders.a_job import a_job, an_incident
from tests.builders.a_task import NOW, a_task
from tests.builders.an_actor import an_actor
from tests.builders.an_instance import an_instance, deployed, started, started_with_case

OPERATOR = an_actor(operator=True)
_SECOND = timedelta(seconds=1)


# Instances


def test_instance_tells_its_case_and_definition(database: Database, reading: Connection) -> None:
    with database.work() as work:
        record, case = started_with_case(work)
        task = a_task(instance_id=record.id, wait=2)
        work.tasks.open_many([task])

    found = instances.instance_detail(reading, record.id)

    assert (found.id, found.process_id, found.definition_version) == (record.id, record.process_id, 1)
    assert (found.state, found.case_number, found.ended_at) == ("active", str(case.number), None)
    assert [one.id for one in found.open_tasks] == [task.id]


def test_instances_are_told_the_newest_first_and_by_process_and_state(database: Database, reading: Connection) -> None:
    with database.work() as work:
        definition = deployed(work)
        ids = [new_key(age) for age in range(4)]
        for key, state in zip(ids, ["active", "active", "completed", "cancelled"], strict=True):
            work.instances.add(an_instance(definition, id=key, state=state), {})
        other = started(work)

    def told(**asked: Any) -> list[str]:
        return [row.id for row in instances.instance_page(reading, **asked).items]

    assert told(process_id=definition.key) == ids[::-1]
    assert told(process_id=definition.key, state="active") == [ids[1], ids[0]]
    assert set(told()) == {*ids, other.id}
    first = instances.instance_page(reading, process_id=definition.key, limit=3)
    assert told(process_id=definition.key, cursor=first.next) == [ids[0]]


def test_history_is_told_in_the_order_it_began(database: Database, reading: Connection) -> None:
    with database.work() as work:
        record = started(work)
        visits = [
            Visit(visit=number, element_id=f"e{number}", element_type="UserTask", entered_at=NOW)
            for number in (1, 2, 3)
        ]
        work.instances.add_visits(record.id, visits)
        work.instances.end_visits(record.id, [VisitEnd(visit=2, at=NOW, outcome="x", detail={"by": "timer"})])

    first = instances.history_page(reading, OPERATOR, record.id, limit=2)
    second = instances.history_page(reading, OPERATOR, record.id, limit=2, cursor=first.next)

    assert [(one.seq, one.element_id, one.change, one.detail) for one in [*first.items, *second.items]] == [
        (1, "e1", "entered", {}),
        (2, "e2", "cancelled", {"by": "timer"}),
        (3, "e3", "entered", {}),
    ]
    assert second.next is None


def test_variables_are_feel_values(database: Database, reading: Connection) -> None:
    with database.work() as work:
        record = an_instance(deployed(work))
        work.instances.add(record, {"fee": Decimal("25.50"), "categories": ["B", None]})

    assert instances.variables(reading, OPERATOR, record.id) == {"fee": Decimal("25.50"), "categories": ["B", None]}


def test_instance_that_is_not_there_is_not_found(reading: Connection) -> None:
    with pytest.raises(NotFound):
        instances.instance_detail(reading, "nothing")
    with pytest.raises(NotFound):
        instances.variables(reading, OPERATOR, "nothing")
    assert instances.history_page(reading, OPERATOR, "nothing").items == []


# Jobs


def test_jobs_are_told_the_newest_first_without_what_they_carry(database: Database, reading: Connection) -> None:
    older, newer = a_job(id=new_key(1), payload={"pin": "1A2B3C4"}), a_job(id=new_key(2), type="register")
    with database.work() as work:
        work.jobs.enqueue_many([older, newer])

    first = jobs.job_page(reading, limit=1)
    second = jobs.job_page(reading, limit=1, cursor=first.next)

    assert [*first.items, *second.items] == [newer, replace(older, payload={})]
    assert [one.id for one in jobs.job_page(reading, type="register").items] == [newer.id]
    assert jobs.job_page(reading, state="failed").items == []


@pytest.mark.parametrize(
    ("job", "seconds"),
    [
        pytest.param(a_job(due_at=NOW + 5 * _SECOND), 5, id="a connector's call"),
        pytest.param(a_job(due_at=NOW - _SECOND), -1, id="one that is due"),
        pytest.param(a_job(JobKind.timer, type="boundary", due_at=NOW + 3 * _SECOND), 3, id="a timer"),
        pytest.param(a_job(state=JobState.done), None, id="done"),
        pytest.param(a_job(state=JobState.suspended), None, id="its clock stands still"),
        pytest.param(
            a_job(state=JobState.running, lease_until=NOW + 60 * _SECOND), 60, id="held: the end of the lease"
        ),
    ],
)
def test_when_a_share_is_due(database: Database, reading: Connection, job: Any, seconds: float | None) -> None:
    with database.work() as work:
        work.jobs.enqueue_many([job])

    assert [(share.due_at - NOW).total_seconds() for share in shares(reading)] == ([] if seconds is None else [seconds])


def test_shares_are_partners_and_procedures_each_with_its_first_job(database: Database, reading: Connection) -> None:
    hosts = [{"url": f"https://{name}.example.gov/parcels"} for name in ("a", "b")]
    with database.work() as work:
        for number in range(3):
            for procedure in ("birth", "permit"):
                for headers in hosts:
                    due_at = NOW + number * _SECOND
                    job = a_job(type="http", headers=headers, procedure=procedure, due_at=due_at)
                    work.jobs.enqueue_many([job])
        work.jobs.enqueue_many([a_job(JobKind.timer, type="timer", procedure="permit", due_at=NOW)])

    assert [(share.partner, share.procedure, share.due_at) for share in shares(reading)] == [
        ("", "permit", NOW),
        ("http a.example.gov", "birth", NOW),
        ("http a.example.gov", "permit", NOW),
        ("http b.example.gov", "birth", NOW),
        ("http b.example.gov", "permit", NOW),
    ]


def test_number_of_the_case_behind_an_instance(database: Database, reading: Connection) -> None:
    with database.work() as work:
        record, case = started_with_case(work)
        alone = started(work)

    assert jobs.case_numbers_behind(reading, [record.id, alone.id]) == {record.id: str(case.number)}


# Incidents


def test_incidents_are_told_the_newest_first_open_ones_unless_asked(database: Database, reading: Connection) -> None:
    older, newer = an_incident(id=new_key(1)), an_incident(id=new_key(2))
    mended = an_incident(id=new_key(3), state=IncidentState.resolved)
    with database.work() as work:
        work.incidents.raise_many([older, newer, mended])

    def told(**asked: Any) -> list[str]:
        return [one.id for one in incidents.incident_page(reading, **asked).items]

    assert told() == [newer.id, older.id]
    assert told(state="resolved") == [mended.id]
    assert told(state=None) == [mended.id, newer.id, older.id]
    assert told(instance_id=older.instance_id) == [older.id]
    first = incidents.incident_page(reading, limit=1)
    assert told(cursor=first.next) == [older.id]


@pytest.mark.parametrize("listed", [instances.instance_page, jobs.job_page, incidents.incident_page])
def test_foreign_cursor_is_refused(reading: Connection, listed: Any) -> None:
    with pytest.raises(CursorUnknown):
        listed(reading, cursor="x")


# Figures


def test_figures_of_an_idle_engine(reading: Connection) -> None:
    found = engine_figures(reading, NOW)

    assert (found.due_jobs, found.job_lag_seconds, found.open_incidents) == (0, 0.0, 0)


def test_figures_tell_due_jobs_their_lag_and_open_incidents(database: Database, reading: Connection) -> None:
    with database.work() as work:
        work.jobs.enqueue_many(
            [
                a_job(due_at=NOW - 90 * _SECOND),
                a_job(due_at=NOW),
                a_job(due_at=NOW + _SECOND),
                a_job(due_at=NOW - 200 * _SECOND, state=JobState.suspended),
                a_job(due_at=NOW - 100 * _SECOND, state=JobState.running, lease_until=NOW + _SECOND),
            ]
        )
        work.incidents.raise_many([an_incident(), an_incident(state=IncidentState.resolved)])

    found = engine_figures(reading, NOW)

    assert (found.due_jobs, found.job_lag_seconds, found.open_incidents) == (2, 90.0, 1)
