"""From the operator's file to an answer over X-Road: our certificate opens the security server, the file names us."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.connectors.contract import PartnerUnavailable, Success
from onewindow.compose import connectors
from onewindow.settings import Settings
from tests.builders.a_certificate import Authority
from tests.builders.a_job_request import a_job_request
from tests.builders.a_road import Road, a_road

PERSONS = "AZ/GOV/00000002/population/persons"
AUTHORITY = Authority()


@pytest.fixture(scope="module")
def road() -> Iterator[Road]:
    """A security server that asks for certificates."""
    with a_road(AUTHORITY.server()) as listening:
        yield listening


def settings(folder: Path, road: Road, *, certificate: bool = True) -> Settings:
    """As an operator sets them."""
    lines = [
        "partners:",
        "  xroad:",
        "    kind: xroad",
        f"    url: {road.url}",
        "    inner: true",
        f"    authority: {AUTHORITY.file}",
        *([f"    certificate: {{file: {AUTHORITY.issued('onewindow')}}}"] if certificate else []),
        "    options:",
        "      client: AZ/GOV/00000001/onewindow",
        f"      service.persons: {PERSONS}",
        f"      register.population: {PERSONS}",
    ]
    file = folder / "partners.yaml"
    file.write_text("\n".join(lines))
    return Settings.load({"ONEWINDOW_PARTNERS": str(file)})


CALL = a_job_request(
    headers={"service": "persons", "method": "GET", "path": "/persons/{pin}", "resultVariable": "person"},
    variables={"pin": "5FQ2K7M"},
)
LOOK_UP = a_job_request(
    headers={
        "register": "population",
        "operation": "GET /persons/{pin}",
        "purpose": "renewal",
        "legalBasis": "art. 30",
        "resultVariable": "person",
    },
    variables={"pin": "5FQ2K7M"},
)


def test_connector_and_register_reach_the_service_with_our_certificate(road: Road, tmp_path: Path) -> None:
    registry = connectors(settings(tmp_path, road))

    for name, request in (("xroad", CALL), ("register", LOOK_UP)):
        outcome = registry.named(name).call(request)
        assert isinstance(outcome, Success)
        assert outcome.variables["person"]["pin"] == "5FQ2K7M"
        registry.named(name).check()


def test_without_our_certificate_nothing_is_asked(road: Road, tmp_path: Path) -> None:
    registry = connectors(settings(tmp_path, road, certificate=False))
    with pytest.raises(PartnerUnavailable):
        registry.named("xroad").call(CALL)


def test_a_model_cannot_reach_the_security_server_by_itself(road: Road, tmp_path: Path) -> None:
    http = connectors(settings(tmp_path, road)).named("http")
    faults = http.settings.faults({"partner": "xroad", "method": "GET", "path": "/listClients"})
    assert "no partner 'xroad'" in " ".join(faults)
    faults = http.settings.faults({"url": f"{road.url}/listClients", "method": "GET"})
    assert "may not be called" in " ".join(faults)
