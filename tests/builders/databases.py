"""For tests of what only one of the two databases does."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from engine.store.unit_of_work import UnitOfWork

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def connection_of(work: UnitOfWork) -> Connection:
    """The connection of a transaction, for statements that no repository has."""
    connection = work._connection
    assert connection is not None
    return connection
