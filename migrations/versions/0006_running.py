"""Exchanges with partners, and what operators need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FAILED = sa.text("state = 'failed'")
_TAKEABLE = sa.text("state IN ('waiting', 'running')")


def upgrade() -> None:
    """Forward. Jobs that wait are given their procedure; of their partner only the connector is known."""
    op.add_column("job", sa.Column("partner", sa.String(length=255), nullable=False, server_default=""))
    op.add_column("job", sa.Column("procedure", sa.String(length=255), nullable=False, server_default=""))
    op.execute("UPDATE job SET partner = type WHERE kind = 'service'")
    op.execute(
        "UPDATE job SET procedure = (SELECT process_id FROM instance WHERE instance.id = job.instance_id)"
        " WHERE EXISTS (SELECT 1 FROM instance WHERE instance.id = job.instance_id)"
    )
    op.create_index("ix_job_failed", "job", ["id"], unique=False, sqlite_where=_FAILED, postgresql_where=_FAILED)
    op.create_index(
        "ix_job_share",
        "job",
        ["partner", "procedure", "available_at", "id"],
        unique=False,
        sqlite_where=_TAKEABLE,
        postgresql_where=_TAKEABLE,
    )
    op.create_table(
        "partner",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("open_until", sa.BigInteger(), nullable=True),
        sa.Column("is_tried", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_partner")),
    )
    op.create_table(
        "exchange",
        sa.Column("job_id", sa.String(length=26), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("partner", sa.String(length=255), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("request_headers", sa.Text(), nullable=True),
        sa.Column("request_body", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer_headers", sa.Text(), nullable=True),
        sa.Column("answer_body", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "attempt", "position", name=op.f("pk_exchange")),
    )
    op.create_index("ix_exchange_at", "exchange", ["at"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table("exchange")
    op.drop_table("partner")
    op.drop_index("ix_job_share", "job")
    op.drop_index("ix_job_failed", "job")
    op.drop_column("job", "procedure")
    op.drop_column("job", "partner")
