"""Connectors for tests: what a package of a third party would offer."""

from __future__ import annotations

from engine.connectors.demo import DemoConnector
from engine.connectors.registry import Environment


def make_demo(environment: Environment) -> DemoConnector:
    """The factory named by an entry point."""
    assert environment.secret is not None
    return DemoConnector()


class OpenConnector(DemoConnector):
    """A connector that shows what it was given."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment


def make_open(environment: Environment) -> OpenConnector:
    """A factory that keeps its environment."""
    return OpenConnector(environment)


def make_failing(_: Environment) -> DemoConnector:
    """A factory with a fault of its own."""
    raise ZeroDivisionError("of a third party")


class _Incomplete:
    name = "demo"


def make_incomplete(_: Environment) -> _Incomplete:
    """A factory whose connector is none."""
    return _Incomplete()


class _Untyped(_Incomplete):
    settings = ("page-size",)

    def call(self) -> None:
        """Nothing."""

    def check(self) -> None:
        """Nothing."""


def make_untyped(_: Environment) -> _Untyped:
    """A factory whose connector has settings of an old form."""
    return _Untyped()
