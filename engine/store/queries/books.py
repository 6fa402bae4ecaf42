"""Whether the books are right: every booking balances, and says of each payment and refund what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, and_, exists, func, literal, or_, select

from engine.casework.payment import PaymentState
from engine.store.rows import table_of
from engine.store.tables import payments as tables

_BOOKED = table_of(tables.LedgerTransaction)
_LINE = table_of(tables.LedgerLine)
_PAYMENT = table_of(tables.Payment)
_REFUND = table_of(tables.Refund)
_WITH_MONEY: Final = [str(state) for state in (PaymentState.paid, PaymentState.refunding, PaymentState.refunded)]

_UNBALANCED = (
    select(_LINE.c.key, _LINE.c.currency, func.sum(_LINE.c.amount))
    .group_by(_LINE.c.key, _LINE.c.currency)
    .having(func.sum(_LINE.c.amount) != 0)
    .order_by(_LINE.c.key)
)
_WITHOUT_LINES = select(_BOOKED.c.key).where(~exists().where(_LINE.c.key == _BOOKED.c.key)).order_by(_BOOKED.c.key)
_WITHOUT_HEAD = (
    select(_LINE.c.key).where(~exists().where(_BOOKED.c.key == _LINE.c.key)).distinct().order_by(_LINE.c.key)
)
_CAME = exists().where(
    or_(_BOOKED.c.key == literal("paid:") + _PAYMENT.c.id, _BOOKED.c.key == literal("late:") + _PAYMENT.c.id)
)
_HAS_MONEY = _PAYMENT.c.state.in_(_WITH_MONEY)
_PAID_OTHERWISE = (
    select(_PAYMENT.c.id, _PAYMENT.c.state)
    .where(or_(and_(_HAS_MONEY, ~_CAME), and_(~_HAS_MONEY, _CAME)))
    .order_by(_PAYMENT.c.id)
)
_IS_SENT = exists().where(_BOOKED.c.key == literal("refunded:") + _REFUND.c.id)
_MADE = _REFUND.c.made_at.is_not(None)
_SENT_OTHERWISE = select(_REFUND.c.id).where(or_(and_(_MADE, ~_IS_SENT), and_(~_MADE, _IS_SENT))).order_by(_REFUND.c.id)


def book_faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """Bookings that do not balance, payments and refunds that the books tell otherwise. Five statements."""
    for key, currency, sum_ in connection.execute(_UNBALANCED):
        yield key, f"Its debits and credits differ by {sum_} minor units of {currency}."
    for (key,) in connection.execute(_WITHOUT_LINES):
        yield key, "It was booked without a line."
    for (key,) in connection.execute(_WITHOUT_HEAD):
        yield key, "It has lines, and was never booked."
    for key, state in connection.execute(_PAID_OTHERWISE):
        yield key, f"The payment is {state}, and the books say otherwise."
    for (key,) in connection.execute(_SENT_OTHERWISE):
        yield key, "Whether the refund was sent, the books tell otherwise."
