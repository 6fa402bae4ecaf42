"""Payments as citizens, operators and supervisors see them: lists, what awaits the provider's file, revenue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, func, select, union_all

from engine.casework.actor import Actor
from engine.casework.fee import Money
from engine.casework.ledger import LATE, fee_revenue
from engine.casework.payment import Payment, Refund
from engine.casework.policy import Action, Thing, permit
from engine.errors import NotFound
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.queries.permitted import Columns, permitted
from engine.store.repositories.payments import (
    PAYMENT,
    PAYMENT_COLUMNS,
    REFUND,
    REFUND_COLUMNS,
    to_payment,
    to_refund,
)
from engine.store.rows import table_of, taken
from engine.store.tables.cases import Case
from engine.store.tables.journal import JournalEntry
from engine.store.tables.payments import LedgerLine

_CASE = table_of(Case)
_LINE = table_of(LedgerLine)
_ENTRY = table_of(JournalEntry)
_REVENUE: Final = fee_revenue("")
_MOST_OF_A_CASE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    """The receipt of a payment."""

    number: str
    amount: Decimal
    currency: str
    at: datetime
    payer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRow:
    """Money that went back, or is on its way."""

    id: str
    amount: Decimal
    currency: str
    reason: str
    asked_at: datetime
    made_at: datetime | None
    came_late: bool

    @classmethod
    def of(cls, refund: Refund) -> RefundRow:
        """As it is shown."""
        return cls(
            id=refund.id,
            amount=refund.amount.major,
            currency=refund.amount.currency,
            reason=refund.reason,
            asked_at=refund.asked_at,
            made_at=refund.made_at,
            came_late=refund.reason == LATE,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """A payment as it is shown."""

    payment: Payment
    case_number: str | None = None
    refunds: Sequence[RefundRow] = ()

    @property
    def amount(self) -> Decimal:
        """In major units."""
        return self.payment.amount.major

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return self.payment.amount.currency

    @property
    def refunded(self) -> Decimal:
        """In major units."""
        return self.payment.refunded.major

    @property
    def receipt(self) -> ReceiptRow | None:
        """Once it was paid."""
        paid = self.payment
        if paid.receipt_number is None or paid.settled_at is None:
            return None
        return ReceiptRow(
            number=paid.receipt_number, amount=self.amount, currency=self.currency, at=paid.settled_at, payer=paid.payer
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self.payment, name)


def payments_of_case(connection: Connection, case_id: str) -> list[PaymentRow]:
    """The payments of a case, the first one first, with their refunds. Two statements; one where nothing was paid."""
    rows = connection.execute(
        select(*PAYMENT_COLUMNS).where(PAYMENT.c.case_id == case_id).order_by(PAYMENT.c.id).limit(_MOST_OF_A_CASE)
    ).all()
    return _with_refunds(connection, [to_payment(taken(PAYMENT_COLUMNS, row)) for row in rows])


def payments_of_application(
    connection: Connection, actor: Actor, case_id: str, *, limit: int = 25, cursor: str | None = None
) -> Page[PaymentRow]:
    """The payments of an application, the first one first. Raises NotFound also for who may not see it.

    Three statements.
    """
    start, most = decode_cursor(cursor, str), bounded(limit)
    row = connection.execute(
        select(_CASE.c.applicant, _CASE.c.agency, _CASE.c.service_key).where(_CASE.c.id == case_id)
    ).first()
    if row is None:
        raise NotFound.of("application", case_id)
    case = Thing(kind="application", key=case_id, agency=row.agency, person=row.applicant, service=row.service_key)
    permit(actor, Action.see_payments_of_case, case)
    statement = select(*PAYMENT_COLUMNS).where(PAYMENT.c.case_id == case_id)
    if start is not None:
        statement = statement.where(PAYMENT.c.id > start[0])
    rows = connection.execute(statement.order_by(PAYMENT.c.id).limit(most + 1)).all()
    found = _with_refunds(connection, [to_payment(taken(PAYMENT_COLUMNS, row)) for row in rows])
    return page_of(found, most, lambda one: (one.payment.id,))


def payment_page(
    connection: Connection,
    actor: Actor,
    *,
    state: str | None = None,
    reference: str | None = None,
    unreconciled: bool = False,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[PaymentRow]:
    """Payments, the newest first: all for operators, those of their agencies for supervisors. Two statements."""
    start = decode_cursor(cursor, str)
    statement = select(*PAYMENT_COLUMNS, _CASE.c.number).outerjoin(_CASE, _CASE.c.id == PAYMENT.c.case_id)
    statement = statement.where(permitted(actor, Action.see_payments, Columns(agency=PAYMENT.c.agency)))
    if state is not None:
        statement = statement.where(PAYMENT.c.state == state)
    if reference is not None:
        statement = statement.where(PAYMENT.c.reference == reference)
    if unreconciled:
        statement = statement.where(PAYMENT.c.reconciled_at.is_(None), PAYMENT.c.settled_at.is_not(None))
    if start is not None:
        statement = statement.where(PAYMENT.c.id < start[0])
    most = bounded(limit)
    rows = connection.execute(statement.order_by(PAYMENT.c.id.desc()).limit(most + 1)).all()
    numbers = {row[0]: row[-1] for row in rows}
    found = _with_refunds(connection, [to_payment(taken(PAYMENT_COLUMNS, row)) for row in rows])
    named = [PaymentRow(payment=one.payment, case_number=numbers[one.id], refunds=one.refunds) for one in found]
    return page_of(named, most, lambda one: (one.payment.id,))


def state_of_reference(connection: Connection, reference: str) -> str | None:
    """Where a payment stands, by its reference. One statement."""
    found = connection.execute(select(PAYMENT.c.state).where(PAYMENT.c.reference == reference)).scalar()
    return None if found is None else str(found)


def last_noted(connection: Connection, chain: str) -> tuple[str, datetime] | None:
    """Action and moment of the last entry of a journal; None when it is empty. One statement."""
    statement = (
        select(_ENTRY.c.action, _ENTRY.c.at).where(_ENTRY.c.chain == chain).order_by(_ENTRY.c.seq.desc()).limit(1)
    )
    row = connection.execute(statement).first()
    return None if row is None else (row[0], row[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreconciledRow:
    """Money that moved by our books, and that no file of the provider has confirmed."""

    kind: str
    """`payment` or `refund`."""
    reference: str
    provider_id: str
    amount: Money
    at: datetime


def unreconciled(connection: Connection, since: datetime, until: datetime) -> list[UnreconciledRow]:
    """What moved from `since` up to `until` without a file to confirm it, oldest first, up to 10,000. One statement."""
    payments = select(
        PAYMENT.c.reference,
        PAYMENT.c.provider_id,
        PAYMENT.c.amount,
        PAYMENT.c.currency,
        PAYMENT.c.settled_at.label("at"),
    ).where(PAYMENT.c.reconciled_at.is_(None), PAYMENT.c.settled_at >= since, PAYMENT.c.settled_at < until)
    refunds = (
        select(
            PAYMENT.c.reference,
            REFUND.c.provider_id,
            -REFUND.c.amount,
            REFUND.c.currency,
            REFUND.c.made_at.label("at"),
        )
        .join(PAYMENT, PAYMENT.c.id == REFUND.c.payment_id)
        .where(REFUND.c.reconciled_at.is_(None), REFUND.c.made_at >= since, REFUND.c.made_at < until)
    )
    both = union_all(payments, refunds).subquery()
    rows = connection.execute(select(both).order_by(both.c.at).limit(10_000))
    return [
        UnreconciledRow(
            kind="payment" if row.amount >= 0 else "refund",
            reference=row.reference,
            provider_id=row.provider_id or "",
            amount=Money(abs(row.amount), row.currency),
            at=row.at,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueRow:
    """What an agency earned in a period, by the ledger."""

    agency: str
    currency: str
    received: Decimal
    """Paid by citizens."""
    refunded: Decimal
    """Decided to go back."""
    payments: int

    @property
    def net(self) -> Decimal:
        """What remains."""
        return self.received - self.refunded


def revenue(
    connection: Connection, since: datetime, until: datetime, agencies: Collection[str] | None = None
) -> list[RevenueRow]:
    """Revenue of each agency from `since` up to `until`; of `agencies` only, unless None. One statement."""
    statement = (
        select(
            _LINE.c.account,
            _LINE.c.currency,
            func.sum(_LINE.c.amount).filter(_LINE.c.amount < 0).label("credit"),
            func.sum(_LINE.c.amount).filter(_LINE.c.amount > 0).label("debit"),
            func.count().filter(_LINE.c.amount < 0).label("payments"),
        )
        .where(_LINE.c.at >= since, _LINE.c.at < until)
        .group_by(_LINE.c.account, _LINE.c.currency)
        .order_by(_LINE.c.account, _LINE.c.currency)
    )
    if agencies is None:
        statement = statement.where(_LINE.c.account.startswith(_REVENUE, autoescape=True))
    else:
        statement = statement.where(_LINE.c.account.in_([fee_revenue(agency) for agency in sorted(agencies)]))
    return [
        RevenueRow(
            agency=row.account.removeprefix(_REVENUE),
            currency=row.currency,
            received=Money(-int(row.credit or 0), row.currency).major,
            refunded=Money(int(row.debit or 0), row.currency).major,
            payments=row.payments,
        )
        for row in connection.execute(statement)
    ]


def balances(connection: Connection) -> dict[tuple[str, str], int]:
    """Debits less credits of every account and currency, in minor units. One statement over the whole ledger."""
    statement = select(_LINE.c.account, _LINE.c.currency, func.sum(_LINE.c.amount)).group_by(
        _LINE.c.account, _LINE.c.currency
    )
    return {(row[0], row[1]): int(row[2]) for row in connection.execute(statement)}


def _with_refunds(connection: Connection, payments: Sequence[Payment]) -> list[PaymentRow]:
    those = [one.id for one in payments if not one.refunded.is_zero]
    refunds: dict[str, list[RefundRow]] = {}
    if those:
        statement = select(*REFUND_COLUMNS).where(REFUND.c.payment_id.in_(those)).order_by(REFUND.c.id)
        for row in connection.execute(statement):
            refund = to_refund(taken(REFUND_COLUMNS, row))
            refunds.setdefault(refund.payment_id, []).append(RefundRow.of(refund))
    return [PaymentRow(payment=one, refunds=refunds.get(one.id, ())) for one in payments]
