"""What a representative can follow: no more and no less than `Case.may_be_seen_by` says."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from engine.casework.actor import Actor
from engine.errors import NotFound
from engine.identity import CaseNumber, new_key
from engine.store.database import Database
from engine.store.queries.applications import case_seen_by, own_applications
from engine.store.queries.files import may_read_case
from engine.store.queries.organisation import mandates_of
from engine.store.queries.payments import payments_of_application
from tests.builders.a_case import a_case
from tests.builders.a_deputy import DAY, a_mandate
from tests.builders.a_task import NOW
from tests.builders.an_account import an_account
from tests.builders.an_actor import an_actor

_MOTHER, _FIRM = new_key(), new_key()
_SCOPES = st.sampled_from(["none", None, frozenset({"renewal"}), frozenset({"renewal", "tax"})])
_ACTORS = st.builds(
    lambda mother, firm: an_actor(
        citizen=True,
        represents={key: scope for key, scope in ((_MOTHER, mother), (_FIRM, firm)) if scope != "none"},
    ),
    _SCOPES,
    _SCOPES,
)


def _listed(reading: Connection, actor: Actor, on_behalf_of: str | None) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = own_applications(reading, actor, on_behalf_of=on_behalf_of, limit=2, cursor=cursor)
        found += [row.case.id for row in page.items]
        cursor = page.next
        if cursor is None:
            return found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(who=_ACTORS, narrowed=st.sampled_from([None, _MOTHER, _FIRM, new_key()]))
def test_list_shows_whom_one_represents_as_far_as_the_mandate_goes(
    database: Database, reading: Connection, who: Actor, narrowed: str | None
) -> None:
    actor = replace(who, account=new_key())
    reading.exec_driver_sql('DELETE FROM "case"')
    people = (actor.account, _MOTHER, _FIRM, new_key())
    cases = [
        a_case(id=new_key(serial), number=CaseNumber("AZ", 2026, serial), applicant=applicant, service_key=service)
        for serial, (applicant, service) in enumerate(product(people, ("renewal", "tax")), start=1)
    ]
    with database.work() as work:
        for case in cases:
            work.cases.add(case)

    expected = [
        case.id for case in reversed(cases) if case.may_be_seen_by(actor) and narrowed in (None, case.applicant)
    ]
    assert _listed(reading, actor, narrowed) == expected


def test_list_names_applicant_and_representative(database: Database, reading: Connection) -> None:
    mother, son = an_account("mother", name="Mother"), an_account("son", name="Son")
    case = a_case(applicant=mother.id, representative=son.id, mandate_id=new_key())
    with database.work() as work:
        work.accounts.add(mother)
        work.accounts.add(son)
        work.cases.add(case)

    (row,) = own_applications(reading, an_actor(account=mother.id)).items

    assert (row.case, row.applicant_name, row.representative_name) == (case, "Mother", "Son")


def test_who_applied_for_another_finds_nothing_when_the_mandate_is_over(
    database: Database, reading: Connection
) -> None:
    mother, son = an_actor(citizen=True), an_actor(citizen=True)
    case = a_case(applicant=mother.account, representative=son.account)
    with database.work() as work:
        work.cases.add(case)

    assert own_applications(reading, son).items == []
    assert not may_read_case(reading, son, case.id)
    for read in (case_seen_by, payments_of_application):
        with pytest.raises(NotFound):
            read(reading, son, case.id)
    holding = replace(son, represents={mother.account: None})
    assert case_seen_by(reading, holding, case.id) == case
    assert may_read_case(reading, holding, case.id)
    assert payments_of_application(reading, holding, case.id).items == []


def test_mandates_are_listed_to_both_sides_and_to_nobody_else(database: Database, reading: Connection) -> None:
    mother, son, other = (an_account(name) for name in ("mother", "son", "other"))
    old = a_mandate(mother.id, son.id, "renewal", id=new_key(1), until_at=NOW - DAY / 2)
    new = a_mandate(mother.id, son.id, id=new_key(2))
    with database.work() as work:
        for account in (mother, son, other):
            work.accounts.add(account)
        work.mandates.add(old)
        work.mandates.add(new)

    listed = [mandates_of(reading, an_actor(account=one.id), NOW) for one in (mother, son, other)]

    assert [[(row.mandate, row.is_valid) for row in rows] for rows in listed] == [
        [(new, True), (old, False)],
        [(new, True), (old, False)],
        [],
    ]
