"""The queue: which tasks, in which order, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from engine.casework.actor import Actor
from engine.casework.task import Task, TaskState
from engine.errors import Invalid
from engine.identity import CaseNumber, QueueName, new_key
from engine.store.database import Database
from engine.store.queries.paging import CursorUnknown
from engine.store.queries.tasks import TaskRow, queue_page
from engine.store.unit_of_work import UnitOfWork
from tests.builders.a_case import a_case
from tests.builders.a_task import NOW, a_task
from tests.builders.an_account import an_account
from tests.builders.an_actor import QUEUE, a_clerk, an_actor
from tests.builders.an_instance import started_with_case

_SECOND = "traffic-police:registrar"


def opened(database: Database, *tasks: Task) -> None:
    with database.work() as work:
        work.tasks.open_many(tasks)


def page(reading: Connection, actor: Actor, **asked: Any) -> list[TaskRow]:
    return list(queue_page(reading, actor, now=NOW, **asked).items)


def names(reading: Connection, actor: Actor, **asked: Any) -> list[str]:
    return [row.task.name for row in page(reading, actor, **asked)]


def all_pages(reading: Connection, actor: Actor, limit: int, **asked: Any) -> list[str]:
    found, cursor = [], None
    while True:
        one = queue_page(reading, actor, now=NOW, limit=limit, cursor=cursor, **asked)
        found += [row.task.id for row in one.items]
        cursor = one.next
        if cursor is None:
            return found


# Order


@pytest.mark.parametrize(
    ("sort", "first", "second"),
    [
        pytest.param("due", {"due_at": NOW}, {"due_at": NOW + timedelta(seconds=1)}, id="the most urgent first"),
        pytest.param("due", {"due_at": NOW + timedelta(days=9000)}, {"due_at": None}, id="no due date comes last"),
        pytest.param("created", {"created_at": NOW - timedelta(days=1)}, {"created_at": NOW}, id="the oldest first"),
        pytest.param("priority", {"priority": 51}, {"priority": 50}, id="the highest priority first"),
    ],
)
def test_order(
    database: Database, reading: Connection, sort: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    opened(database, a_task(name="second", **second), a_task(name="first", **first))

    assert names(reading, a_clerk(), sort=sort) == ["first", "second"]


def test_unknown_order_is_refused(reading: Connection) -> None:
    with pytest.raises(Invalid, match="sort"):
        page(reading, a_clerk(), sort="name")


# Pages


@pytest.mark.parametrize("sort", ["due", "created", "priority"])
@pytest.mark.parametrize("queues", [(QUEUE,), (QUEUE, _SECOND)], ids=["one queue", "two queues merged"])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_have_no_gaps_and_no_repeats_also_among_equals(
    database: Database, reading: Connection, sort: str, queues: tuple[str, ...], limit: int
) -> None:
    tasks = [
        a_task(
            queues[number % len(queues)],
            wait=number,
            priority=50 + number % 2,
            due_at=None if number % 3 else NOW + timedelta(days=number % 2),
        )
        for number in range(14)
    ]
    opened(database, *tasks)

    found = all_pages(reading, an_actor(*queues), limit, sort=sort)

    assert sorted(found) == sorted(task.id for task in tasks)
    assert found == [row.task.id for row in page(reading, an_actor(*queues), sort=sort, limit=100)]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dues=st.lists(st.tuples(st.sampled_from([QUEUE, _SECOND]), st.none() | st.integers(0, 2)), max_size=9),
    limit=st.integers(1, 4),
)
def test_any_queue_is_told_whole_in_order(
    database: Database, reading: Connection, dues: list[tuple[str, int | None]], limit: int
) -> None:
    agency = f"agency-{new_key()}"
    here = {QUEUE: f"{agency}:examiner", _SECOND: f"{agency}:registrar"}
    tasks = [a_task(here[queue], due_at=None if days is None else NOW + timedelta(days=days)) for queue, days in dues]
    opened(database, *tasks)

    found = all_pages(reading, an_actor(*here.values()), limit)

    far = NOW + timedelta(days=9000)
    assert found == [task.id for task in sorted(tasks, key=lambda one: (one.due_at or far, one.instance_id))]


def test_page_has_at_least_one_row(database: Database, reading: Connection) -> None:
    opened(database, a_task(), a_task())

    assert [len(page(reading, a_clerk(), limit=limit)) for limit in (0, -5, 1)] == [1, 1, 1]


def test_page_has_at_most_a_hundred_rows(database: Database, reading: Connection) -> None:
    opened(database, *(a_task() for _ in range(101)))

    assert len(page(reading, a_clerk(), limit=1_000_000)) == 100


def test_task_that_is_done_between_two_pages_leaves_no_gap(database: Database, reading: Connection) -> None:
    tasks = [a_task(name=str(number), due_at=NOW + timedelta(days=number)) for number in range(4)]
    opened(database, *tasks)
    first = queue_page(reading, a_clerk(), now=NOW, limit=2)

    with database.work() as work:
        work.tasks.save(tasks[1].complete(a_clerk(), NOW))

    assert names(reading, a_clerk(), limit=2, cursor=first.next) == ["2", "3"]


def test_cursor_of_another_order_is_refused(database: Database, reading: Connection) -> None:
    opened(database, a_task(), a_task())
    first = queue_page(reading, a_clerk(), now=NOW, sort="due", limit=1)

    with pytest.raises(CursorUnknown):
        page(reading, a_clerk(), sort="priority", cursor=first.next)


# Filters


def _in_every_state(clerk: Actor) -> list[Task]:
    return [
        a_task(name="free"),
        a_task(name="taken").claim(clerk, NOW),
        a_task(name="done").complete(clerk, NOW),
        a_task(name="gone").cancel(NOW),
    ]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("active", {"free", "taken"}),
        (TaskState.open, {"free"}),
        (TaskState.claimed, {"taken"}),
        (TaskState.completed, {"done"}),
        (TaskState.cancelled, {"gone"}),
    ],
)
def test_filter_by_state(database: Database, reading: Connection, state: str, expected: set[str]) -> None:
    clerk = a_clerk()
    opened(database, *_in_every_state(clerk))

    assert set(names(reading, clerk, state=str(state))) == expected


def test_filter_by_queue_takes_a_name_or_a_value(database: Database, reading: Connection) -> None:
    both = an_actor(QUEUE, _SECOND)
    opened(database, a_task(name="here"), a_task(_SECOND, name="there"))

    assert names(reading, both, queue=_SECOND) == names(reading, both, queue=QueueName.parse(_SECOND)) == ["there"]


def test_mine_are_those_the_actor_holds(database: Database, reading: Connection) -> None:
    clerk = an_actor(QUEUE, _SECOND)
    opened(
        database,
        a_task(name="free"),
        a_task(name="a colleague's").claim(a_clerk(), NOW),
        a_task(name="held").claim(clerk, NOW),
        a_task(_SECOND, name="held there").claim(clerk, NOW),
        a_task(None, name="returned to me", assignee=clerk.account),
    )

    assert set(names(reading, clerk, mine=True)) == {"held", "held there", "returned to me"}
    assert names(reading, clerk, mine=True, queue=_SECOND) == ["held there"]


def test_overdue_are_those_due_before_now(database: Database, reading: Connection) -> None:
    opened(
        database,
        a_task(name="late", due_at=NOW - timedelta(microseconds=1)),
        a_task(name="just now", due_at=NOW),
        a_task(name="no date"),
    )

    assert names(reading, a_clerk(), overdue=True) == ["late"]


@pytest.mark.parametrize(
    ("search", "name"),
    [
        pytest.param("CERTIF", "Check the medical certificate", id="capitals of A-Z"),
        pytest.param("ərizə", "Ərizəni yoxlayın", id="a small letter finds a capital one"),
        pytest.param("ƏRİZƏ", "ərizəni yoxlayın", id="capitals find small letters"),
        pytest.param("işıq", "İŞIQ", id="İ is the capital of i"),
        pytest.param("DRIVING", "driving", id="I is the capital of i in English"),
        pytest.param("100%", "Pay 100% at once", id="per cent"),
        pytest.param("'; --", "it's '; -- here", id="quotes"),
    ],
)
def test_search_finds(database: Database, reading: Connection, search: str, name: str) -> None:
    opened(database, a_task(name=name))

    assert names(reading, a_clerk(), search=search) == [name]


def test_search_takes_signs_as_they_are(database: Database, reading: Connection) -> None:
    opened(database, a_task(name="abc"), a_task(name="axxb"))

    assert [names(reading, a_clerk(), search=search) for search in ("%", "_", "a%b", "a_c", "\\")] == [[]] * 5


def _with_case(work: UnitOfWork, serial: int) -> None:
    case = a_case(number=CaseNumber("AZ", 2026, serial), service_key="renewal")
    work.cases.add(case)
    work.tasks.open_many([a_task(case_id=case.id, instance_id=case.instance_id, name=f"of {serial}")])


def test_search_finds_case_numbers(database: Database, reading: Connection) -> None:
    with database.work() as work:
        _with_case(work, 123)
        _with_case(work, 124)

    (found,) = page(reading, a_clerk(), search="az-2026-000124")

    assert (found.task.name, found.service_key) == ("of 124", "renewal")
    assert found.case_number == str(CaseNumber("AZ", 2026, 124))


def test_filters_hold_on_every_page(database: Database, reading: Connection) -> None:
    clerk = an_actor(QUEUE, _SECOND)
    wanted = [a_task(queue, name="wanted", due_at=NOW) for queue in (QUEUE, _SECOND) * 3]
    opened(database, *wanted, *(a_task(name="other") for _ in range(5)))

    assert sorted(all_pages(reading, clerk, 2, search="WANT")) == sorted(task.id for task in wanted)


# What a row tells


def test_row_tells_who_holds_it_and_its_case(database: Database, reading: Connection) -> None:
    holder = an_account(name="Rauf Əliyev")
    with database.work() as work:
        work.accounts.add(holder)
        record, case = started_with_case(work)
        task = a_task(instance_id=record.id, case_id=case.id, assignee=holder.id, state=TaskState.claimed)
        work.tasks.open_many([task])

    (found,) = page(reading, a_clerk())

    assert (found.task, found.assignee_name, found.case_number) == (task, "Rauf Əliyev", str(case.number))
    assert (found.id, found.queue, found.due_at) == (task.id, task.queue, None)
