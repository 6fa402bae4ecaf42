"""Places for the tests of the store: a migrated database, opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.store.database import Database
from tests.builders.a_master_key import MASTER_KEYS


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of its own for every test, on SQLite and on PostgreSQL."""
    opened = Database(database_url, keys=MASTER_KEYS)
    with opened.work():
        pass  # the key of the installation is made, so that tests see only what they do themselves
    yield opened
    opened.close()
