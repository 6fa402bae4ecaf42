"""Mandates: offered by one, accepted by both, limited in scope and time, revoked by either at once."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from engine.casework.mandate import (
    MANDATE_MOVES,
    Mandate,
    MandateMoveRefused,
    MandateOver,
    MandateSource,
    MandateState,
    NotYoursToAccept,
    checked_tin,
    offered,
)
from engine.errors import Invalid, NotFound
from tests.builders.a_deputy import DAY, a_mandate
from tests.builders.a_task import NOW
from tests.builders.an_actor import a_citizen, an_actor

MOTHER, SON, STRANGER = a_citizen(), a_citizen(), a_citizen()
COMPANY = an_actor(citizen=True, tin="1234567891")
OPERATOR = an_actor(operator=True)


def an_offer(**said: Any) -> Mandate:
    values: dict[str, Any] = {
        "id": "m",
        "mandator": MOTHER,
        "holder": SON,
        "by": MOTHER,
        "services": None,
        "from_at": NOW,
        "until_at": None,
        "source": MandateSource.agreed,
        "reference": "",
        "at": NOW,
    }
    return offered(**{**values, **said})


@pytest.mark.parametrize(("by", "other"), [(MOTHER, SON), (SON, MOTHER)])
def test_mandate_opens_nothing_until_the_other_side_accepts(by: Any, other: Any) -> None:
    mandate = an_offer(by=by)

    assert not mandate.is_valid(NOW)
    with pytest.raises(NotYoursToAccept):
        mandate.accepted(by, NOW)
    accepted = mandate.accepted(other, NOW)
    assert (accepted.state, accepted.is_valid(NOW)) == (MandateState.active, True)
    assert accepted.accepted(other, NOW) is accepted


@pytest.mark.parametrize("source", [MandateSource.register, MandateSource.document])
def test_mandate_that_is_proved_is_entered_by_an_operator_and_accepted_by_its_holder(source: MandateSource) -> None:
    mandate = an_offer(mandator=COMPANY, by=OPERATOR, source=source, reference="R-1")

    assert not mandate.is_valid(NOW)
    assert mandate.accepted(SON, NOW).is_valid(NOW)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        pytest.param({"by": STRANGER}, NotYoursToAccept, id="offered by a stranger"),
        pytest.param({"by": OPERATOR}, NotYoursToAccept, id="agreed, entered by an operator"),
        pytest.param({"source": MandateSource.register, "reference": "R"}, NotYoursToAccept, id="proved by oneself"),
        pytest.param({"source": MandateSource.document, "by": OPERATOR}, Invalid, id="proved without a reference"),
        pytest.param({"holder": MOTHER}, Invalid, id="of oneself"),
        pytest.param({"holder": COMPANY}, Invalid, id="held by a company"),
        pytest.param({"mandator": an_actor(), "by": SON}, Invalid, id="of somebody who may not apply"),
        pytest.param({"until_at": NOW}, Invalid, id="over before it begins"),
        pytest.param({"services": []}, Invalid, id="for no service"),
        pytest.param({"services": [f"s{number}" for number in range(51)]}, Invalid, id="for too many services"),
        pytest.param({"services": ["a,b"]}, Invalid, id="for what is no key"),
        pytest.param({"services": ["*"]}, Invalid, id="for a star"),
    ],
)
def test_mandate_that_cannot_be_is_refused(said: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        an_offer(**said)


def test_mandate_that_ended_yesterday_is_not_valid_nor_one_of_tomorrow() -> None:
    assert not a_mandate("a", "b", from_at=NOW - 9 * DAY, until_at=NOW - DAY).is_valid(NOW)
    assert not a_mandate("a", "b", until_at=NOW).is_valid(NOW)
    assert not a_mandate("a", "b", from_at=NOW + DAY).is_valid(NOW)
    assert a_mandate("a", "b", from_at=NOW, until_at=NOW + DAY).is_valid(NOW)


def test_offer_whose_time_is_over_is_not_accepted() -> None:
    with pytest.raises(MandateOver):
        an_offer(until_at=NOW + DAY).accepted(SON, NOW + DAY)


@pytest.mark.parametrize("by", [MOTHER, SON])
def test_either_side_revokes_at_once_whenever_it_likes(by: Any) -> None:
    active = an_offer().accepted(SON, NOW)

    revoked = active.revoked(by, NOW)

    assert (revoked.state, revoked.is_valid(NOW), revoked.ended_by) == (MandateState.revoked, False, by.account)
    assert revoked.revoked(by, NOW) is revoked
    assert an_offer().revoked(by, NOW).state is MandateState.revoked


def test_operator_who_entered_it_may_end_it_and_cannot_accept_it() -> None:
    mandate = an_offer(by=OPERATOR, source=MandateSource.document, reference="N-7")

    assert mandate.revoked(OPERATOR, NOW).state is MandateState.revoked
    with pytest.raises(NotYoursToAccept):
        mandate.accepted(OPERATOR, NOW)


@pytest.mark.parametrize("act", ["accepted", "declined", "revoked"])
def test_nobody_else_knows_of_a_mandate(act: str) -> None:
    with pytest.raises(NotFound):
        getattr(an_offer(), act)(STRANGER, NOW)


@pytest.mark.parametrize(("state", "wanted"), list(product(MandateState, MandateState)))
def test_every_move_of_a_mandate_is_the_tables(state: MandateState, wanted: MandateState) -> None:
    acts = {MandateState.active: "accepted", MandateState.declined: "declined", MandateState.revoked: "revoked"}
    accepted = NOW if state is MandateState.active else None
    mandate = a_mandate(MOTHER.account, SON.account, state=state, holder_accepted_at=accepted)
    if wanted not in acts:
        assert all(wanted not in following for following in MANDATE_MOVES.values())
    elif wanted in MANDATE_MOVES[state]:
        assert getattr(mandate, acts[wanted])(SON, NOW).state is wanted
    elif wanted is state and wanted is not MandateState.declined:
        assert getattr(mandate, acts[wanted])(SON, NOW) is mandate
    else:
        with pytest.raises(MandateMoveRefused):
            getattr(mandate, acts[wanted])(SON, NOW)


def test_scope_of_a_mandate() -> None:
    assert a_mandate("a", "b").is_for("whatever")
    assert a_mandate("a", "b", "tax").is_for("tax")
    assert not a_mandate("a", "b", "tax").is_for("passport")


@pytest.mark.parametrize("text", ["1234567891", " 1234567891 ", "az-77001"])
def test_taxpayers_number_is_taken(text: str) -> None:
    assert checked_tin(text) == text.strip().upper()


@pytest.mark.parametrize("text", ["", "1234", "1" * 21, "12 34567891", "١٢٣٤٥٦٧٨٩١", "-12345"])
def test_what_is_no_taxpayers_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        checked_tin(text)
