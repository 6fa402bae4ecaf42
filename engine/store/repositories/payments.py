"""Payments, refunds, receipts and the ledger, of one transaction.

A payment is locked after its instance, never before: `place_of` finds the instance without a lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, update

from engine.casework.fee import Money
from engine.casework.job import JobState
from engine.casework.ledger import Line, Transaction
from engine.casework.payment import Payment, PaymentState, Refund
from engine.errors import NotFound
from engine.store.encryption.columns import protected
from engine.store.rows import columns_of, insert_into, plain, table_of, taken
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import payments as tables
from engine.store.tables.jobs import Job

PAYMENT = table_of(tables.Payment)
REFUND = table_of(tables.Refund)
PAYMENT_COLUMNS = columns_of(tables.Payment)
REFUND_COLUMNS = columns_of(tables.Refund)
_TRANSACTION = table_of(tables.LedgerTransaction)
_LINE = table_of(tables.LedgerLine)
_COUNTER = table_of(tables.ReceiptCounter)
_JOB = table_of(Job)

_LOCK = select(*PAYMENT_COLUMNS).where(PAYMENT.c.id == bindparam("key")).with_for_update()
_LOCK_REFUND = select(*REFUND_COLUMNS).where(REFUND.c.id == bindparam("key")).with_for_update()
_SAVED = [column.name for column in PAYMENT_COLUMNS if column.name != "id"]
_SAVE = (
    update(PAYMENT)
    .where(PAYMENT.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _SAVED})
    .execution_options(**SENT_TOGETHER)
)
_SAVE_REFUND = (
    update(REFUND)
    .where(REFUND.c.id == bindparam("key"))
    .values(
        made_at=bindparam("new_made_at"),
        provider_id=bindparam("new_provider_id"),
        reconciled_at=bindparam("new_reconciled_at"),
    )
    .execution_options(**SENT_TOGETHER)
)
_HURRY = (
    update(_JOB)
    .where(_JOB.c.id == bindparam("key"), _JOB.c.state == str(JobState.waiting), _JOB.c.attempts == 0)
    .values(due_at=bindparam("now"), available_at=bindparam("now"))
)
_STATE_OF_JOB = select(_JOB.c.state).where(_JOB.c.id == bindparam("key"))


class Payments:
    """Payments of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, payment: Payment) -> None:
        """Keep a new payment. Raises AlreadyExists for a reference that is known."""
        self._connection.execute(insert(PAYMENT).execution_options(**SENT_TOGETHER), of_payment(payment))

    def save(self, payment: Payment) -> None:
        """Keep a payment as it is now; it must be locked."""
        row = of_payment(payment)
        self._connection.execute(_SAVE, {"key": payment.id, **{f"new_{name}": row[name] for name in _SAVED}})

    def place_of(
        self, *, id: str | None = None, reference: str | None = None, provider_id: str | None = None
    ) -> tuple[str, str]:
        """Key of a payment and of the instance behind it, without a lock. Raises NotFound."""
        where: ColumnElement[bool]
        if id is not None:
            where, named = PAYMENT.c.id == id, id
        elif reference is not None:
            where, named = PAYMENT.c.reference == reference, reference
        else:
            where, named = PAYMENT.c.provider_id == provider_id, provider_id or ""
        row = self._connection.execute(select(PAYMENT.c.id, PAYMENT.c.instance_id).where(where)).first()
        if row is None:
            raise NotFound.of("payment", named)
        return str(row[0]), str(row[1])

    def lock(self, payment_id: str) -> Payment:
        """A payment, kept from all others until the transaction ends. Raises NotFound."""
        row = self._connection.execute(_LOCK, {"key": payment_id}).first()
        if row is None:
            raise NotFound.of("payment", payment_id)
        return to_payment(taken(PAYMENT_COLUMNS, row))

    def add_refund(self, refund: Refund) -> None:
        """Keep a new refund."""
        self._connection.execute(insert(REFUND).execution_options(**SENT_TOGETHER), of_refund(refund))

    def payment_of_refund(self, refund_id: str) -> str:
        """Key of the payment a refund belongs to, without a lock. Raises NotFound."""
        found = self._connection.execute(select(REFUND.c.payment_id).where(REFUND.c.id == refund_id)).scalar()
        if found is None:
            raise NotFound.of("refund", refund_id)
        return str(found)

    def lock_refund(self, refund_id: str) -> Refund:
        """A refund under lock; its payment is locked before. Raises NotFound."""
        row = self._connection.execute(_LOCK_REFUND, {"key": refund_id}).first()
        if row is None:
            raise NotFound.of("refund", refund_id)
        return to_refund(taken(REFUND_COLUMNS, row))

    def lock_refunds(self, payment_id: str) -> list[Refund]:
        """All refunds of a payment under lock, the first one first; the payment is locked before."""
        statement = select(*REFUND_COLUMNS).where(REFUND.c.payment_id == payment_id).order_by(REFUND.c.id)
        rows = self._connection.execute(statement.with_for_update())
        return [to_refund(taken(REFUND_COLUMNS, row)) for row in rows]

    def save_refund(self, refund: Refund) -> None:
        """Keep a refund as it is now; it must be locked."""
        self._connection.execute(
            _SAVE_REFUND,
            {
                "key": refund.id,
                "new_made_at": refund.made_at,
                "new_provider_id": refund.provider_id,
                "new_reconciled_at": refund.reconciled_at,
            },
        )

    def next_receipt(self, year: int) -> int:
        """The next number of a receipt in a year, without gaps: others wait until this transaction ends."""
        statement = (
            insert_into(_COUNTER, self._connection)
            .values(year=year, last=1)
            .on_conflict_do_update(index_elements=["year"], set_={"last": _COUNTER.c.last + 1})
            .returning(_COUNTER.c.last)
        )
        return int(self._connection.execute(statement).scalar_one())

    def book(self, transaction: Transaction) -> bool:
        """Append to the ledger; gives whether it was new. One whose key is there changes nothing."""
        row = {"key": transaction.key, "payment_id": transaction.payment_id, "at": transaction.at}
        statement = (
            insert_into(_TRANSACTION, self._connection)
            .values(**row)
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(_TRANSACTION.c.key)
        )
        if self._connection.execute(statement).first() is None:
            return False
        self._connection.execute(
            insert(_LINE).execution_options(**SENT_TOGETHER),
            [
                {
                    "key": transaction.key,
                    "line": number,
                    "account": line.account,
                    "amount": line.amount.minor,
                    "currency": line.amount.currency,
                    "at": transaction.at,
                }
                for number, line in enumerate(transaction.lines)
            ],
        )
        return True

    def lines(self, payment_id: str) -> list[Line]:
        """All that was booked for a payment, in its order."""
        rows = self._connection.execute(
            select(_LINE.c.account, _LINE.c.amount, _LINE.c.currency)
            .join(_TRANSACTION, _TRANSACTION.c.key == _LINE.c.key)
            .where(_TRANSACTION.c.payment_id == payment_id)
            .order_by(_LINE.c.at, _LINE.c.key, _LINE.c.line)
        )
        return [Line(row.account, Money(row.amount, row.currency)) for row in rows]

    def hurry_job(self, job_id: str, now: datetime) -> JobState | None:
        """Let a job that waits be due at once; gives its state as it was, None when there is none.

        One that failed before keeps its back-off, or news would spend all its attempts while the partner is down. Never
        waits for a job that is running, so a caller may hold the payment's lock.
        """
        if self._connection.execute(_HURRY, {"key": job_id, "now": now}).rowcount == 1:
            return JobState.waiting
        found = self._connection.execute(_STATE_OF_JOB, {"key": job_id}).scalar()
        return None if found is None else JobState(found)


def to_payment(row: Mapping[str, Any]) -> Payment:
    """A payment of its row."""
    values = {name: value for name, value in row.items() if name not in ("amount", "refunded", "currency", "state")}
    return Payment(
        **values,
        state=PaymentState(row["state"]),
        amount=Money(row["amount"], row["currency"]),
        refunded=Money(row["refunded"], row["currency"]),
    )


def of_payment(payment: Payment) -> dict[str, Any]:
    """The row of a payment."""
    row = {
        **plain(payment),
        "state": str(payment.state),
        "amount": payment.amount.minor,
        "refunded": payment.refunded.minor,
        "currency": payment.amount.currency,
    }
    return protected(PAYMENT, row)


def to_refund(row: Mapping[str, Any]) -> Refund:
    """A refund of its row."""
    values = {name: value for name, value in row.items() if name not in ("amount", "currency")}
    return Refund(**values, amount=Money(row["amount"], row["currency"]))


def of_refund(refund: Refund) -> dict[str, Any]:
    """The row of a refund."""
    row = {**plain(refund), "amount": refund.amount.minor, "currency": refund.amount.currency}
    return protected(REFUND, row)
