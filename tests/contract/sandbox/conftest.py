"""The registers of the sandbox as a test client, on a fixed day."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sandbox.registers.app import DEMO_KEY, create_app

TODAY = date(2026, 11, 2)


@pytest.fixture
def registers() -> Flask:
    """The program, without latency; a hanging call gives up after 0.2 s."""
    return create_app(TODAY, hang_seconds=0.2)


@pytest.fixture
def client(registers: Flask) -> FlaskClient:
    """A caller that sends the demonstration key."""
    caller = registers.test_client()
    caller.environ_base["HTTP_X_API_KEY"] = DEMO_KEY
    return caller


@pytest.fixture
def stranger(registers: Flask) -> FlaskClient:
    """A caller that sends no key."""
    return registers.test_client()
