"""Cases that staff opened for a stated reason; fields that not everybody sees."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_UNREVIEWED = sa.text("verdict IS NULL")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "case_opening",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("agency", sa.String(length=255), nullable=False),
        sa.Column("account", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=True),
        sa.Column("reviewed_by", sa.String(length=26), nullable=True),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "id", name=op.f("pk_case_opening")),
    )
    op.create_index("ix_case_opening_account_until", "case_opening", ["account", "until_at"], unique=False)
    op.create_index("ix_case_opening_agency", "case_opening", ["agency", "id"], unique=False)
    op.create_index(
        "ix_case_opening_unreviewed",
        "case_opening",
        ["agency", "id"],
        unique=False,
        sqlite_where=_UNREVIEWED,
        postgresql_where=_UNREVIEWED,
    )
    op.create_table(
        "field_restriction",
        sa.Column("instance_id", sa.String(length=26), nullable=False),
        sa.Column("path", sa.String(length=512), nullable=False),
        sa.Column("readers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "path", name=op.f("pk_field_restriction")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("field_restriction")
    op.drop_index("ix_case_opening_unreviewed", table_name="case_opening")
    op.drop_index("ix_case_opening_agency", table_name="case_opening")
    op.drop_index("ix_case_opening_account_until", table_name="case_opening")
    op.drop_table("case_opening")
