"""A busy city for attacks on the API, over SQLite: what is refused is refused before the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from onewindow import logs
from tests.builders.a_busy_city import BusyCity, a_busy_city
from tests.builders.a_provider import a_provider
from tests.builders.an_issuer import an_issuer
from tests.builders.databases import a_copy


@pytest.fixture(autouse=True, scope="module")
def _quiet_logs() -> None:
    logs.configure("error", "console")


@pytest.fixture(scope="module")
def sqlite_url(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated SQLite database of a module."""
    return a_copy(migrated_sqlite_file, tmp_path_factory.mktemp("city") / "onewindow.db")


@pytest.fixture(scope="module")
def city(sqlite_url: str, pdf_libraries: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BusyCity]:
    """A city where everything has happened once; its tests may change it."""
    with a_provider() as provider, an_issuer() as issuer:
        made = a_busy_city(sqlite_url, tmp_path_factory.mktemp("files"), provider, issuer.address)
        yield made
        made.api.composed.database.close()
