"""What deployment says of a call to a partner: the operator's lists decide, and each refusal says what to write."""

from __future__ import annotations

import pytest

from engine.connectors.exchange import AllowedHosts
from engine.connectors.http import HttpSettings
from engine.connectors.partners import ListedPartner, Operation, PartnerList

PARCEL = Operation(id="getParcel", method="GET", path="/parcels/{parcel}")
KNOWN = HttpSettings(
    partners=PartnerList(
        [
            ListedPartner(name="cadastre", url="https://cadastre.example.gov", operations={"getParcel": PARCEL}),
            ListedPartner(name="archive", url="https://archive.example.gov"),
        ]
    ),
    hosts=AllowedHosts(frozenset({"open.example.gov"})),
)


@pytest.mark.parametrize(
    "headers",
    [
        {"partner": "cadastre", "operation": "getParcel", "resultVariable": "parcel"},
        {"partner": "archive", "method": "POST", "path": "/files/{number}", "bodyVariable": "file"},
        {"method": "GET", "url": "https://open.example.gov/v1/parcels/{parcel}?year={year}"},
    ],
    ids=["operation of a partner", "path of a partner", "address of a listed host"],
)
def test_what_the_operator_lists_can_be_called(headers: dict[str, str]) -> None:
    assert KNOWN.faults(headers) == ()


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ({"method": "GET"}, "either the header 'partner' (from the operator's list) or the header 'url'"),
        ({"partner": "cadastre", "url": "https://open.example.gov/"}, "either the header 'partner'"),
        ({"partner": "cadaster", "operation": "getParcel"}, "no partner 'cadaster'. Did you mean cadastre?"),
        ({"partner": "tax", "operation": "x"}, "Known: archive, cadastre."),
        ({"partner": "cadastre", "operation": "getParcels"}, "no operation 'getParcels'. Did you mean getParcel?"),
        ({"partner": "cadastre", "operation": "x"}, "It offers getParcel."),
        ({"partner": "archive", "operation": "getFile"}, "No OpenAPI document of the partner archive is registered"),
        ({"partner": "cadastre", "operation": "getParcel", "method": "GET"}, "'method' is known from the operation"),
        ({"partner": "cadastre", "operation": "getParcel", "path": "/x"}, "'path' is known from the operation"),
        ({"partner": "archive", "method": "GET"}, "Expected the header 'operation', or the headers 'method' and"),
        ({"partner": "archive", "method": "GET", "path": "files"}, "'path' has an unexpected form"),
        ({"partner": "archive", "method": "FETCH", "path": "/"}, "'method' to be one of GET, POST"),
        ({"url": "https://open.example.gov/"}, "Expected the header 'method' with the header 'url'"),
        ({"method": "GET", "url": "https://open.example.gov/", "path": "/x"}, "'path' goes with the header 'partner'"),
        ({"method": "GET", "url": "https://evil.example/"}, "'evil.example' may not be called"),
        ({"method": "GET", "url": "https://open.example.gov:8443/"}, "'open.example.gov' may not be called"),
        ({"method": "GET", "url": "https://u:p@open.example.gov/"}, "may not be called"),
        ({"method": "GET", "url": "https://{host}.example.gov/"}, "'url' has an unexpected form"),
        ({"method": "GET", "url": "ftp://open.example.gov/"}, "'url' has an unexpected form"),
        ({"partner": "cadastre", "operation": "getParcel", "apiKey": "cadastre-key"}, "does not know the header"),
    ],
)
def test_everything_else_is_refused_with_what_to_write(headers: dict[str, str], fault: str) -> None:
    assert any(fault in each for each in KNOWN.faults(headers)), KNOWN.faults(headers)


def test_an_analysts_desk_without_the_operators_lists_checks_the_form_alone() -> None:
    desk = HttpSettings()
    assert desk.faults({"partner": "anybody", "operation": "anything"}) == ()
    assert desk.faults({"method": "GET", "url": "https://any.example/"}) == ()
    assert desk.faults({"partner": "anybody"}) != ()
