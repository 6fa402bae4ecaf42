"""Places for the connectors' tests: a partner on a real socket."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from engine.connectors.exchange import AllowedHosts, Exchange, ExchangeLimits
from tests.builders.a_partner import Partner, a_partner


@pytest.fixture
def partner() -> Iterator[Partner]:
    """A partner that does what it is told."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with a_partner() as listening:
        yield listening


@pytest.fixture
def exchange(partner: Partner) -> Iterator[Exchange]:
    """An exchange that may call the partner and nobody else, and takes answers of 10,000 bytes."""
    limits = ExchangeLimits(connect_seconds=5, read_seconds=10, total_seconds=20, answer_bytes=10_000)
    made = Exchange(AllowedHosts(frozenset({partner.host})), limits)
    yield made
    made.close()
