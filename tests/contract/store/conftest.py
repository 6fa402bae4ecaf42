"""Places for the tests of the store: a migrated database, opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.store.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of its own for every test, on SQLite and on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    opened.close()
