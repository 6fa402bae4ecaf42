"""Connectors are found by name, and a name stands for one connector."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from engine.connectors.demo import DemoConnector
from engine.connectors.registry import (
    DuplicateConnector,
    Environment,
    Registry,
    UnusableConnector,
    installed_connectors,
)
from engine.errors import NotFound


def test_a_connector_is_found_by_its_name() -> None:
    registry = Registry([DemoConnector()])
    assert "demo" in registry
    assert registry.named("demo").name == "demo"
    assert set(registry.schemas) == {"demo"}


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(NotFound, match="Known here: demo"):
        Registry([DemoConnector()]).named("fax")


def test_two_connectors_of_one_name_stop_the_start() -> None:
    with pytest.raises(DuplicateConnector, match="demo"):
        Registry([DemoConnector(), DemoConnector()])


def test_a_package_can_offer_a_connector() -> None:
    point = EntryPoint("demo", "tests.builders.a_connector:make_demo", "onewindow.connectors")
    assert [made.name for made in installed_connectors(Environment(secret=lambda _: None), [point])] == ["demo"]


def test_a_package_that_cannot_be_loaded_stops_the_start() -> None:
    point = EntryPoint("fax", "no_such_package:make", "onewindow.connectors")
    with pytest.raises(UnusableConnector, match="fax"):
        installed_connectors(Environment(secret=lambda _: None), [point])
