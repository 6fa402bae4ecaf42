"""Calls over real sockets: a listed partner is asked under our identity, and nobody else ever sees our keys."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Mapping
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs

import pytest
from werkzeug.wrappers import Request, Response

from engine.connectors.contract import BusinessError, PartnerRefused, PartnerUnavailable, Success
from engine.connectors.exchange import AllowedHosts, Exchange
from engine.connectors.http import HttpConnector
from engine.connectors.partners import (
    Authentication,
    Basic,
    Bearer,
    ClientCredentials,
    KeyHeader,
    ListedPartner,
    PartnerList,
    read_operations,
)
from tests.builders.a_certificate import Authority
from tests.builders.a_job_request import a_job_request
from tests.builders.a_partner import Partner, a_partner
from tests.builders.threads import at_once

SECRETS = {"cadastre": "pässword:1", "cadastre-client": "s3cret&more"}
CALL = {"partner": "cadastre", "method": "GET", "path": "/parcels/{parcel}", "resultVariable": "found"}


def connector(exchange: Exchange, **said: Any) -> HttpConnector:
    """The connector with one partner."""
    return HttpConnector(exchange, SECRETS.get, PartnerList([ListedPartner(name="cadastre", **said)]))


def call(connector: HttpConnector, headers: Mapping[str, str] = CALL, **variables: Any) -> Any:
    """One call."""
    return connector.call(a_job_request(headers=headers, variables={"parcel": "12", **variables}))


@pytest.mark.parametrize(
    ("authentication", "header", "value"),
    [
        (
            Basic(user="onewindow", password="cadastre"),
            "Authorization",
            "Basic " + base64.b64encode("onewindow:pässword:1".encode()).decode(),
        ),
        (Bearer(token="cadastre-client"), "Authorization", "Bearer s3cret&more"),
        (KeyHeader(header="X-Tax-Key", value="cadastre-client"), "X-Tax-Key", "s3cret&more"),
    ],
    ids=["basic", "bearer", "key"],
)
def test_a_partner_is_called_under_our_identity(
    partner: Partner, exchange: Exchange, authentication: Authentication, header: str, value: str
) -> None:
    partner.answers(json.dumps({"parcel": "12/7"}))
    outcome = call(connector(exchange, url=partner.url + "/v1", authentication=authentication))
    assert outcome == Success(variables={"found": {"parcel": "12/7"}})
    (asked,) = partner.received
    assert asked.path == "/v1/parcels/12"
    assert asked.headers[header] == value
    assert asked.headers["X-Issue"] == "AZ-2026-000123-7"


def test_a_secret_that_is_not_set_is_for_an_operator(partner: Partner, exchange: Exchange) -> None:
    unset = connector(exchange, url=partner.url, authentication=Bearer(token="none"))
    with pytest.raises(PartnerRefused, match="'none' is not set"):
        call(unset)
    with pytest.raises(PartnerRefused, match="'none' is not set"):
        unset.check()
    assert partner.received == []


def test_our_keys_stay_with_the_partner_when_it_redirects_elsewhere(partner: Partner) -> None:
    with a_partner() as other:
        exchange = Exchange(AllowedHosts(frozenset({partner.host, other.host})))
        partner.answers(b"", 302, Location=other.url + "/moved")
        other.answers(b'"there"')
        key = KeyHeader(header="X-Tax-Key", value="cadastre-client")
        outcome = call(connector(exchange, url=partner.url, authentication=key))
        exchange.close()
    assert outcome == Success(variables={"found": "there"})
    assert "X-Tax-Key" in partner.received[0].headers
    assert "X-Tax-Key" not in other.received[0].headers


class Desk:
    """An authorization server and the service it guards, on one socket."""

    def __init__(self, partner: Partner, *, lasts: int | None = 300) -> None:
        self.tokens: list[str] = []
        self.asked: list[Request] = []
        self.lasts = lasts
        self.taken: set[str] = set()
        partner.does(self.respond)

    def respond(self, request: Request) -> Response:
        """A token, or what it guards."""
        if request.path == "/token":
            request.get_data()
            self.asked.append(request)
            self.tokens.append(f"token-{len(self.tokens) + 1}")
            self.taken = {self.tokens[-1]}
            told: dict[str, Any] = {"access_token": self.tokens[-1], "token_type": "Bearer"}
            return Response(json.dumps(told if self.lasts is None else {**told, "expires_in": self.lasts}))
        held = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return Response('"in"' if held in self.taken else "", 200 if held in self.taken else 401)


def credentials(partner: Partner, **said: Any) -> ClientCredentials:
    """Client credentials of the partner's authorization server."""
    return ClientCredentials(
        token_url=partner.url + "/token", client_id="one window", client_secret="cadastre-client", **said
    )


