"""Places for tests of pages: a database of each module."""

from __future__ import annotations

from pathlib import Path

import pytest

from onewindow import logs
from tests.builders.databases import a_copy


@pytest.fixture(autouse=True, scope="module")
def _quiet_logs() -> None:
    logs.configure("error", "console")


@pytest.fixture(scope="module")
def sqlite_url(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated SQLite database of a module."""
    return a_copy(migrated_sqlite_file, tmp_path_factory.mktemp("portal") / "onewindow.db")
