"""Money in minor units, and the fee that a decision table gives."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casework.fee import Fee, Money, OtherCurrency
from engine.errors import Invalid

MINOR = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "text"),
    [
        pytest.param(25, "AZN", 2500, "25.00 AZN", id="two-digits"),
        pytest.param(Decimal("25.5"), "AZN", 2550, "25.50 AZN", id="half"),
        pytest.param(500, "JPY", 500, "500 JPY", id="no-digits"),
        pytest.param(Decimal("1.234"), "KWD", 1234, "1.234 KWD", id="three-digits"),
    ],
)
def test_money_is_whole_minor_units(amount: Any, currency: str, minor: int, text: str) -> None:
    money = Money.of(amount, currency)

    assert (money.minor, str(money)) == (minor, text)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("0.001", "AZN"),
        ("1.5", "JPY"),
        ("NaN", "AZN"),
        ("1e30", "AZN"),
        ("a", "AZN"),
        (1, "azn"),
        (1, "AZ"),
        (1, "ƏZN"),
    ],
)
def test_what_no_coin_can_pay_is_refused(amount: Any, currency: str) -> None:
    with pytest.raises(Invalid):
        Money.of(amount, currency)


@given(MINOR, MINOR)
def test_sums_are_exact_and_differences_undo_them(one: int, other: int) -> None:
    a, b = Money(one, "AZN"), Money(other, "AZN")

    assert (a + b) - b == a
    assert Money.of(a.major, "AZN") == a


def test_currencies_are_never_mixed() -> None:
    with pytest.raises(OtherCurrency):
        Money(1, "AZN") + Money(1, "USD")


@pytest.mark.parametrize(
    ("result", "amount", "tier", "term", "exemption"),
    [
        pytest.param({"fee": 25, "currency": "AZN"}, 2500, None, None, None, id="plain"),
        pytest.param(
            {"fee": 70, "currency": "AZN", "tier": "one-day", "term": "P1D"}, 7000, "one-day", "P1D", None, id="tier"
        ),
        pytest.param({"fee": 25, "currency": "AZN", "exemption": "martyr"}, 0, None, None, "martyr", id="exempt"),
        pytest.param(
            {"amount": 40, "currency": "AZN", "share": Decimal("0.5"), "exemption": "pensioner"},
            2000, None, None, "pensioner", id="half",
        ),
    ],
)  # fmt: skip
def test_a_decision_gives_amount_tier_term_and_exemption(
    result: dict[str, Any], amount: int, tier: str | None, term: str | None, exemption: str | None
) -> None:
    fee = Fee.of_decision(result)

    assert (fee.amount.minor, fee.tier, fee.term, fee.exemption) == (amount, tier, term, exemption)
    assert fee.is_due == (amount > 0)


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(None, id="nothing"),
        pytest.param({"fee": "25", "currency": "AZN"}, id="text"),
        pytest.param({"fee": True, "currency": "AZN"}, id="truth"),
        pytest.param({"fee": -1, "currency": "AZN"}, id="negative"),
        pytest.param({"fee": 25}, id="no-currency"),
        pytest.param({"fee": 25, "currency": "AZN", "share": 2}, id="share-above-one"),
        pytest.param({"fee": 25, "currency": "AZN", "tier": 5}, id="tier-no-text"),
    ],
)
def test_what_is_no_fee_is_refused(result: Any) -> None:
    with pytest.raises(Invalid):
        Fee.of_decision(result)