def test_a_token_is_fetched_once_and_used_until_shortly_before_its_end(partner: Partner, exchange: Exchange) -> None:
    now = [0.0]
    desk = Desk(partner, lasts=300)
    known = connector(exchange, url=partner.url, authentication=credentials(partner, monotonic=lambda: now[0]))
    for at in (0.0, 100.0, 269.0, 271.0):
        now[0] = at
        assert call(known) == Success(variables={"found": "in"})
    assert desk.tokens == ["token-1", "token-2"]
    sent = desk.asked[0]
    pair = base64.b64decode(sent.headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == "one+window:s3cret%26more"
    assert parse_qs(sent.get_data(as_text=True)) == {"grant_type": ["client_credentials"]}


def test_client_and_secret_can_go_in_the_form_with_scope_and_audience(partner: Partner, exchange: Exchange) -> None:
    desk = Desk(partner)
    said = credentials(partner, in_form=True, scope="parcels.read", audience="cadastre")
    call(connector(exchange, url=partner.url, authentication=said))
    assert parse_qs(desk.asked[0].get_data(as_text=True)) == {
        "grant_type": ["client_credentials"],
        "scope": ["parcels.read"],
        "audience": ["cadastre"],
        "client_id": ["one window"],
        "client_secret": ["s3cret&more"],
    }
    assert "Authorization" not in desk.asked[0].headers


def test_a_token_that_the_partner_forgot_is_fetched_anew_at_once(partner: Partner, exchange: Exchange) -> None:
    desk = Desk(partner)
    known = connector(exchange, url=partner.url, authentication=credentials(partner))
    call(known)
    desk.taken = set()
    assert call(known) == Success(variables={"found": "in"})
    assert desk.tokens == ["token-1", "token-2"]


def test_a_partner_that_takes_no_token_is_asked_twice_and_no_more(partner: Partner, exchange: Exchange) -> None:
    desk = Desk(partner)
    known = connector(exchange, url=partner.url + "/closed", authentication=credentials(partner))
    desk.respond = lambda request: Desk.respond(desk, request)  # type: ignore[method-assign]
    partner.does(lambda request: desk.respond(request) if request.path == "/token" else Response("", 401))
    outcome = call(known)
    assert isinstance(outcome, BusinessError)
    assert outcome.code == "http-401"
    assert len([one for one in partner.received if one.path != "/token"]) == 2


def test_many_threads_share_one_token(partner: Partner, exchange: Exchange) -> None:
    desk = Desk(partner)
    known = connector(exchange, url=partner.url, authentication=credentials(partner))
    ready = Barrier(4)

    def ask(_number: int) -> Any:
        ready.wait()
        return call(known)

    assert at_once(4, ask) == [Success(variables={"found": "in"})] * 4
    assert desk.tokens == ["token-1"]


@pytest.mark.parametrize(
    ("status", "body", "raised", "message"),
    [
        (400, {"error": "invalid_scope"}, PartnerRefused, "gave no token \\(status 400\\)"),
        (401, {"error": "invalid_client"}, PartnerRefused, "gave no token \\(status 401\\)"),
        (503, {}, PartnerUnavailable, "status 503"),
        (200, {"access_token": "x"}, PartnerUnavailable, "without a bearer token"),
        (200, {"access_token": "x\ny", "token_type": "bearer"}, PartnerUnavailable, "without a bearer token"),
        (200, {"access_token": 7, "token_type": "bearer"}, PartnerUnavailable, "without a bearer token"),
        (200, [], PartnerUnavailable, "without a bearer token"),
    ],
)
def test_an_authorization_server_that_gives_no_token(
    partner: Partner, exchange: Exchange, status: int, body: Any, raised: type[Exception], message: str
) -> None:
    partner.answers(json.dumps(body), status)
    known = connector(exchange, url=partner.url, authentication=credentials(partner))
    with pytest.raises(raised, match=message) as caught:
        call(known)
    assert "s3cret" not in str(caught.value)


def test_an_operation_of_the_partners_document(partner: Partner, exchange: Exchange) -> None:
    year = {"name": "year", "in": "query", "required": True}
    document = {
        "openapi": "3.1.0",
        "paths": {
            "/parcels/{parcel}": {"get": {"operationId": "getParcel", "parameters": [year]}},
            "/parcels": {"post": {"operationId": "addParcel", "requestBody": {}}},
        },
    }
    known = connector(exchange, url=partner.url, operations=read_operations(document))
    call(known, {"partner": "cadastre", "operation": "getParcel"}, year=2026)
    call(known, {"partner": "cadastre", "operation": "addParcel", "bodyVariable": "deed"}, deed={"owner": "Əli"})
    assert [(one.method, one.path) for one in partner.received] == [
        ("GET", "/parcels/12?year=2026"),
        ("POST", "/parcels"),
    ]
    assert json.loads(partner.received[1].body) == {"owner": "Əli"}


def test_query_and_headers_come_from_variables_but_never_ours(partner: Partner, exchange: Exchange) -> None:
    known = connector(exchange, url=partner.url, headers={"X-Tenant": "baku"})
    said = CALL | {"queryVariable": "q", "headersVariable": "h"}
    call(known, said, q={"kind": ["a", "b"], "open": True, "none": None}, h={"Accept-Language": "az"})
    (asked,) = partner.received
    assert asked.path == "/parcels/12?kind=a&kind=b&open=true"
    assert asked.headers["Accept-Language"] == "az"
    assert asked.headers["X-Tenant"] == "baku"
    for name in ("Authorization", "host", "X-Api-Key", "Content-Length", "not a name"):
        with pytest.raises(PartnerRefused, match="may not set the header"):
            call(known, said, q={}, h={name: "x"})


def test_a_refusal_gives_its_body_to_the_model(partner: Partner, exchange: Exchange) -> None:
    partner.answers(json.dumps({"title": "The parcel is disputed"}), 422)
    outcome = call(connector(exchange, url=partner.url), CALL | {"problemVariable": "problem"})
    assert isinstance(outcome, BusinessError)
    assert outcome.code == "http-422"
    assert outcome.variables == {"problem": {"status": 422, "body": {"title": "The parcel is disputed"}}}


def test_a_partner_that_is_not_listed_and_a_host_of_another_list_are_refused(
    partner: Partner, exchange: Exchange
) -> None:
    known = connector(exchange, url=partner.url)
    with pytest.raises(PartnerRefused, match=r"lists no partner .cadaster.\. Did you mean cadastre"):
        call(known, CALL | {"partner": "cadaster"})
    with pytest.raises(PartnerRefused, match="may not be called"):
        call(known, {"method": "GET", "url": partner.url + "/"})
    assert partner.received == []


def test_a_partner_that_asks_for_a_certificate_gets_ours(authority: Authority) -> None:
    with a_partner(authority.server()) as guarded:
        exchange = Exchange(AllowedHosts(frozenset({guarded.host})))
        outcome = call(connector(exchange, url=guarded.url, tls=authority.client("onewindow")))
        with pytest.raises(PartnerUnavailable):
            call(connector(exchange, url=guarded.url, tls=authority.trusting()))
        with pytest.raises(PartnerUnavailable):
            call(connector(exchange, url=guarded.url))
        exchange.close()
    assert outcome == Success(variables={"found": {}})
    assert len(guarded.received) == 1


def test_our_certificate_goes_to_the_partner_alone(authority: Authority) -> None:
    with a_partner(authority.server()) as guarded, a_partner(authority.server(ssl.CERT_OPTIONAL)) as other:
        exchange = Exchange(AllowedHosts(frozenset({guarded.host, other.host})))
        guarded.answers(b"", 302, Location=other.url + "/")
        with pytest.raises(PartnerUnavailable):  # of the usual authorities none knows the other
            call(connector(exchange, url=guarded.url, tls=authority.client("onewindow")))
        exchange.close()
    assert len(guarded.received) == 1
    assert other.received == []


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Who issues certificates to partner and client."""
    return Authority()
