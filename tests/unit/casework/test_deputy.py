"""Absences and deputies: who may stand in for whom, and when it counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casework.deputy import (
    AlreadyOver,
    DeputyOfDeputy,
    DeputyOverlaps,
    NotHersToChange,
    NotInAgency,
    NotOfHerQueues,
    require_may_declare,
    require_may_stand_in,
)
from engine.errors import Invalid, NotFound
from engine.identity import QueueName
from tests.builders.a_deputy import AGENCY, DAY, a_deputyship, an_absence
from tests.builders.a_task import NOW
from tests.builders.an_actor import QUEUE, a_citizen, a_clerk, a_supervisor, an_actor

AYSEL, LEYLA, RAUF = a_clerk(), a_clerk(), an_actor("traffic-police:head")
ADMINISTRATOR = an_actor(administers=frozenset({AGENCY}))


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        pytest.param({}, True, id="while she is absent"),
        pytest.param({"until_at": NOW}, False, id="it ends this very moment"),
        pytest.param({"from_at": NOW}, True, id="it begins this very moment"),
        pytest.param({"from_at": NOW + DAY}, False, id="it begins tomorrow"),
        pytest.param({"ended_at": NOW}, False, id="it was ended"),
    ],
)
def test_deputyship_counts_in_its_time(said: dict[str, Any], counts: bool) -> None:
    deputyship = a_deputyship(AYSEL.account, LEYLA.account, **said)

    assert deputyship.counts(NOW, [an_absence(AYSEL.account)]) is counts


@pytest.mark.parametrize(
    ("absence", "counts"),
    [
        pytest.param(None, False, id="no absence"),
        pytest.param(an_absence(AYSEL.account, until_at=None), True, id="back nobody knows when"),
        pytest.param(an_absence(AYSEL.account, until_at=NOW), False, id="back this very moment"),
        pytest.param(an_absence(AYSEL.account, from_at=NOW + DAY, until_at=None), False, id="away from tomorrow on"),
        pytest.param(an_absence(RAUF.account), False, id="somebody else is away"),
        pytest.param(an_absence(AYSEL.account, agency="health"), False, id="away from another agency"),
    ],
)
def test_deputyship_counts_only_during_an_absence_unless_it_says_otherwise(absence: Any, counts: bool) -> None:
    absences = [absence] if absence else []
    always = a_deputyship(AYSEL.account, LEYLA.account, while_absent=False)

    assert a_deputyship(AYSEL.account, LEYLA.account).counts(NOW, absences) is counts
    assert always.counts(NOW, absences)


def test_somebody_who_is_back_is_away_no_more() -> None:
    absence = an_absence(AYSEL.account)

    assert not absence.ended(NOW).covers(NOW)
    assert not an_absence(AYSEL.account, from_at=NOW + DAY, until_at=None).ended(NOW).covers(NOW + DAY)
    with pytest.raises(AlreadyOver):
        absence.ended(NOW + DAY)
    with pytest.raises(Invalid):
        an_absence(AYSEL.account, until_at=NOW - 2 * DAY)


def test_deputyship_that_has_ended_is_not_ended_again() -> None:
    ended = a_deputyship(AYSEL.account, LEYLA.account).ended(NOW)

    with pytest.raises(AlreadyOver):
        ended.ended(NOW)
    with pytest.raises(AlreadyOver):
        a_deputyship(AYSEL.account, LEYLA.account, until_at=NOW).ended(NOW)


def test_a_colleague_may_stand_in_even_one_of_the_same_queue() -> None:
    require_may_stand_in(a_deputyship(AYSEL.account, LEYLA.account), AYSEL, LEYLA, [], AYSEL)
    require_may_stand_in(a_deputyship(AYSEL.account, RAUF.account), AYSEL, RAUF, [], AYSEL)


def test_there_is_no_deputy_of_a_deputy() -> None:
    for_aysel = a_deputyship(AYSEL.account, RAUF.account)
    chain = a_deputyship(RAUF.account, LEYLA.account)

    with pytest.raises(DeputyOfDeputy) as refused:
        require_may_stand_in(chain, RAUF, LEYLA, [for_aysel], RAUF)

    assert "another deputy" in refused.value.remedy


def test_who_deputises_may_have_a_deputy_for_her_own_work() -> None:
    for_aysel = a_deputyship(AYSEL.account, RAUF.account)
    own = a_deputyship(RAUF.account, LEYLA.account, "traffic-police:head")

    require_may_stand_in(own, RAUF, LEYLA, [for_aysel], RAUF)


@pytest.mark.parametrize(
    ("queues", "deputy", "others", "by", "refusal"),
    [
        pytest.param([QUEUE], AYSEL, [], AYSEL, Invalid, id="herself"),
        pytest.param([QUEUE], LEYLA, [], LEYLA, Invalid, id="named by the deputy"),
        pytest.param([QUEUE], an_actor("health:doctor"), [], AYSEL, NotInAgency, id="of another agency"),
        pytest.param([QUEUE], a_citizen(), [], AYSEL, NotInAgency, id="no official"),
        pytest.param(["traffic-police:head"], LEYLA, [], AYSEL, NotOfHerQueues, id="a queue she does not work in"),
        pytest.param(["health:doctor"], LEYLA, [], AYSEL, NotOfHerQueues, id="a queue of another agency"),
        pytest.param(
            [QUEUE], LEYLA, [a_deputyship(AYSEL.account, LEYLA.account)], AYSEL, DeputyOverlaps, id="named before"
        ),
    ],
)
def test_deputyship_that_cannot_be_is_refused(queues: Any, deputy: Any, others: Any, by: Any, refusal: Any) -> None:
    with pytest.raises(refusal):
        require_may_stand_in(a_deputyship(AYSEL.account, deputy.account, *queues), AYSEL, deputy, others, by)


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        pytest.param(AYSEL, None, id="herself"),
        pytest.param(a_supervisor(), None, id="her supervisor"),
        pytest.param(ADMINISTRATOR, None, id="an administrator of the agency"),
        pytest.param(LEYLA, NotHersToChange, id="a colleague"),
        pytest.param(a_supervisor("health"), NotFound, id="a supervisor of another agency"),
        pytest.param(an_actor(administers=frozenset({"health"})), NotFound, id="an administrator of another agency"),
        pytest.param(an_actor(operator=True), NotFound, id="an operator"),
        pytest.param(a_citizen(), NotFound, id="a citizen"),
    ],
)
def test_who_may_declare_absences_and_deputies(by: Any, refusal: Any) -> None:
    if refusal is None:
        require_may_declare(by, AYSEL, AGENCY, "declare an absence")
    else:
        with pytest.raises(refusal):
            require_may_declare(by, AYSEL, AGENCY, "declare an absence")


_MOMENTS = st.integers(0, 6).map(lambda days: NOW + days * DAY)


@given(st.tuples(_MOMENTS, _MOMENTS).map(sorted), st.tuples(_MOMENTS, _MOMENTS).map(sorted), st.booleans())
def test_two_deputyships_overlap_when_there_is_a_moment_in_both(
    one: list[datetime], other: list[datetime], is_open: bool
) -> None:
    first = a_deputyship("a", "b", from_at=one[0], until_at=None if is_open else one[1], while_absent=False)
    second = replace(first, from_at=other[0], until_at=other[1])
    common = [moment for days in range(8) if first.counts(moment := NOW + days * DAY, []) and second.counts(moment, [])]

    if common:
        assert first.overlaps(second)
        assert second.overlaps(first)
    assert not first.overlaps(replace(second, queues=frozenset({QueueName.parse("traffic-police:head")})))
