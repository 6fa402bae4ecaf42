"""The connector `xroad` against the simulated security server, over sockets: messages, errors, and what hangs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.connectors.contract import BusinessError, JobRequest, PartnerRefused, PartnerUnavailable, Success
from engine.connectors.exchange import AllowedHosts, Exchange, ExchangeLimits
from engine.connectors.watching import watching
from engine.connectors.xroad import ClientId, ServiceId, XroadConnector
from engine.connectors.xroad.message import message_id
from tests.builders.a_job_request import a_job_request
from tests.builders.a_partner import Partner
from tests.builders.a_road import LICENCES, PERSONS, Road, a_road

LICENCE = {
    "pin": "5FQ2K7M", "categories": ["B"], "issued_on": "2026-11-02", "valid_until": "2036-11-02", "kind": "renewal",
}  # fmt: skip


@pytest.fixture(scope="module")
def listening() -> Iterator[Road]:
    """The security server, started once."""
    with a_road() as road:
        yield road


@pytest.fixture
def road(listening: Road) -> Iterator[Road]:
    """As new for each test."""
    yield listening
    listening.reset()


@pytest.fixture
def connector(road: Road) -> Iterator[XroadConnector]:
    """The connector."""
    exchange = an_exchange(road)
    yield XroadConnector([road.server(services={"persons": PERSONS})], exchange)
    exchange.close()


def an_exchange(road: Road, read_seconds: float = 10) -> Exchange:
    return Exchange(AllowedHosts(frozenset({road.host})), ExchangeLimits(read_seconds=read_seconds))


def a_call(service: str = str(PERSONS), path: str = "/persons/{pin}", **said: Any) -> JobRequest:
    """A question to the population register over X-Road."""
    told = {"service": service, "method": "GET", "path": path, "resultVariable": "person", "userVariable": "pin"}
    variables = said.pop("variables", {"pin": "5FQ2K7M"})
    return a_job_request(headers=told | said.pop("headers", {}), variables=variables, **said)


def test_a_message_says_who_asks_for_whom_and_in_which_case(connector: XroadConnector, road: Road) -> None:
    outcome = connector.call(a_call())

    assert isinstance(outcome, Success)
    assert outcome.variables["person"]["family_name"] == "Əliyev"
    (message,) = road.messages()
    assert (message["client"], message["service"]) == ("AZ/GOV/00000001/onewindow", str(PERSONS))
    assert (message["user"], message["issue"]) == ("AZ5FQ2K7M", "AZ-2026-000123-7")


def test_a_service_has_a_name_in_the_operators_list(connector: XroadConnector, road: Road) -> None:
    assert isinstance(connector.call(a_call("persons")), Success)
    assert road.messages()[0]["service"] == str(PERSONS)


def test_nobody_is_named_where_the_model_names_nobody(connector: XroadConnector, road: Road) -> None:
    call = a_call()
    headers = {name: value for name, value in call.headers.items() if name != "userVariable"}
    connector.call(a_job_request(headers=headers, variables=call.variables, case_number=None))

    assert [(one["user"], one["issue"]) for one in road.messages()] == [(None, None)]


def test_each_attempt_is_a_message_of_its_own_and_the_provider_sees_the_repetition(
    connector: XroadConnector, road: Road
) -> None:
    for attempt in ("1", "2"):
        connector.call(a_call(request_id=attempt, idempotency_key="the-key"))

    messages = road.messages()
    assert [one["id"] for one in messages] == [message_id("the-key", attempt) for attempt in ("1", "2")]
    assert {one["idempotency_key"] for one in messages} == {"the-key"}
    assert {one["idempotency_key"] for one in road.calls()} == {"the-key"}


def test_an_entry_made_twice_under_one_key_is_one_entry(connector: XroadConnector, road: Road) -> None:
    road.tell("garbage", service=str(LICENCES))
    call = a_call(
        str(LICENCES),
        "/licences",
        headers={"method": "POST", "bodyVariable": "licence"},
        variables={"licence": LICENCE, "pin": "5FQ2K7M"},
    )
    with pytest.raises(PartnerUnavailable):
        connector.call(call)

    assert isinstance(connector.call(call), Success)
    assert len(road.effects()) == 1


def test_a_look_up_has_a_receipt_with_the_proof_of_the_message(connector: XroadConnector, road: Road) -> None:
    outcome = connector.call(a_call(headers={"purpose": "renewal", "legalBasis": "art. 30"}))

    assert isinstance(outcome, Success)
    assert outcome.lookup is not None
    assert (outcome.lookup.register, outcome.lookup.operation) == (str(PERSONS), "GET /persons/{pin}")
    proof = outcome.lookup.proof
    assert proof is not None
    (message,) = road.messages()
    assert (proof.service, proof.message_id, proof.request_id) == (str(PERSONS), message["id"], message["request_id"])
    assert len(proof.request_hash) == 88
    assert (road.calls()[0]["purpose"], road.calls()[0]["legal_basis"]) == ("renewal", "art. 30")


def test_a_call_that_is_no_look_up_has_none(connector: XroadConnector) -> None:
    outcome = connector.call(a_call())
    assert isinstance(outcome, Success)
    assert outcome.lookup is None


def test_a_refusal_of_the_provider_is_a_business_error_that_the_model_may_read(connector: XroadConnector) -> None:
    outcome = connector.call(a_call(variables={"pin": "0000000"}, headers={"problemVariable": "problem"}))
    assert isinstance(outcome, BusinessError)
    assert outcome.code == "http-404"
    assert outcome.variables["problem"]["body"]["code"] == "no-record"
    assert outcome.message == f"{PERSONS} answered with status 404."


@pytest.mark.parametrize(
    ("type", "remedy"),
    [
        ("Client.BadRequest", "getOpenAPI"),
        ("Client.SslAuthenticationFailed", "Register our certificate"),
        ("Server.ClientProxy.SslAuthenticationFailed", "Register our certificate"),
        ("Server.ClientProxy.UnknownMember", "listClients"),
        ("Server.ServerProxy.AccessDenied", "right to this service"),
        ("Server.ServerProxy.UnknownService", "listMethods"),
        ("Server.ClientProxy.InvalidSecurityServer", "X-Road-Security-Server"),
        ("Server.ServerProxy.InvalidServiceType", "another protocol"),
    ],
)
def test_what_only_people_can_mend_is_refused_with_what_to_do(
    connector: XroadConnector, road: Road, type: str, remedy: str
) -> None:
    road.tell("fail", error=type)
    with pytest.raises(PartnerRefused) as caught:
        connector.call(a_call())
    assert type in caught.value.message
    assert str(PERSONS) in caught.value.message
    assert remedy in caught.value.remedy
    assert isinstance(connector.call(a_call()), Success)


@pytest.mark.parametrize(
    ("type", "seconds"),
    [
        ("Server.ClientProxy.OutdatedGlobalConf", 5),
        ("Server.ClientProxy.NetworkError", 5),
        ("Server.ClientProxy.LoggingFailed", 5),
        ("Server.ServerProxy.DatabaseError", 5),
        ("Server.ServerProxy.NetworkError", 5),
        ("Server.ServerProxy.ServiceFailed.HttpError", 5),
        ("Server.ServerProxy.ServiceDisabled", 300),
        ("Server.ServerProxy.SomethingNew", 5),
    ],
)
def test_what_may_pass_is_tried_again(connector: XroadConnector, road: Road, type: str, seconds: int) -> None:
    road.tell("fail", error=type)
    with pytest.raises(PartnerUnavailable) as caught:
        connector.call(a_call())
    assert type in caught.value.message
    assert caught.value.retry_after_seconds == seconds
    assert isinstance(connector.call(a_call()), Success)


def test_a_security_server_that_hangs_is_not_waited_for(connector: XroadConnector, road: Road) -> None:
    road.tell("hang")
    impatient = an_exchange(road, read_seconds=0.3)
    with pytest.raises(PartnerUnavailable, match="did not answer in time"):
        XroadConnector([road.server(services={"persons": PERSONS})], impatient).call(a_call())
    impatient.close()
    assert isinstance(connector.call(a_call()), Success)
    assert len(road.calls()) == 1


def test_a_service_that_its_provider_switched_off_is_tried_again_later(connector: XroadConnector) -> None:
    with pytest.raises(PartnerUnavailable, match="ServiceDisabled"):
        connector.call(a_call("AZ/GOV/00000005/foreign/archive"))


def test_rights_are_of_our_client_and_not_of_the_model(road: Road) -> None:
    exchange = an_exchange(road)
    stranger = road.server(client=ClientId.parse("AZ/GOV/00000009/stranger"))
    with pytest.raises(PartnerRefused, match="AccessDenied"):
        XroadConnector([stranger], exchange).call(a_call())
    exchange.close()


def test_operators_see_what_names_a_failed_message_in_the_logs_of_x_road(connector: XroadConnector, road: Road) -> None:
    road.tell("fail", error="Server.ServerProxy.DatabaseError")
    with watching() as seen, pytest.raises(PartnerUnavailable) as caught:
        connector.call(a_call())
    assert seen[0].answer_headers["X-Road-Error"] == "Server.ServerProxy.DatabaseError"
    assert "(" in caught.value.message


@pytest.mark.parametrize(
    ("path", "variables"),
    [
        pytest.param("/persons/{pin}", {"pin": "../../x"}, id="slashes in a value"),
        pytest.param("/persons/{pin}", {"pin": "a?b=c#d"}, id="query in a value"),
    ],
)
def test_a_value_stays_one_part_of_the_path(
    connector: XroadConnector, road: Road, path: str, variables: dict[str, str]
) -> None:
    # The register's own refusal: that path reached the service that was named, and nothing else.
    headers = {"service": str(PERSONS), "method": "GET", "path": path}
    outcome = connector.call(a_job_request(headers=headers, variables=variables))
    assert isinstance(outcome, BusinessError)
    assert road.messages()[0]["service"] == str(PERSONS)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"path": "/../../x"}, "straight down"),
        ({"path": "/%2E%2e/x"}, "straight down"),
        ({"path": "/" + "x" * 2000}, "takes 2000"),
        ({"service": "nothing"}, "lists no service 'nothing'"),
        ({"service": "person"}, "Did you mean persons?"),
        ({"service": "AZ/GOV/1"}, "INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE"),
        ({"server": "other"}, "found 0 of xroad"),
        ({"userVariable": "missing"}, "person's number"),
    ],
    ids=["dots", "encoded dots", "too long", "unknown name", "near name", "no service", "unknown server", "nobody"],
)
def test_what_cannot_be_sent_is_refused_before_anything_is_sent(
    connector: XroadConnector, road: Road, said: dict[str, str], message: str
) -> None:
    with pytest.raises(PartnerRefused, match=message) as caught:
        connector.call(a_call(headers=said))
    assert caught.value.remedy
    assert road.messages() == []


def test_the_headers_of_the_operator_go_along_and_ours_cannot_be_replaced(road: Road, partner: Partner) -> None:
    exchange = Exchange(AllowedHosts(frozenset({partner.host})))
    target = "AZ/GOV/00000002/server-1"
    server = road.server(url=partner.url, headers={"X-Road-Security-Server": target, "X-Road-Client": "AZ/GOV/1/evil"})
    with pytest.raises(PartnerRefused):
        XroadConnector([server], exchange).call(a_call())
    sent = partner.received[0].headers
    assert sent["X-Road-Security-Server"] == target
    assert sent["X-Road-Client"] == "AZ/GOV/00000001/onewindow"
    exchange.close()


@pytest.mark.parametrize(
    ("status", "headers", "raised", "message"),
    [
        (200, {}, PartnerRefused, "not as a security server"),
        (404, {}, PartnerRefused, "not as a security server"),
        (503, {"Retry-After": "7"}, PartnerUnavailable, "status 503"),
        (429, {}, PartnerUnavailable, "status 429"),
        (302, {"Location": "/elsewhere"}, PartnerRefused, "not followed"),
        (200, {"X-Road-Id": "another"}, PartnerUnavailable, "another message than ours"),
        (500, {"X-Road-Error": "<script>"}, PartnerUnavailable, "unreadable type"),
    ],
    ids=["a web server", "a proxy's page", "503", "429", "a redirect", "another's answer", "nonsense"],
)
def test_answers_that_are_no_answer_to_our_message_are_not_used(
    road: Road, partner: Partner, status: int, headers: dict[str, str], raised: type[Exception], message: str
) -> None:
    partner.answers(b"{}", status, **{name.replace("-", "_"): value for name, value in headers.items()})
    exchange = Exchange(AllowedHosts(frozenset({partner.host})))
    with pytest.raises(raised, match=message):
        XroadConnector([road.server(url=partner.url)], exchange).call(a_call())
    assert len(partner.received) == 1
    exchange.close()


def test_identifiers_are_encoded_part_by_part(road: Road, partner: Partner) -> None:
    exchange = Exchange(AllowedHosts(frozenset({partner.host})))
    service = ServiceId.parse("AZ/GOV/1 2/əhali/qeyd?")
    server = road.server(url=partner.url, client=ClientId.parse("AZ/GOV/00000001/pəncərə"), services={"odd": service})
    with pytest.raises(PartnerRefused):
        XroadConnector([server], exchange).call(a_call("odd", "/x"))
    assert partner.received[0].headers["X-Road-Client"] == "AZ/GOV/00000001/p%C9%99nc%C9%99r%C9%99"
    assert partner.received[0].path.startswith("/r1/AZ/GOV/1")
    assert partner.received[0].path.count("/") == 7
    exchange.close()


def test_checking_it_finds_our_client_at_the_security_server(connector: XroadConnector, road: Road) -> None:
    connector.check()
    exchange = an_exchange(road)
    unknown = road.server(client=ClientId.parse("AZ/GOV/7/nobody"))
    with pytest.raises(PartnerRefused, match="does not know AZ/GOV/7/nobody"):
        XroadConnector([unknown], exchange).check()
    exchange.close()
    assert road.messages() == []
