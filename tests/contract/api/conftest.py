"""Places for tests of the API: over SQLite, and over both databases for the main journeys."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from onewindow import logs
from tests.builders.an_api import Api, an_api


@pytest.fixture(autouse=True)
def _quiet_logs() -> None:
    logs.configure("error", "console")


@pytest.fixture
def sqlite_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of its own."""
    path = tmp_path / "onewindow.db"
    with closing(sqlite3.connect(migrated_sqlite_file)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    return f"sqlite:///{path}"


@pytest.fixture
def api(sqlite_url: str) -> Iterator[Api]:
    """The API over SQLite."""
    made = an_api(sqlite_url)
    yield made
    made.composed.database.close()


@pytest.fixture
def api_on_both(database_url: str) -> Iterator[Api]:
    """The API over SQLite, then over PostgreSQL."""
    made = an_api(database_url)
    yield made
    made.composed.database.close()
