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
from engine.identity import CaseNumber, QueueName, new_key
from engine.store.database import Database
from engine.store.queries.tasks import open_tasks_of, queue_page, task_detail
from tests.builders.a_case import a_case
from tests.builders.a_master_key import MASTER_KEYS
from tests.builders.a_task import NOW, a_task
from tests.builders.an_account import an_account
from tests.builders.an_actor import QUEUE, a_citizen, a_clerk, a_supervisor, an_actor
from tests.builders.an_instance import started

# Two agencies; the name of the second begins with that of the first.
_QUEUES = ["city:clerk", "city:head", "city-park:clerk", None]
_AGENCIES = ["city", "city-park"]


def _seen(
    reading: Connection, actor: Actor, queue: str | None = None, *, mine: bool = False, state: str = "active"
) -> set[str]:
    found, cursor = [], None
    while True:
        page = queue_page(reading, actor, now=NOW, queue=queue, mine=mine, state=state, limit=3, cursor=cursor)
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


# Deputies and representatives

_ABSENT, _MANDATOR = new_key(), new_key()
_SERVICES = ["renewal", "tax"]
_OTHERS = st.builds(
    lambda queues, agencies, stands_in, services: an_actor(
        *queues,
        supervises=frozenset(agencies),
        stands_in={QueueName.parse(queue): frozenset({_ABSENT}) for queue in stands_in},
        represents={} if services == "none" else {_MANDATOR: services},
    ),
    st.sets(st.sampled_from(["city:clerk", "city:head"]), max_size=1),
    st.sets(st.sampled_from(_AGENCIES), max_size=1),
    st.sets(st.sampled_from(["city:clerk", "city:head", "city-park:clerk"])),
    st.sampled_from(["none", None, frozenset({"renewal"}), frozenset({"renewal", "tax"})]),
)


def _tasks_of_all(actor: Actor, state: TaskState) -> list[Task]:
    """Of each queue and holder; personal ones of each person and service, also such as were done for somebody."""
    others = (None, actor.account, _ABSENT, new_key())
    queued = [
        a_task(queue, assignee=holder, acted_for=acted_for, state=state)
        for queue, holder, acted_for in product(["city:clerk", "city:head", "city-park:clerk"], others, (None, _ABSENT))
    ]
    people: list[tuple[str, str | None]] = [(actor.account, None), (_MANDATOR, None), (new_key(), None)]
    if state is TaskState.completed:
        people += [(actor.account, _MANDATOR), (new_key(), _MANDATOR), (new_key(), actor.account)]
    personal = [
        a_task(None, assignee=holder, acted_for=acted_for, state=state, case_id=service, service_key=service)
        for (holder, acted_for), service in product(people, _SERVICES)
    ]
    return queued + personal


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    who=_OTHERS,
    queue=st.sampled_from([None, None, "city:clerk", "city-park:clerk"]),
    mine=st.booleans(),
    state=st.sampled_from([TaskState.open, TaskState.claimed, TaskState.completed]),
)
def test_list_shows_deputies_and_representatives_what_the_rule_allows_and_all_of_it(
    database: Database, reading: Connection, who: Actor, queue: str | None, mine: bool, state: TaskState
) -> None:
    # A supervisor who names no queue is shown those that have open tasks.
    agencies = frozenset() if state is TaskState.completed else who.supervises
    actor = replace(who, account=new_key(), supervises=agencies)
    for table in ("task", '"case"'):
        reading.exec_driver_sql(f"DELETE FROM {table}")
    tasks = _tasks_of_all(actor, state)
    with database.work() as work:
        for serial, service in enumerate(_SERVICES, start=1):
            work.cases.add(a_case(id=service, service_key=service, number=CaseNumber("AZ", 2026, serial)))
        work.tasks.open_many(tasks)

    expected = {
        task.id
        for task in tasks
        if task.may_be_seen_by(actor)
        and (queue is None or str(task.queue) == queue)
        and (not mine or task.assignee == actor.account)
    }
    assert _seen(reading, actor, queue, mine=mine, state=str(state)) == expected


def test_deputy_sees_her_colleagues_queue_and_who_acts_for_whom(database: Database, reading: Connection) -> None:
    absent = an_account(name="Aysel")
    deputy = an_account("leyla", name="Leyla")
    held = a_task(state=TaskState.claimed, assignee=deputy.id, acted_for=absent.id)
    with database.work() as work:
        work.accounts.add(absent)
        work.accounts.add(deputy)
        work.tasks.open_many([held])

    actor = an_actor(account=deputy.id, stands_in={QueueName.parse(QUEUE): frozenset({absent.id})})
    (row,) = queue_page(reading, actor, now=NOW).items

    assert (row.assignee_name, row.acted_for_name, row.acted_for) == ("Leyla", "Aysel", absent.id)


def test_tasks_that_colleagues_offer_are_a_list_of_their_own(database: Database, reading: Connection) -> None:
    clerk = a_clerk()
    offered = a_task(state=TaskState.claimed, assignee=new_key(), offered_to=clerk.account)
    elsewhere = a_task("elsewhere:clerk", assignee=new_key(), offered_to=clerk.account)
    with database.work() as work:
        work.tasks.open_many([offered, elsewhere, a_task(), a_task(assignee=new_key(), offered_to=new_key())])

    page = queue_page(reading, clerk, now=NOW, offered=True)

    assert [row.task.id for row in page.items] == [offered.id]


def test_clerk_who_left_the_queue_finds_nothing_that_she_had_claimed(database: Database, reading: Connection) -> None:
    clerk = a_clerk()
    held = a_task(state=TaskState.claimed, assignee=clerk.account)
    with database.work() as work:
        work.tasks.open_many([held])

    left = replace(clerk, queues=frozenset())

    assert _seen(reading, clerk, mine=True) == {held.id}
    assert (_seen(reading, left), _seen(reading, left, mine=True)) == (set(), set())


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
    database = Database(f"sqlite:///{migrated_sqlite_file}", keys=MASTER_KEYS)

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
