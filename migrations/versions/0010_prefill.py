"""Consents, prefilled forms, and what an answer was worth: what was not proved, and both values that differ."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("evidence", sa.Column("outcome", sa.String(length=20), nullable=False, server_default="proved"))
    op.add_column("evidence", sa.Column("compared", sa.Text(), nullable=True))
    op.create_table(
        "consent",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("service_key", sa.String(length=255), nullable=False),
        sa.Column("evidence", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_service_key", "consent", ["account_id", "service_key", "evidence"], unique=False)
    op.create_table(
        "prefill",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("service_key", sa.String(length=255), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prefill")),
    )
    op.create_index("ix_prefill_expires_at", "prefill", ["expires_at"], unique=False)
    op.create_table(
        "prefill_answer",
        sa.Column("prefill_id", sa.String(length=26), nullable=False),
        sa.Column("evidence", sa.String(length=255), nullable=False),
        sa.Column("operation", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("register", sa.String(length=255), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.Column("values", sa.Text(), nullable=True),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.Column("is_reused", sa.Boolean(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("prefill_id", "evidence", "operation", name=op.f("pk_prefill_answer")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("prefill_answer")
    op.drop_index("ix_prefill_expires_at", table_name="prefill")
    op.drop_table("prefill")
    op.drop_index("ix_consent_service_key", table_name="consent")
    op.drop_table("consent")
    op.drop_column("evidence", "compared")
    op.drop_column("evidence", "outcome")
