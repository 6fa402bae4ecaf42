"""The inbox and the notices of a case: who sees what, in which order, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.store.database import Database
from engine.store.queries.notices import contact_of, inbox_notice, inbox_page, notices_of_case
from tests.builders.a_catalogue import with_service
from tests.builders.a_notice import AT, a_delivery, a_notice
from tests.builders.an_actor import a_citizen, a_supervisor
from tests.builders.an_instance import started_with_case
from tests.builders.databases import ON_SQLITE
from tests.builders.statements import plan_of, statements_of

ME = a_citizen()


def told(database: Database, times: int = 3) -> str:
    """A case with some notices to `ME`, each with a mail, the first one read; gives the key of the case."""
    with database.work() as work:
        with_service(work)
        _, case = started_with_case(work, service_key="renewal", applicant=ME.account)
        for number in range(times):
            notice = a_notice(case_id=case.id, recipient=ME.account, read_at=None if number else AT)
            work.notices.add(notice, [a_delivery(notice)])
    return case.id


def test_an_inbox_shows_the_newest_first_and_counts_what_is_unread(database: Database) -> None:
    told(database)
    with database.read() as connection:
        first = inbox_page(connection, ME, limit=2)
        second = inbox_page(connection, ME, limit=2, cursor=first.next)
        unread = inbox_page(connection, ME, unread=True)
        others = inbox_page(connection, a_citizen())

    keys = [row.id for row in (*first.items, *second.items)]
    assert keys == sorted(keys, reverse=True)
    assert (len(first.items), len(second.items), second.next, first.unread) == (2, 1, None, 2)
    assert all(row.read_at is None for row in unread.items)
    assert (others.items, others.unread) == ([], 0)


def test_the_notices_of_a_case_come_with_their_deliveries(database: Database) -> None:
    case_id = told(database)
    with database.read() as connection:
        rows = notices_of_case(connection, a_supervisor(), case_id)

    assert [row.id for row in rows] == sorted(row.id for row in rows)
    assert [[one.address for one in row.deliveries] for row in rows] == [["rashad@example.az"]] * 3
    assert all(not one.needs_repair and one.last_error is None for row in rows for one in row.deliveries)


@pytest.mark.parametrize(
    ("read", "statements"),
    [
        pytest.param(lambda on, _: inbox_page(on, ME), 2, id="inbox"),
        pytest.param(lambda on, _: inbox_page(on, ME, unread=True), 2, id="unread"),
        pytest.param(lambda on, case: inbox_notice(on, ME, inbox_page(on, ME).items[0].id), 3, id="one"),
        pytest.param(lambda on, case: notices_of_case(on, a_supervisor(), case), 3, id="of a case"),
        pytest.param(lambda on, _: contact_of(on, ME.account), 1, id="contact"),
    ],
)
@ON_SQLITE
def test_what_they_cost_depends_on_nothing(
    database: Database, reading: Connection, read: Callable[[Connection, str], Any], statements: int
) -> None:
    case_id = told(database)

    with statements_of(reading) as seen:
        read(reading, case_id)
    plans = "\n".join(line for statement in list(seen) for line in plan_of(reading, statement))

    assert len(seen) == statements
    assert not [
        line for line in plans.splitlines() if line.startswith(("SCAN notice", "SCAN delivery", "SCAN contact"))
    ]
    assert "TEMP B-TREE" not in plans.replace("USE TEMP B-TREE FOR LAST TERM OF ORDER BY", "")


def test_the_number_of_a_notice_is_that_of_its_case(database: Database) -> None:
    told(database, times=1)
    with database.read() as connection:
        (row,) = inbox_page(connection, ME).items
        same = inbox_notice(connection, ME, row.id)
    assert replace(same, deliveries=()) == replace(row, deliveries=())
    assert row.case_number.startswith("AZ-")
