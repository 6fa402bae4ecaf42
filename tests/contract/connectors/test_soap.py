"""SOAP calls over real sockets to a simulated older register; faults, nonsense and hostile files keep their place."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from engine.connectors.contract import BusinessError, PartnerRefused, PartnerUnavailable, Success
from engine.connectors.exchange import AllowedHosts, Exchange, ExchangeLimits
from engine.connectors.partners import Basic, ListedPartner, PartnerList
from engine.connectors.soap import SoapConnector
from engine.connectors.soap.service import UnreadableService
from sandbox.civilstatus.app import DEMO_PASSWORD, DEMO_USER, FOLDER, create_app
from tests.builders.a_job_request import a_job_request
from tests.builders.a_partner import Partner

WSDL = FOLDER / "civil-status.wsdl"
CALL = {"partner": "civil-status", "operation": "GetCivilStatus", "resultVariable": "found"}
SECRETS = {"civil-status": DEMO_PASSWORD}


@dataclass(frozen=True)
class Register:
    """The simulated register at its address."""

    url: str

    def set(self, mode: str) -> None:
        """Behave so."""
        httpx.post(f"{self.url}/_control", json={"mode": mode}).raise_for_status()

    def calls(self) -> list[dict[str, Any]]:
        """What it was asked."""
        found: list[dict[str, Any]] = httpx.get(f"{self.url}/_control/calls").json()["calls"]
        return found


@pytest.fixture
def register() -> Iterator[Register]:
    """A register of its own for each test."""
    server = make_server("127.0.0.1", 0, create_app(hang_seconds=2), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield Register(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


def connector_to(url: str, *, wsdl: Path = WSDL, read_seconds: float = 10, **said: Any) -> SoapConnector:
    """The connector with one partner."""
    limits = ExchangeLimits(read_seconds=read_seconds, total_seconds=20, answer_bytes=20_000)
    exchange = Exchange(AllowedHosts(frozenset({httpx.URL(url).netloc.decode()})), limits)
    said.setdefault("authentication", Basic(user=DEMO_USER, password="civil-status"))
    partner = ListedPartner(name="civil-status", kind="soap", url=url, description=wsdl, **said)
    return SoapConnector(exchange, SECRETS.get, PartnerList([partner]))


@pytest.fixture
def connector(register: Register) -> SoapConnector:
    """The connector to the register."""
    return connector_to(register.url + "/civil-status")


def call(connector: SoapConnector, headers: Mapping[str, str] = CALL, **variables: Any) -> Any:
    """One call."""
    return connector.call(a_job_request(headers=headers, variables=variables or {"pin": "5FQ2K7M"}))


def test_an_answer_becomes_plain_values(connector: SoapConnector, register: Register) -> None:
    assert call(connector) == Success(
        variables={
            "found": {
                "pin": "5FQ2K7M",
                "married": True,
                "act": [
                    {"number": "B-1987-004411", "kind": "birth", "date": "1987-03-14", "place": "Bakı", "fee": None},
                    {
                        "number": "M-2012-000871",
                        "kind": "marriage",
                        "date": "2012-09-01",
                        "place": "Gəncə",
                        "fee": Decimal("20.00"),
                    },
                ],
            }
        }
    )
    (asked,) = register.calls()
    assert asked == {
        "action": '"urn:example:civil-status:v1/GetCivilStatus"',
        "idempotency_key": a_job_request().idempotency_key,
        "issue": "AZ-2026-000123-7",
    }


def test_an_entry_repeated_under_its_key_is_made_once(connector: SoapConnector) -> None:
    headers = CALL | {"operation": "RegisterAct", "bodyVariable": "act"}
    act = {"pin": "2H8RZ4T", "kind": "marriage", "date": "2026-03-02"}
    first, second = call(connector, headers, act=act), call(connector, headers, act=act)
    assert first == second == Success(variables={"found": "M-2026-900001"})
    assert len(call(connector, pin="2H8RZ4T").variables["found"]["act"]) == 2


def test_a_fault_of_the_services_own_is_for_the_model(connector: SoapConnector) -> None:
    outcome = call(connector, pin="9ZZZZZZ")
    assert isinstance(outcome, BusinessError)
    assert outcome.code == "soap-NoSuchPerson"
    assert "9ZZZZZZ" not in outcome.message


@pytest.mark.parametrize("mode", ["fail", "down", "hang", "garbage"])
def test_a_register_in_trouble_is_asked_again_later(connector: SoapConnector, register: Register, mode: str) -> None:
    register.set(mode)
    impatient = connector_to(register.url + "/civil-status", read_seconds=0.3)
    with pytest.raises(PartnerUnavailable) as caught:
        call(impatient)
    assert caught.value.remedy
    register.set("ok")
    assert isinstance(call(connector), Success)


def test_a_wrong_password_is_for_an_operator(register: Register) -> None:
    wrong = connector_to(register.url + "/civil-status", authentication=Basic(user="nobody", password="civil-status"))
    with pytest.raises(PartnerRefused, match="refused the call with status 401"):
        call(wrong)


def test_a_user_name_token_goes_within_the_message(partner: Partner) -> None:
    partner.answers(b"", 503)
    known = connector_to(partner.url, options={"sign_in": "username-token"})
    with pytest.raises(PartnerUnavailable):
        call(known)
    (asked,) = partner.received
    assert "Authorization" not in asked.headers
    assert b"UsernameToken" in asked.body
    assert b"PasswordDigest" in asked.body
    assert DEMO_PASSWORD.encode() not in asked.body


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({"pin": "5FQ2K7M", "shoe": 43}, "unexpected keyword argument 'shoe'"),
        ({"number": 1}, "unexpected keyword argument 'number'"),
        ({"pin": None}, "Missing element pin"),
    ],
)
def test_parameters_that_do_not_fit_are_named_and_not_sent(
    connector: SoapConnector, register: Register, variables: dict[str, Any], fault: str
) -> None:
    with pytest.raises(PartnerRefused, match=fault):
        call(connector, **variables)
    assert register.calls() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<a/>",
        b'<!DOCTYPE x [<!ENTITY e "boom">]><x>&e;</x>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>',
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><x/></s:Body></s:Envelope>',
        b"<x>" * 5000,
    ],
    ids=["nothing", "no xml", "other xml", "entity", "outer dtd", "another answer", "deep"],
)
def test_an_answer_that_is_none_is_asked_for_again(partner: Partner, body: bytes) -> None:
    partner.does(lambda _request: Response(body, 200, content_type="text/xml"))
    with pytest.raises(PartnerUnavailable) as caught:
        call(connector_to(partner.url))
    assert "boom" not in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ({"partner": "civil-statu", "operation": "x"}, "Did you mean civil-status?"),
        ({"partner": "civil-status", "operation": "GetCivilStatuses"}, "Did you mean GetCivilStatus?"),
        ({"partner": "civil-status", "operation": "Sing"}, "It has GetCivilStatus, RegisterAct."),
        ({"partner": "civil-status"}, "Expected the header 'operation'"),
    ],
)
def test_a_model_that_asks_for_what_is_not_there_is_refused(
    connector: SoapConnector, headers: dict[str, str], fault: str
) -> None:
    assert any(fault in each for each in connector.settings.faults(headers))
    with pytest.raises(PartnerRefused):
        call(connector, headers)


def test_a_file_that_imports_from_the_network_is_refused(tmp_path: Path) -> None:
    for name in ("http://127.0.0.1:1/a.xsd", "../secret.xsd", "/etc/passwd"):
        text = WSDL.read_text().replace("civil-status.xsd", name)
        (tmp_path / "a.wsdl").write_text(text)
        with pytest.raises(UnreadableService, match=r"Partner civil-status: The file a\.wsdl"):
            connector_to("http://127.0.0.1:1", wsdl=tmp_path / "a.wsdl")


@pytest.mark.parametrize(
    "text", ["", "nonsense", "<a/>", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>']
)
def test_a_file_that_is_no_wsdl_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.wsdl").write_text(text)
    with pytest.raises(UnreadableService, match="no WSDL that can be used"):
        connector_to("http://127.0.0.1:1", wsdl=tmp_path / "a.wsdl")


def test_a_port_that_is_not_there_is_named() -> None:
    with pytest.raises(UnreadableService, match="no port 'Other'; it has CivilStatus"):
        connector_to("http://127.0.0.1:1", options={"port": "Other"})
