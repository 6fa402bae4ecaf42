"""Seals over the journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    sealing = op.create_table(
        "sealing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("roots", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing")),
    )
    op.bulk_insert(sealing, [{"id": 1, "number": 0, "size": 0, "roots": "[]"}])
    op.create_table(
        "seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("exported_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal")),
    )
    op.create_index("ix_seal_at", "seal", ["at"], unique=False)
    op.create_table(
        "sealed_head",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_sealed_head")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sealed_head_chain_seq", "sealed_head", ["chain", "seq"], unique=False)
    op.create_table(
        "sealed_node",
        sa.Column("height", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("height", "place", name=op.f("pk_sealed_node")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sealed_chain",
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_sealed_chain")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("sealed_chain")
    op.drop_table("sealed_node")
    op.drop_index("ix_sealed_head_chain_seq", table_name="sealed_head")
    op.drop_table("sealed_head")
    op.drop_index("ix_seal_at", table_name="seal")
    op.drop_table("seal")
    op.drop_table("sealing")
