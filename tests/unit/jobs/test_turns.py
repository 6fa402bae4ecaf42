"""Who is served next: partners and procedures in turn, and a partner that hangs leaves the others their places."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.jobs.turns import MOST_AT_ONCE, Places, Turns
from engine.store.queries.shares import Share
from tests.builders.a_task import NOW


def a_share(partner: str = "http a", procedure: str = "permit", **said: Any) -> Share:
    return Share(partner=partner, procedure=procedure, due_at=said.get("due_at", NOW - timedelta(seconds=1)))


def places(**said: Any) -> Places:
    return Places(**{"own": 8, "calls": 16, "threads": 16, "limit": 8, **said})


def dealt(turns: Turns, shares: list[Share], **said: Any) -> dict[str, int]:
    found = turns.deal(shares, places(**said), NOW)
    return {f"{share.partner}/{share.procedure}": number for share, number in found}


def test_one_share_gets_as_many_places_as_its_partner_may_have() -> None:
    assert dealt(Turns(), [a_share()]) == {"http a/permit": 8}


def test_two_procedures_of_one_partner_share_its_places() -> None:
    shares = [a_share(procedure="birth"), a_share(procedure="permit")]

    assert dealt(Turns(), shares) == {"http a/birth": 4, "http a/permit": 4}


def test_the_engines_own_work_has_places_of_its_own() -> None:
    shares = [a_share(""), a_share()]

    assert dealt(Turns(), shares, calls=0) == {"/permit": 8}


def test_what_is_not_due_is_not_served() -> None:
    assert dealt(Turns(), [a_share(due_at=NOW + timedelta(seconds=1))]) == {}


def test_with_one_place_procedures_take_turns_however_old_their_work_is() -> None:
    flood = a_share(procedure="flood", due_at=NOW - timedelta(days=1))
    turns, shares = Turns(), [flood, a_share(procedure="calm")]

    served = [next(iter(dealt(turns, shares, calls=1))) for _ in range(4)]

    assert served == ["http a/flood", "http a/calm"] * 2


def test_many_shares_are_all_served_within_two_turns() -> None:
    shares = [a_share(procedure=f"procedure-{number}") for number in range(2 * MOST_AT_ONCE)]
    turns = Turns()

    served = {*dealt(turns, shares, calls=MOST_AT_ONCE), *dealt(turns, shares, calls=MOST_AT_ONCE)}

    assert len(served) == len(shares)


@pytest.mark.parametrize(
    ("under_way", "left"),
    [
        pytest.param({}, 8, id="nobody hangs: the limit"),
        pytest.param({"http a": 8}, 0, id="its own calls fill its limit"),
        pytest.param({"http b": 8}, 4, id="one other hangs: half of what is free"),
        pytest.param({"http b": 8, "http c": 4}, 2, id="two others hang"),
        pytest.param({"http b": 8, "http c": 4, "http d": 2, "http e": 1}, 1, id="four others: the last place"),
    ],
)
def test_a_partner_leaves_the_others_their_places(under_way: dict[str, int], left: int) -> None:
    calls = 16 - sum(under_way.values())

    assert places(under_way=under_way, calls=calls).left_for("http a") == left
