"""Agencies and their people: operators make them, administrators arrange their own, nobody serves herself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.casework.actor import Actor, DutyMissing
from engine.casework.organisation import (
    AdministratorHasNoCases,
    AgencyTaken,
    DutyToOneself,
    NameTaken,
    NotAdministrator,
    StillUsed,
    UnknownRole,
)
from engine.casework.task import Task
from engine.diagnostics import ModelRefused
from engine.errors import Invalid, NotFound
from engine.identity import QueueName, new_key
from engine.runtime.agencies import appoint_administrator, change_agency, dismiss_administrator, make_agency
from engine.runtime.agency_parts import put_role, put_unit, remove_role, remove_unit
from engine.runtime.change_member import change_member, dismiss_member, give_back_tasks
from engine.runtime.claim import claim
from engine.runtime.complete import complete
from engine.runtime.deputies import name_deputy
from engine.runtime.save_draft import save_draft
from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import a_passport, a_procedure, in_all_languages
from tests.builders.a_runtime import QUEUE, Running
from tests.builders.an_account import an_account
from tests.builders.an_actor import a_citizen, an_actor

OPERATOR = an_actor(operator=True)
NAMES = {"az": "Şəhər", "en": "City", "ru": "Город"}
CLERK = QueueName("city", "clerk")


def person(running: Running, name: str, *queues: QueueName, administers: str | None = None) -> Actor:
    """Somebody with an account."""
    account = an_account(name, name=name.title())
    with running.runtime.database.work() as work:
        work.accounts.add(account)
        work.accounts.grant(account.id, queues, administers=[administers] if administers else [])
    return now(running, account.id)


def now(running: Running, account: str) -> Actor:
    """Who an account is at this moment."""
    with running.runtime.database.work() as work:
        return work.accounts.actor(account, running.clock.now())


def city(running: Running) -> Actor:
    """The agency with the role of a clerk; its administrator."""
    made = make_agency(running.runtime, "city", NAMES, by=OPERATOR)
    boss = person(running, "boss")
    appoint_administrator(running.runtime, "city", "boss", by=OPERATOR)
    boss = now(running, boss.account)
    put_role(running.runtime, "city", "clerk", in_all_languages("Clerk"), by=boss)
    assert made.key == "city"
    return boss


def journal(running: Running) -> list[str]:
    """What the journal of the agency tells."""
    (row,) = running.rows("SELECT id FROM agency WHERE key = 'city'")
    return running.acts(f"agency-{row['id']}")


def test_operator_makes_an_agency_and_its_administrator_does_the_rest(running: Running) -> None:
    boss = city(running)
    aysel = person(running, "aysel")
    put_unit(running.runtime, "city", "north", in_all_languages("North"), by=boss)

    member = change_member(running.runtime, "city", "aysel", by=boss, roles=["clerk"], unit="north", supervises=True)
    again = change_member(
        running.runtime, "city", aysel.account, by=boss, roles=["clerk"], unit="north", supervises=True
    )

    assert (member.roles, member.unit, member.supervises) == ({"clerk"}, "north", True)
    assert again == member
    assert (now(running, aysel.account).queues, now(running, aysel.account).supervises) == ({CLERK}, {"city"})
    assert journal(running) == [
        "agency.made", "administrator.appointed", "role.added", "unit.added",
        "membership.granted", "supervision.granted",
    ]  # fmt: skip


def test_roles_in_use_become_roles_of_an_agency_that_is_registered_later(running: Running) -> None:
    person(running, "aysel", CLERK, QueueName("city-park", "gardener"))

    make_agency(running.runtime, "city", NAMES, by=OPERATOR)

    with running.runtime.database.work() as work:
        assert [one.key for one in work.organisation.roles("city")] == ["clerk"]


@pytest.mark.parametrize("by", [a_citizen(), an_actor(analyst=True), an_actor(administers=frozenset({"city"}))])
def test_only_operators_make_agencies_and_appoint(running: Running, by: Actor) -> None:
    for act in (
        lambda: make_agency(running.runtime, "city", NAMES, by=by),
        lambda: appoint_administrator(running.runtime, "city", "x", by=by),
        lambda: dismiss_administrator(running.runtime, "city", "x", by=by),
    ):
        with pytest.raises(DutyMissing):
            act()


def test_agency_is_registered_once_and_its_name_is_no_other_s(running: Running) -> None:
    city(running)
    other = {"az": "Park", "en": "Park", "ru": "Парк"}

    with pytest.raises(AgencyTaken):
        make_agency(running.runtime, "city", other, by=OPERATOR)
    with pytest.raises(NameTaken):
        make_agency(running.runtime, "park", {**other, "en": "CITY"}, by=OPERATOR)
    with pytest.raises(Invalid):
        make_agency(running.runtime, "park", other, by=OPERATOR, parent="nowhere")
    make_agency(running.runtime, "park", other, by=OPERATOR, parent="city")
    with pytest.raises(Invalid):
        change_agency(running.runtime, "city", NAMES, by=OPERATOR, parent="park")


def test_administrator_changes_her_own_agency_and_not_what_it_is_under(running: Running) -> None:
    boss = city(running)
    make_agency(running.runtime, "park", {"az": "Park", "en": "Park", "ru": "Парк"}, by=OPERATOR)

    changed = change_agency(running.runtime, "city", {**NAMES, "en": "Town"}, by=boss, contact={"phone": "102"})

    assert (changed.names["en"], changed.contact) == ("Town", {"phone": "102"})
    with pytest.raises(NotAdministrator):
        change_agency(running.runtime, "city", NAMES, by=boss, parent="park")
    with pytest.raises(NotAdministrator):
        change_agency(running.runtime, "park", NAMES, by=boss)


def test_administrator_works_in_her_own_agency_only(running: Running) -> None:
    city(running)
    make_agency(running.runtime, "park", {"az": "Park", "en": "Park", "ru": "Парк"}, by=OPERATOR)
    other = person(running, "other", administers="park")
    person(running, "aysel")

    for act in (
        lambda: change_member(running.runtime, "city", "aysel", by=other, roles=["clerk"]),
        lambda: dismiss_member(running.runtime, "city", "aysel", by=other),
        lambda: put_unit(running.runtime, "city", "north", in_all_languages("North"), by=other),
        lambda: remove_unit(running.runtime, "city", "north", by=other),
        lambda: put_role(running.runtime, "city", "head", in_all_languages("Head"), by=other),
        lambda: remove_role(running.runtime, "city", "clerk", by=other),
    ):
        with pytest.raises(NotFound):
            act()


def test_nobody_gives_herself_a_duty_over_cases_nor_another_administrator_one(running: Running) -> None:
    boss = city(running)
    second = person(running, "second", administers="city")

    for said in ({"roles": ["clerk"]}, {"supervises": True}):
        with pytest.raises(DutyToOneself):
            change_member(running.runtime, "city", boss.account, by=boss, **said)
        with pytest.raises(AdministratorHasNoCases):
            change_member(running.runtime, "city", second.account, by=boss, **said)
    with pytest.raises(DutyToOneself):
        appoint_administrator(running.runtime, "city", self_of(running, boss).account, by=self_of(running, boss))
    assert now(running, boss.account).queues == frozenset()


def self_of(running: Running, actor: Actor) -> Actor:
    """The same person, as an operator."""
    return replace(now(running, actor.account), operator=True)


def test_who_works_in_cases_is_not_appointed_and_who_administers_gets_none(running: Running) -> None:
    city(running)
    person(running, "aysel", CLERK)

    with pytest.raises(AdministratorHasNoCases):
        appoint_administrator(running.runtime, "city", "aysel", by=OPERATOR)


def test_dismissed_administrator_administers_no_more(running: Running) -> None:
    boss = city(running)

    dismiss_administrator(running.runtime, "city", "boss", by=OPERATOR)

    assert now(running, boss.account).administers == frozenset()
    with pytest.raises(NotFound):
        dismiss_administrator(running.runtime, "city", "boss", by=OPERATOR)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        pytest.param({"account": "nobody"}, Invalid, id="nobody by that name"),
        pytest.param({"account": new_key()}, Invalid, id="nobody with that key"),
        pytest.param({"roles": ["clark"]}, UnknownRole, id="a role that is none"),
        pytest.param({"unit": "south"}, Invalid, id="a unit that is none"),
    ],
)
def test_member_who_cannot_be_is_refused(running: Running, said: dict[str, Any], refusal: type[Exception]) -> None:
    boss = city(running)
    person(running, "aysel")

    with pytest.raises(refusal) as refused:
        change_member(running.runtime, "city", **{"account": "aysel", "by": boss, **said})

    assert refused.value.remedy  # type: ignore[attr-defined]


def test_units_and_roles_that_people_belong_to_stay(running: Running) -> None:
    boss = city(running)
    person(running, "aysel")
    put_unit(running.runtime, "city", "north", in_all_languages("North"), by=boss)
    put_unit(running.runtime, "city", "harbour", in_all_languages("Harbour"), by=boss, parent="north")
    change_member(running.runtime, "city", "aysel", by=boss, roles=["clerk"], unit="harbour")

    for act, key in ((remove_unit, "north"), (remove_unit, "harbour"), (remove_role, "clerk")):
        with pytest.raises(StillUsed):
            act(running.runtime, "city", key, by=boss)
    with pytest.raises(Invalid):
        put_unit(running.runtime, "city", "north", in_all_languages("North"), by=boss, parent="harbour")
    dismiss_member(running.runtime, "city", "aysel", by=boss)
    for act, key in ((remove_unit, "harbour"), (remove_unit, "north"), (remove_role, "clerk")):
        act(running.runtime, "city", key, by=boss)
        with pytest.raises(NotFound):
            act(running.runtime, "city", key, by=boss)
    with pytest.raises(NotFound):
        dismiss_member(running.runtime, "city", "aysel", by=boss)


# Who is taken out


def started(running: Running) -> Task:
    running.deploy(a_process("permit").start().user_task("check", queue=QUEUE).end("done"))
    return running.task(running.start("permit"), "check")


def test_what_a_dismissed_clerk_holds_goes_back_to_the_queue(running: Running) -> None:
    boss = city(running)
    aysel, leyla = person(running, "aysel", CLERK), person(running, "leyla", CLERK)
    task = claim(running.runtime, started(running).id, by=aysel)
    name_deputy(running.runtime, "city", "aysel", "leyla", by=aysel)

    dismiss_member(running.runtime, "city", aysel.account, by=boss)

    with pytest.raises(NotFound):
        complete(running.runtime, task.id, {}, by=now(running, aysel.account))
    assert running.acts(task.instance_id)[-1] == "task.returned"
    assert complete(running.runtime, task.id, {}, by=leyla).task.assignee == leyla.account
    with running.runtime.database.work() as work:
        assert work.deputies.of_agency("city", running.clock.now()) == []


def test_clerk_whose_membership_was_taken_by_an_operator_cannot_finish_what_she_claimed(running: Running) -> None:
    aysel = person(running, "aysel", CLERK)
    task = claim(running.runtime, started(running).id, by=aysel)
    with running.runtime.database.work() as work:
        work.accounts.revoke(aysel.account, [CLERK])
    left = now(running, aysel.account)

    for act in (
        lambda: complete(running.runtime, task.id, {}, by=left),
        lambda: save_draft(running.runtime, task.id, {}, by=left),
    ):
        with pytest.raises(NotFound):
            act()
    assert running.task(task.instance_id, "check").is_open
    assert [give_back_tasks(running.runtime, aysel.account, [CLERK]) for _ in range(2)] == [1, 0]
    assert running.task(task.instance_id, "check").assignee is None


def test_task_of_who_is_a_member_again_stays_with_her(running: Running) -> None:
    aysel = person(running, "aysel", CLERK)
    task = claim(running.runtime, started(running).id, by=aysel)

    assert give_back_tasks(running.runtime, aysel.account, [CLERK]) == 0
    assert running.task(task.instance_id, "check").assignee == aysel.account


# Deployment


def test_agency_that_is_not_registered_is_told_at_deployment_once_some_are(running: Running) -> None:
    running.deploy(a_procedure(), service_yaml=a_passport())
    make_agency(running.runtime, "city-hall", NAMES, by=OPERATOR)

    with pytest.raises(ModelRefused) as refused:
        running.deploy(a_procedure(), service_yaml=a_passport(output=in_all_languages("Paper.")))

    told = [one for one in refused.value.diagnostics if one.rule == "unknown-agency"]
    assert {one.remedy for one in told} == {"Write city-hall."}
    assert {one.file for one in told} == {"service.yaml", "permit.bpmn"}
    make_agency(running.runtime, "city", {"az": "Meriya", "en": "Mayor", "ru": "Мэрия"}, by=OPERATOR)
    running.deploy(a_procedure(), service_yaml=a_passport(output=in_all_languages("Paper.")))
