"""Places for the tests of webhooks: a runtime over each database; after each test the invariants must hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders.a_runtime import Running, a_runtime


@pytest.fixture
def running(database_url: str) -> Iterator[Running]:
    """The use cases over a fresh database."""
    made = a_runtime(database_url)
    yield made
    made.check()
    made.close()
