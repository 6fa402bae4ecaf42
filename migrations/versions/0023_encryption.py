"""Keys of persons and cases, and room for encrypted values. `onewindow keys encrypt` moves what is there.

A fresh database is encrypted from its first row. In one that has accounts everything stays as it is until an operator
says so, for nodes of the version before run beside new ones while they are replaced, and cannot read it. On PostgreSQL
a column that becomes text is not written anew; SQLite takes texts of any length as it is.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_WIDER: Final = (
    ("account", "name", 255, False),
    ("account", "pin", 20, True),
    ("contact", "mail", 254, True),
    ("contact", "mobile", 16, True),
    ("attachment", "name", 255, False),
    ("notice", "subject", 255, False),
    ("delivery", "address", 255, False),
    ("payment", "description", 255, False),
    ("payment", "payer", 255, True),
)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "data_key",
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("master", sa.String(length=80), nullable=True),
        sa.Column("destroyed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_data_key")),
    )
    op.create_index("ix_data_key_master", "data_key", ["master"], unique=False)
    op.create_table(
        "encryption",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encryption")),
    )
    op.execute(
        "INSERT INTO encryption (id, state) SELECT 1,"
        " CASE WHEN EXISTS (SELECT 1 FROM account) OR EXISTS (SELECT 1 FROM instance) THEN 'off' ELSE 'whole' END"
    )
    op.add_column("instance", sa.Column("case_key", sa.LargeBinary(), nullable=True))
    op.add_column("account", sa.Column("pin_index", sa.String(length=32), nullable=True))
    op.create_index("ix_account_pin_index", "account", ["pin_index"], unique=False)
    op.add_column("contact", sa.Column("mail_index", sa.String(length=32), nullable=True))
    op.create_index("ix_contact_mail_index", "contact", ["mail_index"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, column, length, nullable in _WIDER:
            op.alter_column(
                table,
                column,
                type_=sa.Text(),
                existing_type=sa.String(length=length),
                existing_nullable=nullable,
            )


def downgrade() -> None:
    """Back. Refused once anything is encrypted: the version before could not read it."""
    encrypted = op.get_bind().scalar(sa.text("SELECT count(*) FROM data_key WHERE owner = 's'"))
    if encrypted:
        raise RuntimeError(
            "Personal data are encrypted, which the version before cannot read: restore a backup of that version."
        )
    if op.get_bind().dialect.name == "postgresql":
        for table, column, length, nullable in _WIDER:
            op.alter_column(
                table,
                column,
                type_=sa.String(length=length),
                existing_type=sa.Text(),
                existing_nullable=nullable,
            )
    op.drop_index("ix_contact_mail_index", table_name="contact")
    op.drop_column("contact", "mail_index")
    op.drop_index("ix_account_pin_index", table_name="account")
    op.drop_column("account", "pin_index")
    op.drop_column("instance", "case_key")
    op.drop_table("encryption")
    op.drop_index("ix_data_key_master", table_name="data_key")
    op.drop_table("data_key")
