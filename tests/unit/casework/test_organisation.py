"""Agencies: who may arrange them, and who may be given what."""

from __future__ import annotations

from typing import Any

import pytest

from engine.casework.organisation import (
    AdministratorHasNoCases,
    Agency,
    DutyToOneself,
    NameTaken,
    NotAdministrator,
    Role,
    checked_key,
    checked_names,
    require_administrator,
    require_duty_may_be_given,
    require_may_administer,
    require_unlike,
)
from engine.casework.shown_name import NameImitates
from engine.errors import Invalid, NotFound
from engine.identity import QueueName
from tests.builders.a_deputy import AGENCY
from tests.builders.a_task import NOW
from tests.builders.an_actor import QUEUE, a_citizen, a_clerk, a_supervisor, an_actor

NAMES = {"az": "Yol polisi", "en": "Traffic police", "ru": "Дорожная полиция"}
ADMINISTRATOR = an_actor(administers=frozenset({AGENCY}))


def an_agency(**said: Any) -> Agency:
    values: dict[str, Any] = {"id": "a" * 26, "key": AGENCY, "names": NAMES, "created_by": "x", "created_at": NOW}
    return Agency.checked(**{**values, **said})


def test_agency_is_kept_with_tidied_names_and_contact() -> None:
    agency = an_agency(names={**NAMES, "en": " Traffic  police "}, contact={"phone": " 102 ", "mail": ""})

    assert (agency.names, agency.contact) == (NAMES, {"phone": "102"})
    assert agency.chain == f"agency-{agency.id}"
    assert len(agency.chain) <= 40


@pytest.mark.parametrize(
    ("said", "place"),
    [
        pytest.param({"key": "Traffic"}, "/key", id="key in capitals"),
        pytest.param({"key": "a:b"}, "/key", id="key of a queue"),
        pytest.param({"key": "a" * 64}, "/key", id="long key"),
        pytest.param({"parent": AGENCY}, "/parent", id="under itself"),
        pytest.param({"names": {"az": "Yol polisi"}}, "/names/en", id="names missing"),
        pytest.param({"names": {**NAMES, "fr": "Police"}}, "/names/fr", id="unknown language"),
        pytest.param({"contact": {"password": "x"}}, "/contact/password", id="no contact"),
        pytest.param({"contact": {"phone": "1" * 301}}, "/contact/phone", id="long contact"),
    ],
)
def test_agency_that_cannot_be_is_refused_with_its_place(said: dict[str, Any], place: str) -> None:
    with pytest.raises(Invalid) as refused:
        an_agency(**said)

    assert place in [one.path for one in refused.value.places]


def test_name_that_imitates_is_refused_in_each_language() -> None:
    with pytest.raises(NameImitates) as refused:
        checked_names({**NAMES, "ru": "Дорожнaя полиция"})

    assert refused.value.places[0].path == "/names/ru"


@pytest.mark.parametrize("name", ["Traffic Police", "TRAFFIC-POLICE", "Trafflc police", "Yol polısi"])
def test_name_that_looks_like_another_s_is_refused(name: str) -> None:
    with pytest.raises(NameTaken) as refused:
        require_unlike({"en": name}, {AGENCY: NAMES})

    assert AGENCY in refused.value.message


def test_names_of_its_own_kind_are_free() -> None:
    require_unlike({"en": "Tax office"}, {AGENCY: NAMES})


def test_role_is_a_queue() -> None:
    role = Role(agency=AGENCY, key="examiner", names=NAMES, created_at=NOW)

    assert role.queue == QueueName.parse(QUEUE)
    with pytest.raises(Invalid):
        checked_key("a b", "a role")


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        pytest.param(ADMINISTRATOR, None, id="its administrator"),
        pytest.param(an_actor(administers=frozenset({"health"})), NotFound, id="another agency's administrator"),
        pytest.param(a_supervisor(), NotAdministrator, id="its supervisor"),
        pytest.param(a_clerk(), NotAdministrator, id="its clerk"),
        pytest.param(an_actor(operator=True), NotAdministrator, id="an operator"),
        pytest.param(a_citizen(), NotFound, id="a citizen"),
    ],
)
def test_only_its_own_administrator_arranges_an_agency(by: Any, refusal: Any) -> None:
    if refusal is None:
        require_administrator(by, AGENCY, "arrange it")
    else:
        with pytest.raises(refusal):
            require_administrator(by, AGENCY, "arrange it")


def test_nobody_gives_herself_a_duty_nor_another_administrator_one() -> None:
    second = an_actor(administers=frozenset({AGENCY}))

    with pytest.raises(DutyToOneself):
        require_duty_may_be_given(ADMINISTRATOR, ADMINISTRATOR, AGENCY)
    with pytest.raises(AdministratorHasNoCases):
        require_duty_may_be_given(ADMINISTRATOR, second, AGENCY)
    require_duty_may_be_given(ADMINISTRATOR, a_citizen(), AGENCY)


@pytest.mark.parametrize(
    "who", [a_clerk(), a_supervisor(), an_actor(stands_in={QueueName.parse(QUEUE): frozenset({"x"})})]
)
def test_who_works_in_cases_of_an_agency_does_not_administer_it(who: Any) -> None:
    with pytest.raises(AdministratorHasNoCases):
        require_may_administer(who, AGENCY)
    require_may_administer(who, "health")
