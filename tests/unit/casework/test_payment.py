"""The life of a payment: every move, every sighting, whatever comes twice or late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casework.fee import Money
from engine.casework.payment import (
    PAYMENT_MOVES,
    AmountDiffers,
    PaymentMoveRefused,
    PaymentState,
    RefundTooLarge,
    Verdict,
    next_look,
    payment_life,
    receipt_number,
)
from engine.errors import Invalid
from tests.builders.a_payment import AT, a_payment, a_sighting

PAIRS = [(one, other) for one in PaymentState for other in PaymentState if one is not other]


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=[f"{one}-{other}" for one, other in PAIRS])
def test_a_payment_moves_as_the_table_says_and_no_other_way(before: PaymentState, after: PaymentState) -> None:
    payment = a_payment(state=before)

    if after in PAYMENT_MOVES[before]:
        assert payment.moved_to(after).state is after
    else:
        with pytest.raises(PaymentMoveRefused):
            payment.moved_to(after)


@pytest.mark.parametrize(
    ("state", "told", "verdict"),
    [
        ("created", "unfinished", Verdict.wait),
        ("created", "paid", Verdict.wait),
        ("open", "unfinished", Verdict.wait),
        ("open", "paid", Verdict.settle),
        ("open", "failed", Verdict.lapse),
        ("open", "cancelled", Verdict.lapse),
        ("open", "expired", Verdict.lapse),
        ("paid", "paid", Verdict.nothing),
        ("paid", "failed", Verdict.nothing),
        ("paid", "unfinished", Verdict.nothing),
        ("expired", "paid", Verdict.send_back),
        ("cancelled", "paid", Verdict.send_back),
        ("failed", "paid", Verdict.send_back),
        ("expired", "expired", Verdict.nothing),
        ("expired", "unfinished", Verdict.nothing),
        ("refunding", "paid", Verdict.nothing),
        ("refunded", "paid", Verdict.nothing),
    ],
)
def test_what_a_sighting_means_depends_on_where_the_payment_stands(state: str, told: str, verdict: Verdict) -> None:
    assert a_payment(state=PaymentState(state)).follows(a_sighting(told)) is verdict


@pytest.mark.parametrize("state", ["open", "expired"])
def test_another_amount_is_never_settled(state: str) -> None:
    with pytest.raises(AmountDiffers):
        a_payment(state=PaymentState(state)).follows(a_sighting("paid", minor=2499))


def test_a_settled_payment_has_its_receipt_and_no_page() -> None:
    settled = a_payment(next_url="https://pay.example/1", watch_job_id="x").settled("R-2026-000001-5", "A. Payer", AT)

    assert (settled.state, settled.receipt_number, settled.next_url) == (PaymentState.paid, "R-2026-000001-5", None)
    assert settled.watch_job_id is None


@given(st.lists(st.integers(1, 2500), max_size=8))
def test_never_more_goes_back_than_came(parts: list[int]) -> None:
    payment = a_payment(state=PaymentState.paid)

    for part in parts:
        try:
            payment = payment.refunding(Money(part, "AZN")).refund_made()
        except (RefundTooLarge, PaymentMoveRefused):
            continue

    assert 0 <= payment.refunded.minor <= payment.amount.minor
    assert (payment.state is PaymentState.refunded) == (payment.refunded == payment.amount)


def test_a_second_refund_waits_for_the_first() -> None:
    payment = a_payment(state=PaymentState.paid).refunding(Money(100, "AZN"))

    with pytest.raises(PaymentMoveRefused):
        payment.refunding(Money(100, "AZN"))


@given(st.integers(0, 1_000), st.integers(0, 20 * 24 * 60))
def test_the_next_look_is_later_and_not_beyond_the_expiry(looks: int, minutes: int) -> None:
    now, expires_at = AT + timedelta(minutes=minutes), AT + timedelta(days=10)

    at = next_look(looks, now, expires_at)

    assert at > now
    assert at <= expires_at or now >= expires_at


@pytest.mark.parametrize("text", ["P1Y", "PT0S", "P400D", "ten days"])
def test_a_life_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        payment_life(text)


def test_receipts_carry_a_check_digit() -> None:
    numbers = {receipt_number(2026, serial) for serial in range(1, 200)}

    assert len(numbers) == 199
    assert all(number.startswith("R-2026-000") for number in numbers)
