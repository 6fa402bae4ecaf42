"""The ledger balances, books once, and tells what happened, in whatever order news came."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casework import ledger
from engine.casework.fee import Money
from engine.casework.ledger import BookedOtherwise, Ledger, Line, Transaction, Unbalanced
from engine.casework.payment import Payment, PaymentState, Verdict
from tests.builders.a_payment import AT, a_payment, a_refund, a_sighting

AGENCY = "traffic-police"
ACCOUNTS = (
    ledger.RECEIVABLE,
    ledger.CASH,
    ledger.REFUNDS_PAYABLE,
    ledger.fees_due(AGENCY),
    ledger.fee_revenue(AGENCY),
)


def balance(book: Ledger, account: str) -> int:
    return book.balance(account, "AZN").minor


def after(payment: Payment, book: Ledger, told: str) -> tuple[Payment, Ledger]:
    """What a use case does with a sighting, on values."""
    verdict = payment.follows(a_sighting(told))
    if verdict is Verdict.settle:
        payment = payment.settled("R-2026-000001-5", None, AT)
        return payment, book.book(ledger.paid(payment, AT))
    if verdict is Verdict.lapse:
        payment = payment.lapsed(PaymentState(told), None, AT)
        return payment, book.book(ledger.lapsed(payment, AT))
    if verdict is Verdict.send_back:
        book = book.book(ledger.came_late(payment, AT))
        return payment.refunding(payment.amount), book
    return payment, book


def test_a_transaction_that_does_not_balance_cannot_be() -> None:
    lines = (Line(ledger.CASH, Money(100, "AZN")), Line(ledger.RECEIVABLE, Money(-99, "AZN")))

    with pytest.raises(Unbalanced):
        Transaction(key="x", payment_id="y", at=AT, lines=lines)


def test_two_currencies_do_not_balance_each_other() -> None:
    lines = (Line(ledger.CASH, Money(100, "AZN")), Line(ledger.RECEIVABLE, Money(-100, "USD")))

    with pytest.raises(Unbalanced):
        Transaction(key="x", payment_id="y", at=AT, lines=lines)


def test_a_paid_fee_is_cash_and_revenue() -> None:
    payment = a_payment()
    book = Ledger().book(ledger.opened(payment, AT)).book(ledger.paid(payment, AT))

    assert {account: balance(book, account) for account in ACCOUNTS} == {
        ledger.RECEIVABLE: 0,
        ledger.CASH: 2500,
        ledger.REFUNDS_PAYABLE: 0,
        ledger.fees_due(AGENCY): 0,
        ledger.fee_revenue(AGENCY): -2500,
    }


def test_the_same_key_books_once_and_never_otherwise() -> None:
    payment = a_payment()
    book = Ledger().book(ledger.paid(payment, AT))

    assert book.book(ledger.paid(payment, AT)) is book
    with pytest.raises(BookedOtherwise):
        book.book(ledger.paid(replace(payment, amount=Money(1, "AZN")), AT))


@given(st.lists(st.sampled_from(["unfinished", "paid", "failed", "expired", "cancelled"]), max_size=12), st.booleans())
def test_whatever_comes_in_whatever_order_charges_once_and_balances(news: list[str], is_sent_back: bool) -> None:
    payment = a_payment()
    book = Ledger().book(ledger.opened(payment, AT))

    for told in news:
        payment, book = after(payment, book, told)
    if payment.state is PaymentState.refunding and is_sent_back:
        book = book.book(ledger.refund_sent(payment, a_refund(payment), AT))
        payment = payment.refund_made()

    assert sum(balance(book, account) for account in ACCOUNTS) == 0
    first = next((told for told in news if told != "unfinished"), None)
    is_earned = first == "paid"
    assert balance(book, ledger.fee_revenue(AGENCY)) == (-2500 if is_earned else 0)
    assert balance(book, ledger.RECEIVABLE) == (2500 if first is None else 0)
    is_kept = is_earned or payment.state is PaymentState.refunding
    assert balance(book, ledger.CASH) == (2500 if is_kept else 0)
    assert balance(book, ledger.REFUNDS_PAYABLE) == (-2500 if payment.state is PaymentState.refunding else 0)


@given(st.lists(st.integers(1, 1_000), max_size=6))
def test_refunds_take_revenue_back_exactly(parts: list[int]) -> None:
    payment = a_payment(state=PaymentState.paid)
    book = Ledger().book(ledger.opened(payment, AT)).book(ledger.paid(payment, AT))

    for part in parts:
        if part > payment.refundable.minor:
            continue
        refund = a_refund(payment, part)
        payment = payment.refunding(refund.amount)
        book = book.book(ledger.refund_decided(payment, refund, AT)).book(ledger.refund_sent(payment, refund, AT))
        payment = payment.refund_made()

    assert balance(book, ledger.CASH) == payment.refundable.minor
    assert balance(book, ledger.fee_revenue(AGENCY)) == -payment.refundable.minor
    assert balance(book, ledger.REFUNDS_PAYABLE) == 0
