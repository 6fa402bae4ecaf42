"""Records of closed cases: when they are archived and erased, holds, and what stays of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TO_RETAIN = "retain_at IS NOT NULL"
_OF_A_CASE = "case_id IS NOT NULL"


def upgrade() -> None:
    """Forward."""
    op.add_column("case", sa.Column("record", sa.String(length=10), server_default="live", nullable=False))
    op.add_column("case", sa.Column("retain_at", sa.BigInteger(), nullable=True))
    op.add_column("case", sa.Column("archive_at", sa.BigInteger(), nullable=True))
    op.add_column("case", sa.Column("erase_at", sa.BigInteger(), nullable=True))
    # A worker plans how long the cases are kept that have ended before.
    op.execute('UPDATE "case" SET retain_at = closed_at WHERE closed_at IS NOT NULL')
    op.create_index(
        "ix_case_retain_at",
        "case",
        ["retain_at"],
        unique=False,
        sqlite_where=sa.text(_TO_RETAIN),
        postgresql_where=sa.text(_TO_RETAIN),
    )
    op.create_table(
        "case_record",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("agency", sa.String(length=255), nullable=False),
        sa.Column("service_key", sa.String(length=255), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.Column("is_in_time", sa.Boolean(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.Column("package", sa.String(length=64), nullable=True),
        sa.Column("package_bytes", sa.BigInteger(), nullable=True),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_record")),
    )
    op.create_index(
        "ix_case_record_agency_service", "case_record", ["agency", "service_key", "closed_at"], unique=False
    )
    op.create_index("ix_case_record_package", "case_record", ["package"], unique=False)
    op.create_table(
        "case_hold",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.String(length=26), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("released_by", sa.String(length=26), nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_hold")),
    )
    op.create_index("ix_case_hold_case_id", "case_hold", ["case_id"], unique=False)
    op.create_table(
        "erased_content",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("try_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_erased_content")),
    )
    op.create_index("ix_erased_content_try_at", "erased_content", ["try_at"], unique=False)
    # Hashes in the journal tell nothing of small contents once their salt is erased.
    op.add_column("evidence", sa.Column("salt", sa.String(length=32), server_default="", nullable=False))
    op.create_index(
        "ix_event_case_id",
        "event",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text(_OF_A_CASE),
        postgresql_where=sa.text(_OF_A_CASE),
    )


def downgrade() -> None:
    """Back."""
    op.drop_index(
        "ix_event_case_id",
        table_name="event",
        sqlite_where=sa.text(_OF_A_CASE),
        postgresql_where=sa.text(_OF_A_CASE),
    )
    op.drop_column("evidence", "salt")
    op.drop_index("ix_erased_content_try_at", table_name="erased_content")
    op.drop_table("erased_content")
    op.drop_index("ix_case_hold_case_id", table_name="case_hold")
    op.drop_table("case_hold")
    op.drop_index("ix_case_record_package", table_name="case_record")
    op.drop_index("ix_case_record_agency_service", table_name="case_record")
    op.drop_table("case_record")
    op.drop_index(
        "ix_case_retain_at",
        table_name="case",
        sqlite_where=sa.text(_TO_RETAIN),
        postgresql_where=sa.text(_TO_RETAIN),
    )
    for name in ("erase_at", "archive_at", "retain_at", "record"):
        op.drop_column("case", name)
