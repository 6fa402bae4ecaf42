"""The connector `register` against the sandbox's registers, over a socket."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import httpx
import pytest
from werkzeug.serving import make_server

from engine.connectors.contract import (
    BusinessError,
    JobRequest,
    PartnerRefused,
    PartnerUnavailable,
    Success,
)
from engine.connectors.exchange import AllowedHosts, Exchange, ExchangeLimits
from engine.connectors.register import Register, RegisterConnector
from sandbox.registers.app import DEMO_KEY, create_app
from tests.builders.a_job_request import a_job_request


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """Address of the sandbox's registers."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = create_app(date(2026, 11, 2), hang_seconds=1)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def connector(sandbox: str) -> Iterator[RegisterConnector]:
    """The connector, with the sandbox's addresses and key."""
    with a_connector(sandbox) as made:
        yield made
    httpx.post(f"{sandbox}/_control/reset", headers={"X-Api-Key": DEMO_KEY}, trust_env=False)


@contextmanager
def a_connector(sandbox: str, read_seconds: float = 10) -> Iterator[RegisterConnector]:
    """A connector that waits so long for an answer."""
    limits = ExchangeLimits(read_seconds=read_seconds)
    exchange = Exchange(AllowedHosts(frozenset({sandbox.removeprefix("http://")})), limits)
    registers = [
        Register(name=name, url=f"{sandbox}/{name}/v1", key_reference="registers-key")
        for name in ("population", "driver")
    ]
    yield RegisterConnector(registers, exchange, {"registers-key": DEMO_KEY}.get)
    exchange.close()


def a_look_up(pin: str = "5FQ2K7M", **headers: str) -> JobRequest:
    """A question to the population register."""
    told = {"register": "population", "operation": "GET /persons/{pin}", "purpose": "renewal", "legalBasis": "art. 30"}
    return a_job_request(headers=told | {"resultVariable": "person"} | headers, variables={"pin": pin})


def tell(sandbox: str, mode: str, register: str = "population") -> None:
    """Switch a register."""
    sent = {"register": register, "mode": mode, "count": 1}
    httpx.post(f"{sandbox}/_control", json=sent, headers={"X-Api-Key": DEMO_KEY}, trust_env=False)


def ledger(sandbox: str, what: str, **query: str) -> Any:
    """What the registers received or did."""
    headers = {"X-Api-Key": DEMO_KEY}
    return httpx.get(f"{sandbox}/_control/{what}", params=query, headers=headers, trust_env=False).json()


def test_a_look_up_gives_the_record_and_a_receipt(connector: RegisterConnector) -> None:
    outcome = connector.call(a_look_up())
    assert isinstance(outcome, Success)
    assert outcome.variables["person"]["family_name"] == "Əliyev"
    assert outcome.lookup is not None
    assert (outcome.lookup.register, outcome.lookup.purpose, outcome.lookup.legal_basis) == (
        "population",
        "renewal",
        "art. 30",
    )
    assert len(outcome.lookup.digest) == 64


def test_the_register_sees_who_asks_and_why(connector: RegisterConnector, sandbox: str) -> None:
    connector.call(a_look_up())
    call = ledger(sandbox, "calls", register="population")["calls"][-1]
    assert call["issue"] == "AZ-2026-000123-7"
    assert call["purpose"] == "renewal"
    assert call["legal_basis"] == "art. 30"
    assert call["idempotency_key"] == a_look_up().idempotency_key


def test_a_person_nobody_knows_is_a_business_error(connector: RegisterConnector) -> None:
    outcome = connector.call(a_look_up("0000000"))
    assert isinstance(outcome, BusinessError)
    assert outcome.code == "no-record"


def test_the_model_may_ask_for_null_where_there_is_no_record(connector: RegisterConnector) -> None:
    assert connector.call(a_look_up("0000000", missing="null")).variables == {"person": None}


@pytest.mark.parametrize("mode", ["fail", "hang", "garbage"])
def test_a_register_in_trouble_is_asked_again_later(connector: RegisterConnector, sandbox: str, mode: str) -> None:
    tell(sandbox, mode)
    with a_connector(sandbox, read_seconds=0.3) as impatient, pytest.raises(PartnerUnavailable):
        impatient.call(a_look_up())
    assert isinstance(connector.call(a_look_up()), Success)


def test_an_entry_whose_answer_was_lost_is_made_once(connector: RegisterConnector, sandbox: str) -> None:
    # given a job that registers a licence, and a register that does it but answers garbage
    body = {
        "pin": "5FQ2K7M",
        "categories": ["B"],
        "issued_on": "2026-11-02",
        "valid_until": "2036-11-02",
        "kind": "renewal",
    }
    told = {"register": "driver", "operation": "POST /licences", "bodyVariable": "licence", "resultVariable": "issued"}
    job = a_job_request(headers=told | {"purpose": "renewal", "legalBasis": "art. 30"}, variables={"licence": body})
    tell(sandbox, "garbage", "driver")
    # when the job is repeated
    with pytest.raises(PartnerUnavailable):
        connector.call(job)
    outcome = connector.call(job)
    # then there is one licence
    assert isinstance(outcome, Success)
    assert [effect["idempotency_key"] for effect in ledger(sandbox, "effects")["effects"]] == [job.idempotency_key]


@pytest.mark.parametrize("pin", ["", "..", "x" * 201, None, ["5FQ2K7M"]], ids=["empty", "dots", "long", "null", "list"])
def test_a_value_that_cannot_be_part_of_an_address_is_refused(connector: RegisterConnector, pin: Any) -> None:
    with pytest.raises(PartnerRefused, match="needs the variable 'pin'"):
        connector.call(a_look_up(pin))


def test_a_value_cannot_change_what_is_called(connector: RegisterConnector, sandbox: str) -> None:
    with pytest.raises(PartnerRefused):
        connector.call(a_look_up("x/../../../driver/v1/licences/5FQ2K7M?"))
    assert ledger(sandbox, "calls", register="driver")["calls"] == []


def test_a_key_that_is_not_set_is_told_by_its_name(sandbox: str) -> None:
    exchange = Exchange(AllowedHosts(frozenset({sandbox.removeprefix("http://")})))
    register = Register(name="population", url=f"{sandbox}/population/v1", key_reference="population-key")
    with pytest.raises(PartnerRefused, match="population-key"):
        RegisterConnector([register], exchange, {}.get).call(a_look_up())
    exchange.close()


def test_a_wrong_key_is_an_incident_at_once(sandbox: str) -> None:
    exchange = Exchange(AllowedHosts(frozenset({sandbox.removeprefix("http://")})))
    register = Register(name="population", url=f"{sandbox}/population/v1", key_reference="population-key")
    with pytest.raises(PartnerRefused, match="403"):
        RegisterConnector([register], exchange, {"population-key": "wrong"}.get).call(a_look_up())
    exchange.close()
