"""By which message over X-Road an answer and a proof came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("lookup_answer", sa.Column("proof", sa.Text(), nullable=True))
    op.add_column("evidence", sa.Column("proof", sa.Text(), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("evidence", "proof")
    op.drop_column("lookup_answer", "proof")
