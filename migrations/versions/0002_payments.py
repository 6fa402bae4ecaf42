"""Payments, refunds and the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LEDGER = ("ledger_transaction", "ledger_line")
_SAID = "the ledger is append-only"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "payment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("instance_id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=True),
        sa.Column("agency", sa.String(length=255), nullable=False),
        sa.Column("applicant", sa.String(length=26), nullable=True),
        sa.Column("provider_id", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("exemption", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("next_url", sa.Text(), nullable=True),
        sa.Column("receipt_number", sa.String(length=24), nullable=True),
        sa.Column("payer", sa.String(length=255), nullable=True),
        sa.Column("code", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("watch_job_id", sa.String(length=26), nullable=True),
        sa.Column("look_again", sa.Boolean(), nullable=False),
        sa.Column("reconciled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index("uq_payment_reference", "payment", ["reference"], unique=True)
    op.create_index("uq_payment_provider_id", "payment", ["provider_id"], unique=True)
    op.create_index("uq_payment_receipt_number", "payment", ["receipt_number"], unique=True)
    op.create_index("ix_payment_case_id", "payment", ["case_id"], unique=False)
    op.create_index("ix_payment_instance_id", "payment", ["instance_id"], unique=False)
    op.create_index("ix_payment_agency_id", "payment", ["agency", "id"], unique=False)
    op.create_index("ix_payment_state_id", "payment", ["state", "id"], unique=False)
    op.create_index(
        "ix_payment_unreconciled",
        "payment",
        ["settled_at"],
        unique=False,
        sqlite_where=sa.text("reconciled_at IS NULL"),
        postgresql_where=sa.text("reconciled_at IS NULL"),
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("payment_id", sa.String(length=26), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("provider_id", sa.String(length=255), nullable=True),
        sa.Column("reconciled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
    )
    op.create_index("ix_refund_payment_id", "refund", ["payment_id"], unique=False)
    op.create_index(
        "ix_refund_unreconciled",
        "refund",
        ["made_at"],
        unique=False,
        sqlite_where=sa.text("reconciled_at IS NULL"),
        postgresql_where=sa.text("reconciled_at IS NULL"),
    )
    op.create_table(
        "receipt_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_receipt_counter")),
    )
    op.create_table(
        "ledger_transaction",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("payment_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ledger_transaction")),
    )
    op.create_index("ix_ledger_transaction_payment_id", "ledger_transaction", ["payment_id"], unique=False)
    op.create_table(
        "ledger_line",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "line", name=op.f("pk_ledger_line")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ledger_line_account_at", "ledger_line", ["account", "at"], unique=False)
    _refuse_changes_of_the_ledger()


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_ledger() CASCADE")
    op.drop_index("ix_ledger_line_account_at", table_name="ledger_line")
    op.drop_table("ledger_line")
    op.drop_index("ix_ledger_transaction_payment_id", table_name="ledger_transaction")
    op.drop_table("ledger_transaction")
    op.drop_table("receipt_counter")
    op.drop_index(
        "ix_refund_unreconciled",
        table_name="refund",
        sqlite_where=sa.text("reconciled_at IS NULL"),
        postgresql_where=sa.text("reconciled_at IS NULL"),
    )
    op.drop_index("ix_refund_payment_id", table_name="refund")
    op.drop_table("refund")
    op.drop_index(
        "ix_payment_unreconciled",
        table_name="payment",
        sqlite_where=sa.text("reconciled_at IS NULL"),
        postgresql_where=sa.text("reconciled_at IS NULL"),
    )
    op.drop_index("ix_payment_state_id", table_name="payment")
    op.drop_index("ix_payment_agency_id", table_name="payment")
    op.drop_index("ix_payment_instance_id", table_name="payment")
    op.drop_index("ix_payment_case_id", table_name="payment")
    op.drop_index("uq_payment_receipt_number", table_name="payment")
    op.drop_index("uq_payment_provider_id", table_name="payment")
    op.drop_index("uq_payment_reference", table_name="payment")
    op.drop_table("payment")


def _refuse_changes_of_the_ledger() -> None:
    """Rows of the ledger are added, never changed nor removed, whoever asks."""
    if op.get_bind().dialect.name != "postgresql":
        for table in _LEDGER:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_ledger() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_SAID}'; END $$"
    )
    for table in _LEDGER:
        op.execute(
            f"CREATE TRIGGER {table}_refuses_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_ledger()"
        )
