"""What an applicant can follow: own applications, and one with its steps, evidence and tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.casework.case import Case, CaseState
from engine.casework.decision import Decision, Outcome
from engine.casework.evidence import Provenance
from engine.errors import NotFound
from engine.identity import CaseNumber, new_key
from engine.store.database import Database
from engine.store.queries.applications import own_applications, tracking
from engine.store.queries.paging import CursorUnknown
from tests.builders.a_case import a_case, a_term, an_evidence
from tests.builders.a_catalogue import with_service
from tests.builders.a_task import NOW, a_task
from tests.builders.an_actor import a_citizen, a_clerk, a_supervisor, an_actor

_DAY = timedelta(days=1)


def kept(database: Database, **said: Any) -> Case:
    """A case of the service `renewal`, which is deployed."""
    case = a_case(**{"service_key": "renewal", **said})
    with database.work() as work:
        with_service(work)
        work.cases.add(case)
    return case


def granted(case: Case, at: datetime) -> Case:
    return case.decided(Decision(outcome=Outcome.granted, decided_at=at))


# The list


def test_own_applications_are_told_the_newest_first_page_by_page(database: Database, reading: Connection) -> None:
    citizen = a_citizen()
    numbers = [CaseNumber("AZ", 2026, serial) for serial in range(1, 6)]
    with database.work() as work:
        for age, number in enumerate(numbers):
            work.cases.add(a_case(id=new_key(age), number=number, applicant=citizen.account))
        work.cases.add(a_case(number=CaseNumber("AZ", 2026, 9)))

    first = own_applications(reading, citizen, limit=2)
    second = own_applications(reading, citizen, limit=2, cursor=first.next)
    third = own_applications(reading, citizen, limit=2, cursor=second.next)

    pages = [*first.items, *second.items, *third.items]
    assert [row.case.number for row in pages] == numbers[::-1]
    assert third.next is None


def test_application_in_the_list_tells_its_decision(database: Database, reading: Connection) -> None:
    citizen = a_citizen()
    decided = granted(a_case(applicant=citizen.account), NOW + _DAY)
    with database.work() as work:
        work.cases.add(decided)

    (row,) = own_applications(reading, citizen).items

    assert (row.case, row.outcome, row.decided_at) == (decided, "granted", NOW + _DAY)


@pytest.mark.parametrize("actor", [a_citizen(), a_clerk(), a_supervisor(), an_actor(analyst=True, operator=True)])
def test_applications_of_others_are_never_listed(database: Database, reading: Connection, actor: Any) -> None:
    with database.work() as work:
        work.cases.add(a_case())

    assert own_applications(reading, actor).items == []


def test_foreign_cursor_is_refused(reading: Connection) -> None:
    with pytest.raises(CursorUnknown):
        own_applications(reading, a_citizen(), cursor="x")


# One application


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        pytest.param(an_actor(account="applicant", citizen=True), True, id="the applicant"),
        pytest.param(a_supervisor(), True, id="a supervisor of its agency"),
        pytest.param(a_supervisor("health"), False, id="a supervisor of another agency"),
        pytest.param(a_citizen(), False, id="another citizen"),
        pytest.param(a_clerk(), False, id="a clerk, who sees it through its tasks"),
        pytest.param(an_actor(analyst=True, operator=True), False, id="an analyst and operator"),
    ],
)
def test_who_may_follow_an_application(database: Database, reading: Connection, actor: Any, sees: bool) -> None:
    case = kept(database, applicant="applicant")

    try:
        seen = tracking(reading, actor, case.id).case == case
    except NotFound:
        seen = False

    assert seen is sees


def test_application_that_is_not_there_is_not_found(reading: Connection) -> None:
    with pytest.raises(NotFound):
        tracking(reading, a_supervisor(), "nothing")


def _steps(reading: Connection, case: Case) -> list[tuple[str, str, datetime | None]]:
    return [(step.key, step.state, step.at) for step in tracking(reading, a_supervisor(), case.id).steps]


def test_steps_are_done_current_and_ahead(database: Database, reading: Connection) -> None:
    case = kept(database, milestone="checked")
    with database.work() as work:
        work.cases.reach(case.id, [(1, "received", NOW), (4, "checked", NOW + _DAY)])

    assert _steps(reading, case) == [
        ("received", "done", NOW),
        ("checked", "current", NOW + _DAY),
        ("decided", "ahead", None),
    ]


def test_step_that_need_not_come_is_told_when_it_is_reached(database: Database, reading: Connection) -> None:
    case = kept(database, milestone="returned")
    with database.work() as work:
        work.cases.reach(case.id, [(1, "received", NOW), (6, "returned", NOW)])

    assert ("returned", "current", NOW) in _steps(reading, case)


def test_step_that_was_reached_twice_has_its_last_time(database: Database, reading: Connection) -> None:
    case = kept(database, milestone="checked")
    with database.work() as work:
        work.cases.reach(case.id, [(4, "checked", NOW), (9, "checked", NOW + _DAY)])

    assert ("checked", "current", NOW + _DAY) in _steps(reading, case)


def test_closed_case_has_nothing_ahead(database: Database, reading: Connection) -> None:
    case = kept(database, milestone="decided", state=CaseState.withdrawn, closed_at=NOW)
    with database.work() as work:
        work.cases.reach(case.id, [(1, "received", NOW), (3, "decided", NOW)])

    assert _steps(reading, case) == [("received", "done", NOW), ("decided", "done", NOW)]


def test_where_it_is_are_the_open_tasks_of_people(database: Database, reading: Connection) -> None:
    case = kept(database)
    mine = {"instance_id": case.instance_id}
    with database.work() as work:
        work.tasks.open_many(
            [
                a_task(name="Examine", wait=2, **mine),
                a_task(name="Examined", wait=1, **mine).cancel(NOW),
                a_task(name="of another instance"),
            ]
        )

    assert tracking(reading, a_supervisor(), case.id).where_now == ["Examine"]


def test_where_nobody_is_at_work_nothing_is_told(database: Database, reading: Connection) -> None:
    case = kept(database)

    assert tracking(reading, a_supervisor(), case.id).where_now == []


def test_own_tasks_are_those_returned_to_the_applicant(database: Database, reading: Connection) -> None:
    citizen = a_citizen()
    case = kept(database, applicant=citizen.account)
    due = NOW + _DAY
    mine = a_task(None, instance_id=case.instance_id, wait=3, assignee=citizen.account, due_at=due, name="Correct")
    with database.work() as work:
        work.tasks.open_many([mine, a_task(instance_id=case.instance_id, wait=2)])

    (own,) = tracking(reading, citizen, case.id).own_tasks

    assert (own.id, own.name, own.due_at) == (mine.id, "Correct", due)
    assert tracking(reading, a_supervisor(), case.id).own_tasks == []


@pytest.mark.parametrize("is_stopped", [True, False])
def test_clock_stands_still_or_runs(database: Database, reading: Connection, is_stopped: bool) -> None:
    term = a_term()
    case = kept(database, term=term.stop(NOW) if is_stopped else term)

    assert tracking(reading, a_supervisor(), case.id).clock_is_stopped is is_stopped


def test_evidence_is_told_with_who_supplied_it(database: Database, reading: Connection) -> None:
    case = kept(database)
    supplied = an_evidence(case.id, provenance=Provenance.clerk, purpose="identity", legal_basis="art. 29")
    with database.work() as work:
        work.cases.add_evidence([supplied, an_evidence(new_key())], case.instance_id)

    (row,) = tracking(reading, a_supervisor(), case.id).evidence

    assert (row.key, row.provenance, row.source) == ("identity", "clerk", "population:person")
    assert (row.purpose, row.legal_basis, row.recorded_at) == ("identity", "art. 29", NOW)


# When a decision is likely


def _decided_in(database: Database, *days: int, **said: Any) -> None:
    with database.work() as work:
        for serial, length in enumerate(days, 1_000):
            values = {"service_key": "renewal", "number": CaseNumber("AZ", 2025, serial), **said}
            work.cases.add(granted(a_case(**values), NOW + length * _DAY))


def test_expected_day_is_the_median_of_the_last_cases(database: Database, reading: Connection) -> None:
    case = kept(database, deadline_at=NOW + 30 * _DAY)
    _decided_in(database, 1, 2, 90)

    assert tracking(reading, a_supervisor(), case.id).expected_at == NOW + 2 * _DAY


@pytest.mark.parametrize("said", [{"service_key": "exchange"}, {"agency": "health"}])
def test_cases_of_other_services_say_nothing(database: Database, reading: Connection, said: dict[str, str]) -> None:
    case = kept(database, deadline_at=NOW + 30 * _DAY)
    _decided_in(database, 1, 2, 3, **said)

    assert tracking(reading, a_supervisor(), case.id).expected_at == NOW + 30 * _DAY


def test_without_earlier_cases_the_legal_deadline_is_expected(database: Database, reading: Connection) -> None:
    case = kept(database, deadline_at=NOW + 30 * _DAY)

    assert tracking(reading, a_supervisor(), case.id).expected_at == NOW + 30 * _DAY


def test_of_a_closed_case_nothing_is_expected(database: Database, reading: Connection) -> None:
    case = kept(database, state=CaseState.cancelled, closed_at=NOW, deadline_at=NOW + _DAY)

    assert tracking(reading, a_supervisor(), case.id).expected_at is None
