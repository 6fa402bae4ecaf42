"""The span in which a job was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("job", sa.Column("trace", sa.String(length=55), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("job", "trace")
