"""Agencies, their people, absences, deputies, mandates: they come back as they were kept; what they let an actor do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.casework.actor import Actor
from engine.casework.deputy import Absence, Deputyship
from engine.casework.organisation import Agency, Member, Role, Unit
from engine.errors import NotFound
from engine.identity import QueueName, new_key
from engine.store.database import Database
from engine.store.faults import AlreadyExists
from engine.store.queries.accounts import actor_of
from engine.store.queries.credentials import behind_session, behind_token
from tests.builders.a_deputy import AGENCY, DAY, a_deputyship, a_mandate, an_absence
from tests.builders.a_task import NOW
from tests.builders.an_account import a_session, a_token, an_account
from tests.builders.an_actor import QUEUE

NAMES = {"az": "Yol polisi", "en": "Traffic police", "ru": "Дорожная полиция"}
Q, HEAD = QueueName.parse(QUEUE), QueueName("traffic-police", "head")


def an_agency(key: str = AGENCY, **said: Any) -> Agency:
    values: dict[str, Any] = {"id": new_key(), "names": NAMES, "created_by": "system", "created_at": NOW}
    return Agency(key=key, **{**values, **said})


def accounts(database: Database, *names: str) -> list[str]:
    made = [an_account(name, name=name.title(), citizen=True) for name in names]
    with database.work() as work:
        for one in made:
            work.accounts.add(one)
    return [one.id for one in made]


def actor_in_all_ways(database: Database, account: str) -> Actor:
    """Who an account is, as a token, a session, a read model and a transaction tell it: they must agree."""
    token, session = a_token(account), a_session(account)
    with database.work() as work:
        work.accounts.add_token(token)
        work.accounts.begin_session(session)
        told = [work.accounts.actor(account, NOW)]
    with database.read() as reading:
        told.append(actor_of(reading, account, NOW))
        by_token, by_session = behind_token(reading, token.hash, NOW), behind_session(reading, session.hash, NOW)
        assert by_token is not None
        assert by_session is not None
        # a session is told besides, so that it can be ended; it is nothing that the account may do
        assert (by_token.actor.session, by_session.actor.session) == (None, session.id or session.hash)
        told += [by_token.actor, replace(by_session.actor, session=None)]
    assert all(one == told[0] for one in told)
    return told[0]


# Agencies


def test_agency_its_units_and_roles_come_back_as_they_were_kept(database: Database) -> None:
    agency = an_agency(parent="interior", contact={"phone": "102"})
    unit = Unit(agency=AGENCY, key="baku", names=NAMES, parent=None, created_at=NOW)
    role = Role(agency=AGENCY, key="examiner", names=NAMES, created_at=NOW)
    with database.work() as work:
        work.organisation.add_agency(agency)
        work.organisation.add_agency(an_agency("health"))
        work.organisation.put_unit(unit)
        work.organisation.put_unit(replace(unit, parent="head-office"))
        work.organisation.put_role(role)
    changed = replace(agency, contact={}, names={**NAMES, "en": "Road police"})

    with database.work() as work:
        kept = work.organisation.agency(AGENCY, lock=True)
        work.organisation.save_agency(changed)
        assert work.organisation.units(AGENCY) == [replace(unit, parent="head-office")]
        assert work.organisation.roles(AGENCY) == [role]
        assert work.organisation.agency_keys() == {AGENCY, "health"}
        assert [work.organisation.remove_unit(AGENCY, "baku") for _ in range(2)] == [True, False]
        assert [work.organisation.remove_role(AGENCY, "examiner") for _ in range(2)] == [True, False]
        with pytest.raises(NotFound):
            work.organisation.agency("nowhere")
    with database.work() as work:
        assert (kept, work.organisation.agency(AGENCY)) == (agency, changed)


def test_key_of_an_agency_is_given_once(database: Database) -> None:
    with pytest.raises(AlreadyExists), database.work() as work:
        work.organisation.add_agency(an_agency())
        work.organisation.add_agency(an_agency())


def test_members_are_who_has_a_duty_or_a_unit_in_the_agency(database: Database) -> None:
    aysel, boss, leyla, _ = accounts(database, "aysel", "boss", "leyla", "stranger")
    with database.work() as work:
        work.accounts.grant(aysel, [Q, HEAD, QueueName("traffic-police-2", "clerk")], ["traffic-police"])
        work.accounts.grant(boss, administers=[AGENCY])
        work.organisation.seat(AGENCY, leyla, "baku")
        work.organisation.seat(AGENCY, aysel, "old")
        work.organisation.seat(AGENCY, aysel, "baku")

        found = work.organisation.members(AGENCY)
        alone = work.organisation.members(AGENCY, leyla)
        work.organisation.seat(AGENCY, leyla, None)
        left = work.organisation.members(AGENCY, leyla)
        roles = work.organisation.roles_in_use(AGENCY)

    assert found == [
        Member(
            agency=AGENCY, account=aysel, name="Aysel", sign_in_name="aysel", unit="baku",
            roles=frozenset({"examiner", "head"}), supervises=True,
        ),
        Member(agency=AGENCY, account=boss, name="Boss", sign_in_name="boss", administers=True),
        Member(agency=AGENCY, account=leyla, name="Leyla", sign_in_name="leyla", unit="baku"),
    ]  # fmt: skip
    assert (alone, left, roles) == ([found[2]], [], frozenset({"examiner", "head"}))


# Who may do what


def test_administrator_has_no_duty_over_cases_of_her_agency_whatever_is_written(database: Database) -> None:
    (boss,) = accounts(database, "boss")
    with database.work() as work:
        work.accounts.grant(boss, [Q, QueueName("health", "doctor")], [AGENCY, "health"], administers=[AGENCY])

    actor = actor_in_all_ways(database, boss)

    assert actor.administers == {AGENCY}
    assert (actor.queues, actor.supervises) == ({QueueName("health", "doctor")}, {"health"})
    with database.work() as work:
        work.accounts.revoke(boss, administers=[AGENCY, "nowhere"])
        assert Q in work.accounts.actor(boss, NOW).queues


Change = Callable[[Deputyship, Absence], tuple[Deputyship, Absence | None]]


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        pytest.param(lambda one, away: (one, away), True, id="while she is absent"),
        pytest.param(lambda one, _: (one, None), False, id="while she is there"),
        pytest.param(lambda one, _: (replace(one, while_absent=False), None), True, id="declared for all the time"),
        pytest.param(lambda one, away: (replace(one, ended_at=NOW), away), False, id="ended"),
        pytest.param(lambda one, away: (replace(one, until_at=NOW), away), False, id="over"),
        pytest.param(lambda one, away: (replace(one, from_at=NOW + DAY), away), False, id="not yet"),
        pytest.param(lambda one, away: (one, replace(away, until_at=NOW)), False, id="she is back"),
        pytest.param(lambda one, away: (one, replace(away, until_at=None)), True, id="back nobody knows when"),
        pytest.param(lambda one, away: (one, replace(away, agency="health")), False, id="absent elsewhere"),
    ],
)
def test_actor_stands_in_as_the_deputyship_says(database: Database, change: Change, counts: bool) -> None:
    aysel, leyla = accounts(database, "aysel", "leyla")
    deputyship, absence = change(a_deputyship(aysel, leyla, QUEUE, str(HEAD)), an_absence(aysel))
    with database.work() as work:
        work.accounts.grant(aysel, [Q])
        work.accounts.grant(leyla, [HEAD])
        work.deputies.add(deputyship)
        if absence is not None:
            work.deputies.add_absence(absence)

    actor = actor_in_all_ways(database, leyla)

    assert deputyship.counts(NOW, [absence] if absence else []) is counts
    # Not in HEAD: there the absent one is no member.
    assert actor.stands_in == ({Q: frozenset({aysel})} if counts else {})
    assert actor_in_all_ways(database, aysel).stands_in == {}


def test_deputy_of_a_deputy_gets_nothing_of_the_first(database: Database) -> None:
    aysel, leyla, rauf = accounts(database, "aysel", "leyla", "rauf")
    with database.work() as work:
        work.accounts.grant(aysel, [Q])
        work.accounts.grant(leyla, [HEAD])
        work.accounts.grant(rauf, [QueueName(AGENCY, "clerk")])
        work.deputies.add(a_deputyship(aysel, leyla, while_absent=False))
        work.deputies.add(a_deputyship(leyla, rauf, QUEUE, str(HEAD), while_absent=False))

    assert actor_in_all_ways(database, leyla).stands_in == {Q: frozenset({aysel})}
    assert actor_in_all_ways(database, rauf).stands_in == {HEAD: frozenset({leyla})}


@pytest.mark.parametrize("left", ["absent", "deputy"])
def test_who_has_left_stands_in_for_nobody_and_nobody_for_her(database: Database, left: str) -> None:
    aysel, leyla = accounts(database, "aysel", "leyla")
    with database.work() as work:
        work.accounts.grant(aysel, [Q])
        work.accounts.grant(leyla, [HEAD])
        work.deputies.add(a_deputyship(aysel, leyla, while_absent=False))
        work.accounts.revoke(*((aysel, [Q]) if left == "absent" else (leyla, [HEAD])))

    assert actor_in_all_ways(database, leyla).stands_in == {}


def test_colleague_of_the_same_queue_stands_in_for_several(database: Database) -> None:
    aysel, leyla, rauf = accounts(database, "aysel", "leyla", "rauf")
    with database.work() as work:
        for account in (aysel, leyla, rauf):
            work.accounts.grant(account, [Q])
        for absent in (aysel, leyla):
            work.deputies.add(a_deputyship(absent, rauf, while_absent=False))

    assert actor_in_all_ways(database, rauf).stands_in == {Q: frozenset({aysel, leyla})}


def test_mandates_that_are_valid_now_add_up(database: Database) -> None:
    mother, firm, aunt, son = accounts(database, "mother", "firm", "aunt", "son")
    with database.work() as work:
        for mandate in (
            a_mandate(mother, son, "renewal"),
            a_mandate(mother, son, "tax", until_at=NOW + DAY),
            a_mandate(mother, son, "passport", until_at=NOW),
            a_mandate(firm, son, "tax"),
            a_mandate(firm, son),
            a_mandate(aunt, son, from_at=NOW + DAY),
            a_mandate(aunt, son).revoked(Actor(account=son, name=""), NOW),
        ):
            work.mandates.add(mandate)

    assert actor_in_all_ways(database, son).represents == {mother: frozenset({"renewal", "tax"}), firm: None}
    assert actor_in_all_ways(database, mother).represents == {}
    with database.work() as work:
        assert work.accounts.actor(son).represents == {}, "without a moment nothing counts"
        found = work.mandates.valid(mother, son, "tax", NOW)
        assert found is not None
        assert found.services == {"tax"}
        assert work.mandates.valid(mother, son, "passport", NOW) is None


def test_absences_deputies_and_mandates_come_back_as_they_were_kept(database: Database) -> None:
    aysel, leyla = accounts(database, "aysel", "leyla")
    absence, deputyship = an_absence(aysel), a_deputyship(aysel, leyla, QUEUE, str(HEAD), until_at=NOW + DAY)
    mandate = a_mandate(aysel, leyla, "tax", "renewal", reference="R-1")
    ended, over = absence.ended(NOW), deputyship.ended(NOW)
    with database.work() as work:
        work.deputies.add_absence(absence)
        work.deputies.add(deputyship)
        work.mandates.add(mandate)

    with database.work() as work:
        assert work.deputies.absence(absence.id) == absence
        assert work.deputies.absences(AGENCY, NOW) == [absence]
        assert work.deputies.get(deputyship.id) == deputyship
        assert work.deputies.of_agency(AGENCY, NOW) == [deputyship]
        assert work.deputies.of_agency(AGENCY, NOW + DAY) == []
        assert work.mandates.lock(mandate.id) == mandate
        work.deputies.end_absence(ended)
        work.deputies.end(over)
    with database.work() as work:
        assert (work.deputies.absence(absence.id), work.deputies.get(deputyship.id)) == (ended, over)
        assert (work.deputies.absences(AGENCY, NOW), work.deputies.of_agency(AGENCY, NOW)) == ([], [])
        for find in (work.deputies.absence, work.deputies.get, work.mandates.lock):
            with pytest.raises(NotFound):
                find(new_key())
