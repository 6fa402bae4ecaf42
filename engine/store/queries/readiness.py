"""Whether the database of a process can serve it: one statement about itself, one about the version of its tables."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection, text

from engine.store.migrate import current_revision, known_revisions

_IS_READ_ONLY = text("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'")
"""A stand-by server, or one that was told to take no writes."""


def database_fault(connection: Connection) -> str | None:
    """Why a process of this version cannot work on the database; None when it can.

    Tables of a later version serve, too: while nodes are replaced one by one, the old ones go on beside the new.
    """
    found, known = current_revision(connection), _revisions()
    if found is None or (found in known and found != known[0]):
        return f"its tables are at {found or 'nothing'}, expected {known[0]}: run onewindow migrate"
    if connection.dialect.name == "postgresql" and connection.execute(_IS_READ_ONLY).scalar_one():
        return "it takes no writes: it is a stand-by server, or read-only"
    return None


@lru_cache(maxsize=1)
def _revisions() -> tuple[str, ...]:
    """Those of this program: they do not change while it runs."""
    return known_revisions()
