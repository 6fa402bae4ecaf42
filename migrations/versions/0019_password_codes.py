"""Codes by which somebody sets her password once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "password_code",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=26), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_password_code_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_password_code")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("password_code")
