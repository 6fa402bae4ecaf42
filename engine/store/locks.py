"""Locks on things that have no row yet: a message's name and key, the deployments. Held until the transaction ends.

PostgreSQL only: on SQLite there is one writer, which holds them all.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, func, select

DEPLOYMENTS: Final = 0x6F77_0001
MESSAGES: Final = 0x6F77_0002
_LOCK = select(func.pg_advisory_xact_lock(bindparam("room"), func.hashtext(bindparam("name"))))


def lock_name(connection: Connection, room: int, name: str) -> None:
    """Keep all others who lock the same name out; now and then one whose name only has the same hash."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"room": room, "name": name})
