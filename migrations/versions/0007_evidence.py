"""Answers of registers are kept, so that the same is not asked twice; when a fact was fetched, and if it was reused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "lookup_answer",
        sa.Column("instance_id", sa.String(length=26), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=26), nullable=True),
        sa.Column("register", sa.String(length=255), nullable=False),
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("asked_until", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("is_reused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "question", name=op.f("pk_lookup_answer")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_lookup_answer_person",
        "lookup_answer",
        ["person", "question", "valid_until"],
        unique=False,
        sqlite_where=sa.text("valid_until IS NOT NULL"),
        postgresql_where=sa.text("valid_until IS NOT NULL"),
    )
    op.add_column("evidence", sa.Column("fetched_at", sa.BigInteger(), nullable=True))
    op.add_column("evidence", sa.Column("is_reused", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Back."""
    op.drop_column("evidence", "is_reused")
    op.drop_column("evidence", "fetched_at")
    op.drop_index(
        "ix_lookup_answer_person",
        table_name="lookup_answer",
        sqlite_where=sa.text("valid_until IS NOT NULL"),
        postgresql_where=sa.text("valid_until IS NOT NULL"),
    )
    op.drop_table("lookup_answer")
