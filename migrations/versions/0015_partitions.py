"""History and journal in sixteen parts each, by the hash of their key, on PostgreSQL: they grow for ever.

Every statement on them names the key, so that one part answers. Vacuum, freezing, a rebuilt index or a restore then
deal with a sixteenth at a time. Why not more tables: docs/decisions/0015-what-is-partitioned.md. SQLite has no parts.

The rows are copied: some three seconds a million on a small machine, during which writers wait.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KEYS = {"activity": "instance_id", "journal_entry": "chain"}
_PARTS = 16

_CONSTRAINTS = (
    "SELECT format('ADD CONSTRAINT %I ', conname) || pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE conrelid = CAST(:table AS regclass) AND contype IN ('p', 'u', 'f', 'c') ORDER BY contype DESC, conname"
)
_INDEXES = (
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = CAST(:table AS regclass) "
    "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid) ORDER BY indexrelid"
)
_TRIGGERS = (
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass) "
    "AND NOT tgisinternal ORDER BY oid"
)
_GRANTS = (
    "SELECT format('GRANT %s ON %I TO %s', privilege_type, relname, "
    "CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END) "
    "FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = CAST(:table AS regclass) AND grantee <> relowner"
)


def upgrade() -> None:
    """Forward."""
    if op.get_bind().dialect.name == "postgresql":
        for table, key in _KEYS.items():
            _make_anew(op.get_bind(), table, key)


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name == "postgresql":
        for table in _KEYS:
            _make_anew(op.get_bind(), table, None)


def _make_anew(connection: Connection, table: str, key: str | None) -> None:
    """The table with all its rows in parts by a key, or whole without one; the rest of it stays as it was."""

    def told(statement: str) -> list[str]:
        return list(connection.execute(sa.text(statement), {"table": table}).scalars())

    constraints, indexes, triggers, grants = (told(one) for one in (_CONSTRAINTS, _INDEXES, _TRIGGERS, _GRANTS))
    op.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
    parted = f" PARTITION BY HASH ({key})" if key else ""
    op.execute(f"CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS){parted}")
    for part in range(_PARTS if key else 0):
        bounds = f"FOR VALUES WITH (MODULUS {_PARTS}, REMAINDER {part})"
        op.execute(f"CREATE TABLE {table}_p{part:02} PARTITION OF {table} {bounds}")
    # The triggers are made last: rows that are moved are no new acts.
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before")  # noqa: S608 (names of ours)
    op.execute(f"DROP TABLE {table}_before")
    for constraint in constraints:
        op.execute(f"ALTER TABLE {table} {constraint}")
    for statement in (*(index.replace(" ON ONLY ", " ON ", 1) for index in indexes), *triggers, *grants):
        # As it stands: a colon in it is no parameter.
        connection.exec_driver_sql(statement.replace("%", "%%"))
    op.execute(f"ANALYZE {table}")
