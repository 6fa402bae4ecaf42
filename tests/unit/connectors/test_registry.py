"""Connectors are found by name, and a name stands for one connector."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from engine.connectors.contract import PartnerRefused
from engine.connectors.demo import DemoConnector
from engine.connectors.partners import ListedPartner, PartnerList
from engine.connectors.registry import (
    DuplicateConnector,
    Environment,
    Registry,
    UnusableConnector,
    installed,
    made_connector,
)
from engine.errors import NotFound
from onewindow.outside_connectors import outside_connectors
from onewindow.partners_file import PartnersFile
from onewindow.settings import BadSettings, Settings
from tests.builders.a_connector import OpenConnector


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


def offering(value: str, name: str = "demo") -> EntryPoint:
    return EntryPoint(name, value, "onewindow.connectors")


def test_a_package_can_offer_a_connector() -> None:
    (point,) = installed([offering("tests.builders.a_connector:make_demo")])
    assert made_connector(point, Environment(secret=lambda _: None)).name == "demo"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("no_such_package:make", "cannot be loaded .ModuleNotFoundError"),
        ("tests.builders.a_connector:make_nothing", "cannot be loaded .AttributeError"),
        ("tests.builders.a_connector:make_failing", "cannot be loaded .ZeroDivisionError"),
        ("tests.builders.a_connector:make_incomplete", "is no connector: it has no settings, call, check"),
        ("tests.builders.a_connector:make_untyped", "settings that are no SettingsSchema"),
    ],
)
def test_a_package_that_cannot_be_used_stops_the_start_and_is_named(value: str, fault: str) -> None:
    with pytest.raises(UnusableConnector, match=fault) as caught:
        made_connector(offering(value), Environment(secret=lambda _: None))
    assert value in caught.value.message
    assert caught.value.remedy


def test_entry_point_and_connector_have_one_name() -> None:
    with pytest.raises(UnusableConnector, match="calls itself 'demo'"):
        made_connector(offering("tests.builders.a_connector:make_demo", "fax"), Environment(secret=lambda _: None))


def test_a_package_that_was_given_nothing_can_call_nobody() -> None:
    with pytest.raises(PartnerRefused, match="may not be called"):
        Environment(secret=lambda _: None).exchange.send("GET", "https://example.gov/")


def test_each_connector_gets_its_own_partners_hosts_and_options() -> None:
    listed = PartnersFile(
        PartnerList(
            [
                ListedPartner(name="gateway", kind="demo", url="https://fax.example.gov"),
                ListedPartner(name="cadastre", url="https://cadastre.example.gov"),
            ]
        ),
        [("demo", "fax.example.gov:443", False), ("http", "cadastre.example.gov:443", False)],
    )
    made = outside_connectors(
        listed, {"demo": {"page-size": "A4"}}, {}.get, [offering("tests.builders.a_connector:make_open")]
    )
    (environment,) = [one.environment for one in made if isinstance(one, OpenConnector)]
    assert [partner.name for partner in environment.partners] == ["gateway"]
    assert environment.options == {"page-size": "A4"}
    with pytest.raises(PartnerRefused, match=r"'cadastre\.example\.gov' may not be called"):
        environment.exchange.send("GET", "https://cadastre.example.gov/")


def test_options_of_a_connector_that_is_not_installed_stop_the_start() -> None:
    with pytest.raises(BadSettings, match=r"ONEWINDOW_CONNECTOR_LAND_FAX__\.\.\.: no installed package") as caught:
        outside_connectors(PartnersFile(PartnerList()), {"land-fax": {"url": "x"}}, {}.get, [])
    assert caught.value.remedy


def test_options_are_read_by_connector_and_name() -> None:
    settings = Settings.load({"ONEWINDOW_CONNECTOR_LAND_FAX__PAGE_SIZE": "A4"})
    assert settings.partners.connector_options == {"land-fax": {"page-size": "A4"}}
    with pytest.raises(BadSettings, match="a name, two underscores and an option"):
        Settings.load({"ONEWINDOW_CONNECTOR_FAX_PAGE_SIZE": "A4"})
