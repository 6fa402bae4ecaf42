"""Identity providers: who accounts are there, sign-ins under way, sessions that began there; tokens got for others.

New columns of sessions and tokens may be empty: nodes of the version before go on writing rows without them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("session", sa.Column("provider", sa.String(length=63), nullable=True))
    op.add_column("session", sa.Column("provider_session", sa.String(length=255), nullable=True))
    op.add_column("session", sa.Column("latest_until", sa.BigInteger(), nullable=True))
    op.create_index("ix_session_provider_session", "session", ["provider", "provider_session"], unique=False)
    op.add_column("api_token", sa.Column("got_for", sa.String(length=26), nullable=True))
    op.create_table(
        "identity",
        sa.Column("provider", sa.String(length=63), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("given", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("signed_in_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_identity_account_id")),
        sa.PrimaryKeyConstraint("provider", "subject", name=op.f("pk_identity")),
    )
    op.create_index("ix_identity_account_id", "identity", ["account_id"], unique=False)
    op.create_table(
        "begun_sign_in",
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=63), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=False),
        sa.Column("wants_fresh", sa.Boolean(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_begun_sign_in")),
    )
    op.create_index("ix_begun_sign_in_expires_at", "begun_sign_in", ["expires_at"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_begun_sign_in_expires_at", table_name="begun_sign_in")
    op.drop_table("begun_sign_in")
    op.drop_index("ix_identity_account_id", table_name="identity")
    op.drop_table("identity")
    op.drop_column("api_token", "got_for")
    op.drop_index("ix_session_provider_session", table_name="session")
    op.drop_column("session", "latest_until")
    op.drop_column("session", "provider_session")
    op.drop_column("session", "provider")
