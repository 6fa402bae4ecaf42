"""Closures of agencies, and when a term must be looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TO_LOOK_AT = "look_at IS NOT NULL"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "closure",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("agency", sa.String(length=255), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index("ix_closure_agency_first_day", "closure", ["agency", "first_day"], unique=False)
    op.add_column("case", sa.Column("look_at", sa.BigInteger(), nullable=True))
    # Terms that run already are looked at when they end.
    op.execute('UPDATE "case" SET look_at = deadline_at WHERE closed_at IS NULL')
    op.create_index(
        "ix_case_look_at",
        "case",
        ["look_at"],
        unique=False,
        sqlite_where=sa.text(_TO_LOOK_AT),
        postgresql_where=sa.text(_TO_LOOK_AT),
    )


def downgrade() -> None:
    """Back."""
    op.drop_index(
        "ix_case_look_at",
        table_name="case",
        sqlite_where=sa.text(_TO_LOOK_AT),
        postgresql_where=sa.text(_TO_LOOK_AT),
    )
    op.drop_column("case", "look_at")
    op.drop_index("ix_closure_agency_first_day", table_name="closure")
    op.drop_table("closure")
