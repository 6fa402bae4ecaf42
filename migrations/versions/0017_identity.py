"""Second factors, their challenges, what sign-in counts, and where somebody signed in before.

New columns of sessions and tokens may be empty: nodes of the version before go on writing rows without them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("session", sa.Column("id", sa.String(length=26), nullable=True))
    op.add_column("session", sa.Column("second_factor_at", sa.BigInteger(), nullable=True))
    op.add_column("session", sa.Column("password_at", sa.BigInteger(), nullable=True))
    op.add_column("session", sa.Column("origin", sa.String(length=45), nullable=True))
    op.add_column("session", sa.Column("renew_since", sa.BigInteger(), nullable=True))
    op.add_column("api_token", sa.Column("scopes", sa.Text(), nullable=True))
    op.add_column("api_token", sa.Column("made_by", sa.String(length=26), nullable=True))
    op.create_table(
        "second_factor",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("credential", sa.Text(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
    )
    op.create_index("ix_second_factor_account_id", "second_factor", ["account_id"], unique=False)
    op.create_index("uq_second_factor_credential", "second_factor", ["credential"], unique=True)
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("account_id", "hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "challenge",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
    )
    op.create_index("ix_challenge_expires_at", "challenge", ["expires_at"], unique=False)
    op.create_table(
        "throttle",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=False),
        sa.Column("rests_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_throttle")),
    )
    op.create_index("ix_throttle_failed_at", "throttle", ["failed_at"], unique=False)
    op.create_table(
        "known_place",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_known_place_account_id")),
        sa.PrimaryKeyConstraint("account_id", "place", name=op.f("pk_known_place")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("known_place")
    op.drop_index("ix_throttle_failed_at", table_name="throttle")
    op.drop_table("throttle")
    op.drop_index("ix_challenge_expires_at", table_name="challenge")
    op.drop_table("challenge")
    op.drop_table("recovery_code")
    op.drop_index("uq_second_factor_credential", table_name="second_factor")
    op.drop_index("ix_second_factor_account_id", table_name="second_factor")
    op.drop_table("second_factor")
    op.drop_column("api_token", "made_by")
    op.drop_column("api_token", "scopes")
    op.drop_column("session", "renew_since")
    op.drop_column("session", "origin")
    op.drop_column("session", "password_at")
    op.drop_column("session", "second_factor_at")
    op.drop_column("session", "id")
