"""Fields that not everybody sees: readers, what is hidden from others, and where it was copied to."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casework.policy import Thing
from engine.casework.visibility import MASK, NOTHING_HIDDEN, Hidden, sees
from engine.identity import QueueName
from tests.builders.an_actor import QUEUE, a_citizen, a_clerk, a_supervisor, an_actor

APPLICANT = a_citizen()
CASE = Thing(kind="application", agency="traffic-police", person=APPLICANT.account, service="licence")
VARIABLES = {"application": {"income": Decimal("48211.50"), "name": "Aysel"}, "rows": [{"sum": "S-777"}, {"sum": "x"}]}


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("applicant", APPLICANT),
        ("applicant", an_actor(represents={APPLICANT.account: None})),
        ("supervisor", a_supervisor()),
        ("operator", an_actor(operator=True)),
        ("analyst", an_actor(analyst=True)),
        ("examiner", a_clerk()),
        ("traffic-police:examiner", a_clerk()),
        ("examiner", an_actor(stands_in={QueueName.parse(QUEUE): frozenset({"x"})})),
        ("registrar examiner", a_clerk()),
    ],
)
def test_readers_see(words: str, who: object) -> None:
    assert sees(who, words.split(), CASE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("applicant", a_citizen()),
        ("supervisor", a_supervisor("park")),
        ("examiner", an_actor("park:examiner")),
        ("traffic-police:examiner", an_actor("traffic-police:registrar")),
        ("operator", a_supervisor()),
        ("", an_actor(QUEUE, operator=True, analyst=True)),
    ],
)
def test_nobody_else_does(words: str, who: object) -> None:
    assert not sees(who, words.split(), CASE)  # type: ignore[arg-type]


def test_what_stands_at_a_path_is_gone_and_what_was_copied_is_masked() -> None:
    hidden = Hidden.of([("application", "income"), ("rows", "*", "sum")], VARIABLES)
    copied = {**VARIABLES, "copy": "S-777", "told": "Her income is 48211.50 manat.", "again": Decimal("48211.50")}

    assert hidden.without(copied) == {
        "application": {"name": "Aysel"},
        "rows": [{}, {}],
        "copy": MASK,
        "told": f"Her income is {MASK} manat.",
        "again": MASK,
    }


def test_short_values_are_hidden_by_their_path_alone() -> None:
    hidden = Hidden.of([("fit",), ("points",)], {"fit": True, "points": 7, "other": 7})

    assert hidden.without({"fit": True, "points": 7, "other": 7, "well": True}) == {"other": 7, "well": True}


def test_a_field_is_hidden_with_all_that_stands_in_it() -> None:
    hidden = Hidden((("application", "papers"), ("rows", "*", "scan")))

    assert hidden.has_field("/papers/0")
    assert hidden.has_field("/rows/3/scan")
    assert not hidden.has_field("/rows/3/name")
    assert not hidden.has_field(None)
    assert hidden.is_named_in('{"name": "papers"}')


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@given(variables=st.dictionaries(st.sampled_from("abcd"), _VALUES, max_size=4), secret=st.text("xyz", min_size=12))
def test_no_secret_is_left_wherever_it_stands(variables: dict[str, object], secret: str) -> None:
    whole = {**variables, "secret": secret, "copy": [variables, secret, {"deep": f"<{secret}>"}]}
    hidden = Hidden.of([("secret",)], whole)

    assert secret not in repr(hidden.without(whole))
    assert NOTHING_HIDDEN.without(whole) == whole
