"""Connectors for tests: what a package of a third party would offer."""

from __future__ import annotations

from engine.connectors.demo import DemoConnector
from engine.connectors.registry import Environment


def make_demo(environment: Environment) -> DemoConnector:
    """The factory named by an entry point."""
    assert environment.secret is not None
    return DemoConnector()
