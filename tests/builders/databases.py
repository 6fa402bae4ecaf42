"""For tests of what only one of the two databases does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from engine.store.unit_of_work import UnitOfWork

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def a_copy(migrated: Path, path: Path) -> str:
    """The address of a database of its own, which is made by copying one with all tables."""
    with closing(sqlite3.connect(migrated)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    return f"sqlite:///{path}"


def connection_of(work: UnitOfWork) -> Connection:
    """The connection of a transaction, for statements that no repository has."""
    connection = work._connection
    assert connection is not None
    return connection
