"""Who sees which tasks: neither more nor less than `Task.require_seen_by` allows."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from engine.casework.actor import Actor
from engine.casework.task import Task, TaskState
from engine.errors import NotFound
from engine.identity import QueueName, new_key
from engine.store.database import Database
from engine.store.queries.tasks import open_tasks_of, queue_page, task_detail
from tests.builders.a_task import NOW, a_task
from tests.builders.an_actor import QUEUE, a_citizen, a_clerk, a_supervisor, an_actor
from tests.builders.an_instance import started

# Two agencies; the name of the second begins with that of the first.
_QUEUES = ["city:clerk", "city:head", "city-park:clerk", None]
_AGENCIES = ["city", "city-park"]


def _seen(reading: Connection, actor: Actor, queue: str | None = None, *, mine: bool = False) -> set[str]:
    found, cursor = [], None
    while True:
        page = queue_page(reading, actor, now=NOW, queue=queue, mine=mine, limit=3, cursor=cursor)
        found += [row.task.id for row in page.items]
        cursor = page.next
        if cursor is None:
            assert len(found) == len(set(found)), "a task was listed twice"
            return set(found)


def _one_of_each(holders: list[str | None]) -> list[Task]:
    return [
        a_task(queue, assignee=holder, state=TaskState.claimed if holder else TaskState.open)
        for queue, holder in product(_QUEUES, holders)
    ]


_ACTORS = st.builds(
    lambda queues, agencies: an_actor(*queues, supervises=frozenset(agencies)),
    st.sets(st.sampled_from([queue for queue in _QUEUES if queue] + ["city:nobody"])),
    st.sets(st.sampled_from(_AGENCIES)),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(who=_ACTORS, queue=st.sampled_from([*_QUEUES, "city:nobody"]), mine=st.booleans())
def test_list_shows_what_the_rule_allows_and_all_of_it(
    database: Database, reading: Connection, who: Actor, queue: str | None, mine: bool
) -> None:
    actor = replace(who, account=new_key())
    reading.exec_driver_sql("DELETE FROM task")
    tasks = _one_of_each([None, actor.account, new_key()])
    with database.work() as work:
        work.tasks.open_many(tasks)

    expected = {
        task.id
        for task in tasks
        if task.may_be_seen_by(actor)
        and (queue is None or str(task.queue) == queue)
        and (not mine or task.assignee == actor.account)
    }
    assert _seen(reading, actor, queue, mine=mine) == expected


@pytest.mark.parametrize(
    ("actor", "names"),
    [
        pytest.param(a_clerk(), {"of the queue"}, id="a clerk sees the queues she works in"),
        pytest.param(
            a_supervisor(), {"of the queue", "of another queue"}, id="a supervisor sees every queue of the agency"
        ),
        pytest.param(a_citizen(), set(), id="a citizen sees no queue"),
        pytest.param(an_actor(operator=True), set(), id="an operator sees no queue"),
        pytest.param(an_actor(analyst=True), set(), id="an analyst sees no queue"),
    ],
)
def test_queues_of_duties(database: Database, reading: Connection, actor: Actor, names: set[str]) -> None:
    with database.work() as work:
        work.tasks.open_many(
            [
                a_task(name="of the queue"),
                a_task("traffic-police:head", name="of another queue"),
                a_task("traffic-police-2:examiner", name="of another agency"),
                a_task(None, name="of a person", assignee=new_key()),
            ]
        )

    assert {row.task.name for row in queue_page(reading, actor, now=NOW).items} == names


def test_citizen_sees_the_tasks_returned_to_her(database: Database, reading: Connection) -> None:
    citizen = a_citizen()
    mine = a_task(None, assignee=citizen.account)
    with database.work() as work:
        work.tasks.open_many([mine, a_task(None, assignee=new_key())])

    assert _seen(reading, citizen) == {mine.id}


def test_of_more_queues_than_fifty_the_first_fifty_are_shown(database: Database, reading: Connection) -> None:
    queues = [f"agency:role-{number:02}" for number in range(52)]
    with database.work() as work:
        work.tasks.open_many([a_task(queue) for queue in queues])

    page = queue_page(reading, an_actor(*queues), now=NOW, limit=100)

    assert [str(row.task.queue) for row in sorted(page.items, key=lambda row: str(row.task.queue))] == queues[:50]


def test_supervisor_of_several_agencies_sees_the_queues_of_all(database: Database, reading: Connection) -> None:
    tasks = [a_task(f"agency-{number}:clerk") for number in range(3)]
    with database.work() as work:
        work.tasks.open_many(tasks)

    seen = _seen(reading, an_actor(supervises=frozenset({"agency-0", "agency-2"})))

    assert seen == {tasks[0].id, tasks[2].id}


# One task


def _kept(database: Database) -> Task:
    with database.work() as work:
        record = started(work)
        task = a_task(instance_id=record.id, wait=7, draft={"fee": "25"})
        work.tasks.open_many([task])
    return task


def test_detail_has_what_its_form_needs(database: Database, reading: Connection) -> None:
    task = _kept(database)

    detail = task_detail(reading, a_clerk(), task.id)

    assert (detail.task, detail.snapshot, detail.process_variables) == (task, b"tokens", {})
    assert detail.draft == {"fee": "25"}


@pytest.mark.parametrize(
    "actor",
    [
        pytest.param(an_actor("traffic-police:head"), id="a clerk of another queue"),
        pytest.param(a_supervisor("traffic-police-2"), id="a supervisor of another agency"),
        pytest.param(a_citizen(), id="a citizen"),
        pytest.param(an_actor(analyst=True, operator=True), id="an analyst and operator"),
    ],
)
def test_detail_is_not_found_by_who_may_not_know_of_it(database: Database, reading: Connection, actor: Actor) -> None:
    task = _kept(database)

    with pytest.raises(NotFound) as hidden:
        task_detail(reading, actor, task.id)
    with pytest.raises(NotFound) as absent:
        task_detail(reading, actor, f"{task.instance_id}-8")

    assert str(hidden.value).replace(task.id, "") == str(absent.value).replace(f"{task.instance_id}-8", "")


@pytest.mark.parametrize("task_id", ["", "x", "x-", "x--1", "x-1-2", "x-²", "x-" + "9" * 16, "x-1e3", "-1"])
def test_detail_of_what_is_no_task_is_not_found(migrated_sqlite_file: object, task_id: str) -> None:
    database = Database(f"sqlite:///{migrated_sqlite_file}")

    with database.read() as reading, pytest.raises(NotFound):
        task_detail(reading, a_clerk(), task_id)
    database.close()


def test_open_tasks_of_an_instance_are_told_in_order(database: Database, reading: Connection) -> None:
    tasks = [a_task(instance_id="i" * 26, wait=wait, name=str(wait)) for wait in (3, 1, 2)]
    with database.work() as work:
        work.tasks.open_many([*tasks[:2], tasks[2].cancel(NOW), a_task()])

    found = open_tasks_of(reading, "i" * 26)

    assert [(one.id, one.name, one.queue) for one in found] == [
        (f"{'i' * 26}-1", "1", str(QueueName.parse(QUEUE))),
        (f"{'i' * 26}-3", "3", QUEUE),
    ]
