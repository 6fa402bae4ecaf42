"""What reading costs: how many statements, and by which index, so that no list depends on how much there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.identity import QueueName, new_key
from engine.store.database import Database
from engine.store.queries import (
    accounts,
    applications,
    credentials,
    definitions,
    incidents,
    instances,
    jobs,
    organisation,
    services,
    tasks,
)
from engine.store.queries.figures import engine_figures
from engine.store.queries.shares import shares
from tests.builders.a_catalogue import with_service
from tests.builders.a_task import NOW, a_task
from tests.builders.an_actor import QUEUE, a_citizen, a_clerk, a_supervisor, an_actor
from tests.builders.an_instance import started_with_case
from tests.builders.databases import ON_SQLITE
from tests.builders.statements import plan_of, statements_of

_TWO = an_actor(QUEUE, "traffic-police:head")
_DEPUTY = an_actor(QUEUE, stands_in={QueueName.parse("traffic-police:head"): frozenset({new_key()})})
_FOR_OTHERS = an_actor(citizen=True, represents={new_key(): None, new_key(): frozenset({"renewal", "tax"})})


def _queue(actor: Any, **asked: Any) -> Callable[[Connection], Any]:
    return lambda reading: tasks.queue_page(reading, actor, now=NOW, **asked)


@pytest.mark.parametrize(
    ("read", "statements"),
    [
        pytest.param(_queue(a_clerk()), 1, id="a clerk's queues"),
        pytest.param(_queue(_TWO, search="x", overdue=True), 1, id="several queues, filtered"),
        pytest.param(_queue(_DEPUTY), 1, id="a deputy's queues"),
        pytest.param(_queue(_FOR_OTHERS), 1, id="tasks of whom one represents"),
        pytest.param(_queue(a_clerk(), offered=True), 1, id="what colleagues offer"),
        pytest.param(_queue(a_supervisor(), queue=QUEUE), 1, id="a supervisor's queue"),
        pytest.param(_queue(a_supervisor()), 2, id="all queues of a supervisor's agency"),
        pytest.param(lambda on: credentials.behind_token(on, "x", NOW), 1, id="behind a token"),
        pytest.param(lambda on: credentials.behind_session(on, "x", NOW), 1, id="behind a session"),
        pytest.param(lambda on: accounts.account_rows(on), 1, id="accounts"),
        pytest.param(lambda on: accounts.kept_answer(on, "a", "k", NOW), 1, id="a kept answer"),
        pytest.param(lambda on: applications.own_applications(on, a_citizen()), 1, id="own applications"),
        pytest.param(lambda on: applications.own_applications(on, _FOR_OTHERS), 1, id="applications of others"),
        pytest.param(lambda on: organisation.mandates_of(on, a_citizen(), NOW), 1, id="mandates"),
        pytest.param(definitions.process_definition_page, 1, id="process definitions"),
        pytest.param(definitions.decision_page, 1, id="decision definitions"),
        pytest.param(definitions.deployment_page, 2, id="deployments"),
        pytest.param(services.service_page, 1, id="services"),
        pytest.param(lambda on: services.service_detail(on, "renewal"), 1, id="a service"),
        pytest.param(instances.instance_page, 1, id="instances"),
        pytest.param(lambda on: instances.history_page(on, a_supervisor(), "x"), 2, id="history"),
        pytest.param(jobs.job_page, 1, id="jobs"),
        pytest.param(shares, 1, id="shares of work"),
        pytest.param(incidents.incident_page, 1, id="incidents"),
        pytest.param(lambda on: engine_figures(on, NOW), 2, id="figures"),
    ],
)
@ON_SQLITE
def test_number_of_statements(
    database: Database, reading: Connection, read: Callable[[Connection], Any], statements: int
) -> None:
    with database.work() as work:
        with_service(work)
        work.tasks.open_many([a_task(), a_task("traffic-police:head")])

    with statements_of(reading) as seen:
        read(reading)

    assert len(seen) == statements


def test_following_an_application_is_ten_statements(database: Database, reading: Connection) -> None:
    with database.work() as work:
        with_service(work)
        _, case = started_with_case(work, service_key="renewal")

    with statements_of(reading) as seen:
        applications.tracking(reading, a_supervisor(), case.id)

    assert len(seen) == 10


def _plan(reading: Connection, read: Callable[[Connection], Any]) -> str:
    with statements_of(reading) as seen:
        read(reading)
    return "\n".join(line for statement in list(seen) for line in plan_of(reading, statement))


@pytest.mark.parametrize("sort", ["due", "created", "priority"])
@pytest.mark.parametrize("state", ["active", "open", "claimed"])
@ON_SQLITE
def test_page_of_a_queue_is_read_in_the_order_of_its_index(reading: Connection, sort: str, state: str) -> None:
    plan = _plan(reading, _queue(a_clerk(), queue=QUEUE, sort=sort, state=state))

    assert f"SEARCH task USING INDEX ix_task_queue_{sort} (queue=?" in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


@ON_SQLITE
def test_next_page_of_a_queue_begins_where_the_last_ended(database: Database, reading: Connection) -> None:
    with database.work() as work:
        work.tasks.open_many([a_task(), a_task()])
    first = tasks.queue_page(reading, a_clerk(), now=NOW, queue=QUEUE, limit=1)

    plan = _plan(reading, _queue(a_clerk(), queue=QUEUE, cursor=first.next))

    assert "ix_task_queue_due (queue=? AND (due_rank,instance_id,wait)>(?,?,?))" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(_queue(_TWO), id="several queues"),
        pytest.param(_queue(a_supervisor()), id="the queues of an agency"),
        pytest.param(_queue(_DEPUTY), id="a deputy's queues"),
        pytest.param(_queue(_FOR_OTHERS), id="tasks of whom one represents"),
        pytest.param(_queue(a_clerk(), offered=True), id="what colleagues offer"),
        pytest.param(lambda on: applications.own_applications(on, _FOR_OTHERS), id="applications of others"),
        pytest.param(lambda on: organisation.mandates_of(on, a_citizen(), NOW), id="mandates"),
        pytest.param(_queue(a_clerk(), mine=True), id="what one holds"),
        pytest.param(lambda on: credentials.behind_token(on, "x", NOW), id="behind a token"),
        pytest.param(lambda on: credentials.behind_session(on, "x", NOW), id="behind a session"),
        pytest.param(lambda on: applications.own_applications(on, a_citizen()), id="own applications"),
        pytest.param(lambda on: instances.history_page(on, a_supervisor(), "x"), id="history"),
        pytest.param(lambda on: tasks.open_tasks_of(on, "x"), id="open tasks of an instance"),
        pytest.param(lambda on: jobs.case_numbers_behind(on, ["x"]), id="case numbers"),
        pytest.param(lambda on: engine_figures(on, NOW), id="figures"),
    ],
)
@ON_SQLITE
def test_no_table_is_read_through(database: Database, reading: Connection, read: Callable[[Connection], Any]) -> None:
    with database.work() as work:
        work.tasks.open_many([a_task(), a_task("traffic-police:head")])

    plan = _plan(reading, read)

    tables = (
        "task", "account", "case", "instance", "activity", "session", "api_token", "membership", "of_deputy",
        "supervision", "administration", "absence", "deputyship", "deputy_queue", "mandate",
    )  # fmt: skip
    read_through = [f"SCAN {table}" for table in tables if f"SCAN {table}\n" in f"{plan}\n"]
    assert read_through == [], plan
    # a list of due jobs or open incidents is its index
    assert "SCAN job\n" not in f"{plan}\n", plan
    assert "SCAN incident\n" not in f"{plan}\n", plan
