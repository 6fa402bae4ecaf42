"""Places for the tests of faults: a runtime on real time, a partner that keeps a ledger, workers as processes."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.clock import SystemClock
from tests.builders.a_ledger import Eater, a_connector_to
from tests.builders.a_partner import Partner, a_partner
from tests.builders.a_runtime import Running, a_runtime
from tests.faults import invariants

_ROOT = Path(__file__).parents[2]
StartWorker = Callable[[str], "subprocess.Popen[str]"]
LEASE_SECONDS = 1.0


@pytest.fixture
def partner() -> Iterator[Partner]:
    """A partner that takes every order."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with a_partner() as listening:
        yield listening


@pytest.fixture
def running(database_url: str, partner: Partner) -> Iterator[Running]:
    """The use cases on real time, over a database that other processes use too."""
    made = a_runtime(database_url, connectors=[a_connector_to(partner.url), Eater()])
    made.runtime = replace(made.runtime, clock=SystemClock())
    made.hands = replace(made.hands, runtime=made.runtime)
    yield made
    invariants.hold(made, ledgers=invariants.ledger_of(partner))
    made.close()


@pytest.fixture
def start_worker(database_url: str, partner: Partner) -> Iterator[StartWorker]:
    """Starts workers as processes of their own; those left over are killed."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.builders.a_ledger", database_url, partner.url, name, str(LEASE_SECONDS)]
        process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
