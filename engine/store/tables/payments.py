"""Payments, refunds and the ledger. Amounts are whole minor units of their currency.

The ledger's tables are append-only: triggers of the database refuse every change and removal (migration 0002).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import Encrypted
from engine.store.encryption.owners import NOBODY
from engine.store.tables.base import Base, Key, Name, OptionalMoment, RequiredMoment

AWAITS_THE_FILE = text("reconciled_at IS NULL")
"""Written out, so that a database can see that the index of these rows serves a statement."""


class Payment(Base):
    """One payment."""

    __tablename__ = "payment"
    __table_args__ = (
        Index("uq_payment_reference", "reference", unique=True),
        Index("uq_payment_provider_id", "provider_id", unique=True),
        Index("uq_payment_receipt_number", "receipt_number", unique=True),
        Index("ix_payment_case_id", "case_id"),
        Index("ix_payment_instance_id", "instance_id"),
        Index("ix_payment_agency_id", "agency", "id"),
        Index("ix_payment_state_id", "state", "id"),
        Index("ix_payment_unreconciled", "settled_at", sqlite_where=AWAITS_THE_FILE, postgresql_where=AWAITS_THE_FILE),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(60))
    instance_id: Mapped[Key]
    case_id: Mapped[str | None] = mapped_column(String(26))
    agency: Mapped[Name]
    applicant: Mapped[str | None] = mapped_column(String(26))
    provider_id: Mapped[Name]
    state: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    description: Mapped[str] = mapped_column(Encrypted("payment.description", longest=255))
    tier: Mapped[str | None] = mapped_column(Text)
    exemption: Mapped[str | None] = mapped_column(Encrypted("payment.exemption"))
    legal_basis: Mapped[str] = mapped_column(Text)
    next_url: Mapped[str | None] = mapped_column(Text)
    receipt_number: Mapped[str | None] = mapped_column(String(24))
    payer: Mapped[str | None] = mapped_column(Encrypted("payment.payer", longest=255))
    code: Mapped[Name | None]
    created_at: Mapped[RequiredMoment]
    expires_at: Mapped[RequiredMoment]
    settled_at: Mapped[OptionalMoment]
    closed_at: Mapped[OptionalMoment]
    looks: Mapped[int]
    watch_job_id: Mapped[str | None] = mapped_column(String(26))
    look_again: Mapped[bool]
    reconciled_at: Mapped[OptionalMoment]


class Refund(Base):
    """Money that goes back."""

    __tablename__ = "refund"
    __table_args__ = (
        Index("ix_refund_payment_id", "payment_id"),
        Index("ix_refund_unreconciled", "made_at", sqlite_where=AWAITS_THE_FILE, postgresql_where=AWAITS_THE_FILE),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    payment_id: Mapped[Key]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(Encrypted("refund.reason", owner=NOBODY))
    asked_by: Mapped[str] = mapped_column(String(26))
    asked_at: Mapped[RequiredMoment]
    made_at: Mapped[OptionalMoment]
    provider_id: Mapped[Name | None]
    reconciled_at: Mapped[OptionalMoment]


class ReceiptCounter(Base):
    """The last number of a receipt given in a year."""

    __tablename__ = "receipt_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class LedgerTransaction(Base):
    """What was booked together. Rows are added, never changed."""

    __tablename__ = "ledger_transaction"
    __table_args__ = (Index("ix_ledger_transaction_payment_id", "payment_id"),)

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    """Kind and payment or refund: booked once."""
    payment_id: Mapped[Key]
    at: Mapped[RequiredMoment]


class LedgerLine(Base):
    """One line of a transaction: a debit above zero, a credit below. Rows are added, never changed."""

    __tablename__ = "ledger_line"
    __table_args__ = (Index("ix_ledger_line_account_at", "account", "at"), {"sqlite_with_rowid": False})

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[Name]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[RequiredMoment]
