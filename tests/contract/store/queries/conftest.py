"""Places for the tests of read models: a connection for reading."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from engine.store.database import Database


@pytest.fixture
def reading(database: Database) -> Iterator[Connection]:
    """What read models are given."""
    with database.read() as connection:
        yield connection
