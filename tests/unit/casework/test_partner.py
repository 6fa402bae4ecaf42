"""The circuit breaker of a partner, and the names of partners."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce

import pytest

from engine.casework.partner import PARTNER_MOVES, BreakerRules, Partner, PartnerState, connector_of, partner_of
from tests.builders.a_task import NOW

RULES = BreakerRules(failures=3, rest=timedelta(seconds=30), longest_rest=timedelta(seconds=100))
_SECOND = timedelta(seconds=1)


def failing(times: int) -> Partner:
    fresh = Partner(name="http a", changed_at=NOW)
    return reduce(lambda partner, _: partner.failed(NOW, "no answer", RULES), range(times), fresh)


def test_some_failures_leave_the_circuit_closed() -> None:
    assert failing(2).state_at(NOW) is PartnerState.closed


def test_so_many_failures_in_a_row_open_it_for_a_while() -> None:
    partner = failing(3)

    assert [partner.state_at(NOW + seconds * _SECOND) for seconds in (0, 29, 30)] == [
        PartnerState.open,
        PartnerState.open,
        PartnerState.half_open,
    ]


def test_calls_that_were_under_way_when_it_opened_do_not_open_it_for_longer() -> None:
    assert failing(8).open_until == failing(3).open_until


def test_while_one_tries_it_the_others_see_it_open() -> None:
    assert failing(3).tried(NOW + 30 * _SECOND, RULES).state_at(NOW + 31 * _SECOND) is PartnerState.open


def test_who_tried_and_died_is_followed_by_another() -> None:
    tried = failing(3).tried(NOW + 30 * _SECOND, RULES)

    assert tried.state_at(NOW + 90 * _SECOND) is PartnerState.half_open


@pytest.mark.parametrize(("openings", "seconds"), [(2, 60), (3, 100), (40, 100)], ids=["twice", "bounded", "for ever"])
def test_each_trial_that_fails_lets_it_rest_twice_as_long(openings: int, seconds: int) -> None:
    partner = failing(3)
    for _ in range(openings - 1):
        assert partner.open_until is not None
        at = partner.open_until
        partner = partner.tried(at, RULES).failed(at, "no answer", RULES)

    assert partner.open_until == at + seconds * _SECOND


def test_an_answer_closes_it_and_forgets() -> None:
    assert failing(3).answered(NOW) == Partner(name="http a", changed_at=NOW)


def test_every_state_has_its_moves() -> None:
    assert set(PARTNER_MOVES) == set(PartnerState)


@pytest.mark.parametrize(
    ("type", "headers", "name"),
    [
        ("http", {"partner": "cadastre", "method": "GET", "path": "/"}, "http cadastre"),
        ("notice", {"ow:notice": "mail"}, "notice mail"),
        ("notice", {"ow:notice": "sms"}, "notice sms"),
        ("http", {"url": "https://api.example.gov:8443/v1/parcels/{parcel}"}, "http api.example.gov:8443"),
        ("http", {"url": "https://user:pw@api.example.gov/"}, "http api.example.gov"),
        ("http", {"url": "https://{host}/x"}, "http"),
        ("http", {"url": "https://[broken"}, "http"),
        ("register", {"register": "population", "operation": "person"}, "register population"),
        ("payment", {}, "payment"),
        ("x" * 300, {}, "x" * 255),
        ("register", {"register": "a\nb"}, "register ab"),
    ],
    ids=[
        "listed partner",
        "mails",
        "SMS",
        "host",
        "no password",
        "host by variable",
        "unreadable",
        "register",
        "neither",
        "long",
        "newline",
    ],
)
def test_name_of_a_partner(type: str, headers: dict[str, str], name: str) -> None:
    assert partner_of(type, headers) == name
    assert connector_of(partner_of(type, headers)) == type[:255]
