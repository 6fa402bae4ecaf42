"""Places for tests of the API: over SQLite, and over both databases for the main journeys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from onewindow import logs
from tests.builders.a_federated_api import SIGN_IN, a_federated_api, providers_file
from tests.builders.an_api import Api, an_api
from tests.builders.an_openid_provider import HOST, OpenIdProvider, an_openid_provider
from tests.builders.databases import a_copy
from tests.builders.free_ports import a_free_port


@pytest.fixture(autouse=True)
def _quiet_logs() -> None:
    logs.configure("error", "console")


@pytest.fixture
def sqlite_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of its own."""
    return a_copy(migrated_sqlite_file, tmp_path / "onewindow.db")


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


@pytest.fixture(scope="module")
def ours() -> str:
    """Our address, as browsers and an identity provider know it."""
    return f"http://{HOST}:{a_free_port()}"


@pytest.fixture(scope="module")
def running_provider(ours: str) -> Iterator[OpenIdProvider]:
    """A certified identity provider, for all tests of a module."""
    with an_openid_provider(ours) as provider:
        yield provider


@pytest.fixture
def provider(running_provider: OpenIdProvider) -> Iterator[OpenIdProvider]:
    """That provider, with a browser that nobody signed in with."""
    running_provider.browser = httpx.Client(trust_env=False, timeout=30)
    yield running_provider
    running_provider.browser.close()


@pytest.fixture
def federated(sqlite_url: str, tmp_path: Path, ours: str, provider: OpenIdProvider) -> Iterator[Api]:
    """The API over SQLite, with that provider."""
    made = a_federated_api(sqlite_url, tmp_path, providers_file(provider.issuer, SIGN_IN), ours=ours)
    yield made
    made.composed.database.close()
