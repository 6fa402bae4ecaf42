"""What a provider's claims say of a person here. Nothing is given that no rule gives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casework.duty import duties_of, parted
from engine.errors import Invalid
from onewindow.federation.mapping import ClaimsUnusable, claim_at, person_of, second_factor_was_used
from onewindow.federation.providers import DutyRule, SecondFactorRule, SignIn
from tests.builders.an_actor import an_actor

RULES = SignIn(
    client_id="onewindow",
    pin_claim="pin",
    rules=(
        DutyRule(duties=frozenset({"citizen"})),
        DutyRule(duties=frozenset({"city:clerk"}), claim="groups", values=frozenset({"clerks"})),
        DutyRule(duties=frozenset({"operator"}), claim="/realm_access/roles", values=frozenset({"it", "ops"})),
    ),
    second_factor=SecondFactorRule(acr=frozenset({"two"}), amr=frozenset({"otp"})),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def duties(**claims: Any) -> set[str]:
    """What somebody with these claims gets."""
    return set(person_of({"sub": "someone", **claims}, RULES).duties)


@pytest.mark.parametrize(
    ("claims", "given_to"),
    [
        ({}, {"citizen"}),
        ({"groups": ["clerks"]}, {"citizen", "city:clerk"}),
        ({"groups": "clerks"}, {"citizen", "city:clerk"}),
        ({"groups": ["Clerks", "clerks ", "clerk"]}, {"citizen"}),
        ({"groups": {"clerks": True}}, {"citizen"}),
        ({"groups": "clerks operators"}, {"citizen"}),
        ({"groups": [["clerks"]]}, {"citizen"}),
        ({"realm_access": {"roles": ["ops"]}}, {"citizen", "operator"}),
        ({"realm_access": ["roles", "ops"]}, {"citizen"}),
        ({"/realm_access/roles": ["ops"]}, {"citizen"}),
    ],
)
def test_a_rule_gives_its_duties_to_those_whose_claim_is_the_very_word(
    claims: dict[str, Any], given_to: set[str]
) -> None:
    assert duties(**claims) == given_to


@given(st.dictionaries(st.sampled_from(["groups", "realm_access", "acr", "amr", "sid", "name"]), JSON))
def test_whatever_is_claimed_nothing_is_given_that_no_rule_names(claims: dict[str, Any]) -> None:
    try:
        found = person_of({"sub": "someone", **claims}, RULES)
    except ClaimsUnusable:
        return

    assert found.duties <= {"citizen", "city:clerk", "operator"}
    assert found.second_factor in (True, False)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 5},
        {"sub": "line\nend"},
        {"pin": "5FQ 2K7M"},
        {"pin": "5FQ2K7М"},  # the last letter is Cyrillic
        {"pin": 1234567},
        {"pin": "x" * 21},
        {"name": "Аdmin"},  # the first letter is Cyrillic
        {"name": "A\u202eB"},
        {"auth_time": "yesterday"},
        {"auth_time": True},
        {"auth_time": -1},
        {"auth_time": 1e30},
    ],
)
def test_a_claim_that_cannot_be_so_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(ClaimsUnusable):
        person_of({"sub": "someone", **claims}, RULES)


def test_a_person_is_read_as_she_is_described() -> None:
    claims = {"sub": "a", "name": "  Aysel   Məmmədova ", "pin": "5FQ2K7M", "auth_time": 1_700_000_000, "sid": "s1"}

    found = person_of({**claims, "amr": ["pwd", "otp"]}, RULES)

    assert (found.name, found.pin, found.provider_session) == ("Aysel Məmmədova", "5FQ2K7M", "s1")
    assert found.proved_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert found.second_factor


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({"acr": "two"}, True),
        ({"amr": ["pwd", "otp"]}, True),
        ({"acr": "one", "amr": ["pwd"]}, False),
        ({"amr": "otp"}, False),
        ({"acr": ["two"]}, False),
        ({"amr": [["otp"]]}, False),
        ({}, False),
    ],
)
def test_a_second_factor_counts_by_the_words_agreed_on(claims: dict[str, Any], counts: bool) -> None:
    assert second_factor_was_used(claims, RULES.second_factor) is counts
    assert second_factor_was_used(claims, SecondFactorRule()) is False


def test_a_pointer_leads_into_a_claim() -> None:
    claims = {"a": {"b/c": {"~d": 1}}, "https://example.gov/groups": 2}

    assert claim_at(claims, "/a/b~1c/~0d") == 1
    assert claim_at(claims, "https://example.gov/groups") == 2
    assert claim_at(claims, "/a/x/y") is None


@pytest.mark.parametrize("word", ["", "Citizen", "supervisor", "supervisor of ", "city:", "administrator of A b"])
def test_a_word_that_is_no_duty_is_refused(word: str) -> None:
    with pytest.raises(Invalid, match="no duty"):
        parted([word])


def test_duties_are_told_as_they_are_read() -> None:
    words = {"citizen", "operator", "city:clerk", "supervisor of city", "administrator of town"}
    parts = parted(words)

    actor = an_actor(
        citizen=True, operator=True, queues=parts.queues, supervises=parts.supervises, administers=parts.administers
    )

    assert duties_of(actor) == words
