"""The ledger: double entry, append-only. Every transaction balances to zero and is booked once under its key.

| event | debit (+) | credit (-) |
|---|---|---|
| a payment opens | receivable | fees-due:AGENCY |
| it is paid | cash-at-provider and fees-due:AGENCY | receivable and fee-revenue:AGENCY |
| it lapses | fees-due:AGENCY | receivable |
| money comes too late | cash-at-provider | refunds-payable |
| a refund is decided | fee-revenue:AGENCY | refunds-payable |
| the provider has sent it | refunds-payable | cash-at-provider |

So at any time `cash-at-provider` is what the provider owes us, `receivable` what citizens may still pay, and
`fee-revenue:AGENCY`, with its sign turned, what an agency has earned. Nothing is ever changed or removed: a mistake is
booked back. The key of a transaction is made of its kind and the payment or refund: charged exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from engine.casework.fee import Money
from engine.casework.payment import Payment, Refund
from engine.errors import Invalid, Refused

RECEIVABLE: Final = "receivable"
CASH: Final = "cash-at-provider"
REFUNDS_PAYABLE: Final = "refunds-payable"
LATE: Final = "late"
"""Reason of a refund that nobody asked for: the money came after the payment had ended."""


def fees_due(agency: str) -> str:
    """What an agency is to get when open payments are paid."""
    return f"fees-due:{agency}"


def fee_revenue(agency: str) -> str:
    """What an agency has earned."""
    return f"fee-revenue:{agency}"


class Unbalanced(Invalid):
    """The lines of a transaction do not add up to zero."""

    code = "ledger-unbalanced"


class BookedOtherwise(Refused):
    """A key was used before with other lines."""

    code = "ledger-key-reused"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transaction."""

    account: str
    amount: Money
    """A debit above zero, a credit below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What is booked together."""

    key: str
    """Booked once."""
    payment_id: str
    at: datetime
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        if len(self.lines) < 2:
            raise Unbalanced(f"Expected two lines or more in {self.key}.")
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line.amount.currency] = sums.get(line.amount.currency, 0) + line.amount.minor
        if any(sums.values()):
            raise Unbalanced(f"Expected the lines of {self.key} to add up to zero, found {sums}.")


@dataclass(frozen=True, slots=True)
class Ledger:
    """All transactions in their order, as a value: what the tables hold."""

    transactions: tuple[Transaction, ...] = ()
    _keys: Mapping[str, Transaction] = field(default_factory=dict)

    def book(self, transaction: Transaction) -> Ledger:
        """With one transaction more; one that was booked before changes nothing. Raises BookedOtherwise."""
        before = self._keys.get(transaction.key)
        if before is None:
            return Ledger((*self.transactions, transaction), {**self._keys, transaction.key: transaction})
        if before.lines != transaction.lines:
            raise BookedOtherwise(f"Expected {transaction.key} to be booked as before.", remedy="Use another key.")
        return self

    def balance(self, account: str, currency: str) -> Money:
        """Debits less credits of an account."""
        return Money(sum(line.amount.minor for line in self._lines() if _is(line, account, currency)), currency)

    def _lines(self) -> Iterator[Line]:
        for transaction in self.transactions:
            yield from transaction.lines


def opened(payment: Payment, at: datetime) -> Transaction:
    """A payment may be paid."""
    return _two(f"open:{payment.id}", payment, at, RECEIVABLE, fees_due(payment.agency), payment.amount)


def paid(payment: Payment, at: datetime) -> Transaction:
    """The money of an open payment came."""
    amount, agency = payment.amount, payment.agency
    return Transaction(
        key=f"paid:{payment.id}",
        payment_id=payment.id,
        at=at,
        lines=(
            Line(CASH, amount),
            Line(RECEIVABLE, -amount),
            Line(fees_due(agency), amount),
            Line(fee_revenue(agency), -amount),
        ),
    )


def lapsed(payment: Payment, at: datetime) -> Transaction:
    """A payment ended without money."""
    return _two(f"lapsed:{payment.id}", payment, at, fees_due(payment.agency), RECEIVABLE, payment.amount)


def came_late(payment: Payment, at: datetime) -> Transaction:
    """Money came for a payment that had ended: it is owed back."""
    return _two(f"late:{payment.id}", payment, at, CASH, REFUNDS_PAYABLE, payment.amount)


def refund_decided(payment: Payment, refund: Refund, at: datetime) -> Transaction:
    """Money that was earned is to go back."""
    return _two(f"refund:{refund.id}", payment, at, fee_revenue(payment.agency), REFUNDS_PAYABLE, refund.amount)


def refund_sent(payment: Payment, refund: Refund, at: datetime) -> Transaction:
    """The provider has sent it."""
    return _two(f"refunded:{refund.id}", payment, at, REFUNDS_PAYABLE, CASH, refund.amount)


def total(lines: Iterable[Line], currency: str) -> Money:
    """Debits less credits of some lines of a currency."""
    return Money(sum(line.amount.minor for line in lines if line.amount.currency == currency), currency)


def _two(key: str, payment: Payment, at: datetime, debit: str, credit: str, amount: Money) -> Transaction:
    return Transaction(key=key, payment_id=payment.id, at=at, lines=(Line(debit, amount), Line(credit, -amount)))


def _is(line: Line, account: str, currency: str) -> bool:
    return line.account == account and line.amount.currency == currency
