"""Agencies and how they are made up; absences and deputies; delegated tasks; mandates and companies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OFFERED = sa.text("offered_to IS NOT NULL")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "agency",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("names", sa.Text(), nullable=True),
        sa.Column("parent", sa.String(length=255), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    )
    op.create_index("uq_agency_key", "agency", ["key"], unique=True)
    op.create_table(
        "unit",
        sa.Column("agency", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("names", sa.Text(), nullable=True),
        sa.Column("parent", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "key", name=op.f("pk_unit")),
    )
    op.create_table(
        "agency_role",
        sa.Column("agency", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("names", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "key", name=op.f("pk_agency_role")),
    )
    op.create_table(
        "unit_member",
        sa.Column("agency", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("unit", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_unit_member_account_id")),
        sa.PrimaryKeyConstraint("agency", "account_id", name=op.f("pk_unit_member")),
    )
    op.create_table(
        "administration",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("agency", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_administration_account_id")),
        sa.PrimaryKeyConstraint("account_id", "agency", name=op.f("pk_administration")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("agency", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_absence_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_account_id", "absence", ["account_id"], unique=False)
    op.create_index("ix_absence_agency", "absence", ["agency", "id"], unique=False)
    op.create_table(
        "deputyship",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("agency", sa.String(length=255), nullable=False),
        sa.Column("absent", sa.String(length=26), nullable=False),
        sa.Column("deputy", sa.String(length=26), nullable=False),
        sa.Column("while_absent", sa.Boolean(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["deputy"], ["account.id"], name=op.f("fk_deputyship_deputy")),
        sa.ForeignKeyConstraint(["absent"], ["account.id"], name=op.f("fk_deputyship_absent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputyship")),
    )
    op.create_index("ix_deputyship_agency", "deputyship", ["agency", "id"], unique=False)
    op.create_index("ix_deputyship_deputy", "deputyship", ["deputy"], unique=False)
    op.create_table(
        "deputy_queue",
        sa.Column("deputyship_id", sa.String(length=26), nullable=False),
        sa.Column("queue", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["deputyship_id"], ["deputyship.id"], name=op.f("fk_deputy_queue_deputyship_id")),
        sa.PrimaryKeyConstraint("deputyship_id", "queue", name=op.f("pk_deputy_queue")),
    )
    op.create_table(
        "mandate",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("mandator", sa.String(length=26), nullable=False),
        sa.Column("holder", sa.String(length=26), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("offered_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("mandator_accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("holder_accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["holder"], ["account.id"], name=op.f("fk_mandate_holder")),
        sa.ForeignKeyConstraint(["mandator"], ["account.id"], name=op.f("fk_mandate_mandator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
    )
    op.create_index("ix_mandate_holder", "mandate", ["holder", "id"], unique=False)
    op.create_index("ix_mandate_mandator", "mandate", ["mandator", "id"], unique=False)
    op.add_column("account", sa.Column("tin", sa.String(length=20), nullable=True))
    op.create_index("uq_account_tin", "account", ["tin"], unique=True)
    op.add_column("case", sa.Column("representative", sa.String(length=26), nullable=True))
    op.add_column("case", sa.Column("mandate_id", sa.String(length=26), nullable=True))
    op.add_column("task", sa.Column("acted_for", sa.String(length=26), nullable=True))
    op.add_column("task", sa.Column("offered_to", sa.String(length=26), nullable=True))
    op.create_index(
        "ix_task_offered_to",
        "task",
        ["offered_to", "due_rank"],
        unique=False,
        sqlite_where=_OFFERED,
        postgresql_where=_OFFERED,
    )


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_task_offered_to", table_name="task")
    op.drop_column("task", "offered_to")
    op.drop_column("task", "acted_for")
    op.drop_column("case", "mandate_id")
    op.drop_column("case", "representative")
    op.drop_index("uq_account_tin", table_name="account")
    op.drop_column("account", "tin")
    op.drop_index("ix_mandate_holder", table_name="mandate")
    op.drop_index("ix_mandate_mandator", table_name="mandate")
    op.drop_table("mandate")
    op.drop_table("deputy_queue")
    op.drop_index("ix_deputyship_agency", table_name="deputyship")
    op.drop_index("ix_deputyship_deputy", table_name="deputyship")
    op.drop_table("deputyship")
    op.drop_index("ix_absence_account_id", table_name="absence")
    op.drop_index("ix_absence_agency", table_name="absence")
    op.drop_table("absence")
    op.drop_table("administration")
    op.drop_table("unit_member")
    op.drop_table("agency_role")
    op.drop_table("unit")
    op.drop_index("uq_agency_key", table_name="agency")
    op.drop_table("agency")
