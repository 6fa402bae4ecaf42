"""A register that is reached over X-Road: models do not change, evidence names the signed message, also when reused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.casework.actor import SYSTEM, Actor
from engine.casework.case import Case
from engine.connectors.contract import BusinessError, PartnerUnavailable, Success
from engine.connectors.demo import DemoConnector
from engine.connectors.exchange import AllowedHosts, Exchange
from engine.connectors.register import Register, RegisterConnector
from engine.connectors.xroad import RoadService, XroadConnector
from engine.diagnostics import ModelRefused
from engine.runtime.apply import apply
from engine.runtime.deploy import deploy
from engine.runtime.wiring import Runtime
from engine.store.queries.applications import tracking
from onewindow.lookups import KeptLookups
from tests.builders.a_job_request import a_job_request
from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import CLERKS, a_passport, from_register
from tests.builders.a_road import LICENCES, PERSONS, Road, a_road
from tests.builders.a_runtime import Running, a_runtime
from tests.builders.an_actor import a_citizen

APPLICANT = a_citizen()
LOOK_UP = {
    "register": "population",
    "operation": "GET /persons/{pin}",
    "purpose": "identity",
    "legalBasis": "art. 30",
    "resultVariable": "person",
    "userVariable": "pin",
    "retryBackoff": "PT5S",
}


def a_service(type: str = "register", **headers: str) -> dict[str, bytes]:
    """One look-up that proves the identity, then a clerk."""
    process = a_process("permit").start(properties={"milestone": "received"})
    process.service_task(
        "ask", type, headers=headers or LOOK_UP, inputs={"pin": '="5FQ2K7M"'}, properties={"evidence": "identity"}
    )
    process.user_task("look", queue=CLERKS, properties={"milestone": "checked"})
    return {
        "permit.bpmn": process.end("end", properties={"outcome": "withdrawn"}).xml(),
        "service.yaml": a_passport(evidence=from_register(fallback="none")),
    }


@pytest.fixture(scope="module")
def listening() -> Iterator[Road]:
    """The security server and the registers, started once."""
    with a_road() as road:
        yield road


@pytest.fixture
def road(listening: Road) -> Iterator[Road]:
    """As new for each test."""
    yield listening
    listening.reset()


@pytest.fixture
def exchange(road: Road) -> Iterator[Exchange]:
    """It may call the security server and nobody else: not the registers behind it."""
    made = Exchange(AllowedHosts(frozenset({road.host})))
    yield made
    made.close()


@pytest.fixture
def running(database_url: str, road: Road, exchange: Exchange) -> Iterator[Running]:
    """The use cases over a fresh database; the register's answers are valid for a day."""
    made: list[Runtime] = []
    register = Register(name="population", over=road.persons(), valid_for=timedelta(days=1))
    over_road = RegisterConnector([register], exchange, {}.get, KeptLookups(lambda: made[0]))
    running = a_runtime(
        database_url, connectors=[over_road, XroadConnector([road.server()], exchange), DemoConnector()]
    )
    made.append(running.runtime)
    yield running
    running.check()
    running.close()


def applied(running: Running, by: Actor = APPLICANT) -> Case:
    case = apply(running.runtime, "permit", {}, by=by)
    running.work_off()
    return case


def test_the_applicant_sees_by_which_message_a_fact_came(running: Running, road: Road) -> None:
    deploy(running.runtime, a_service(), by=SYSTEM)

    case = applied(running)

    (message,) = road.messages()
    with running.runtime.database.read() as connection:
        (seen,) = tracking(connection, APPLICANT, case.id).evidence
    assert seen.proof is not None
    assert seen.proof.service == str(PERSONS)
    assert (seen.proof.message_id, seen.proof.request_id) == (message["id"], message["request_id"])
    assert len(seen.proof.request_hash) == 88
    assert (message["issue"], message["user"]) == (str(case.number), "AZ5FQ2K7M")
    (call,) = road.calls()
    assert (call["purpose"], call["legal_basis"]) == ("identity", "art. 30")


def test_an_answer_that_serves_again_keeps_the_message_it_came_by(running: Running, road: Road) -> None:
    deploy(running.runtime, a_service(), by=SYSTEM)

    cases = [applied(running), applied(running)]

    assert len(road.messages()) == 1
    proofs = [
        json.loads(running.rows("SELECT proof FROM evidence WHERE case_id = :id", id=case.id)[0]["proof"])
        for case in cases
    ]
    assert proofs[0] == proofs[1]
    assert proofs[0]["message_id"] == road.messages()[0]["id"]


def test_the_journal_names_the_message(running: Running, road: Road) -> None:
    deploy(running.runtime, a_service(), by=SYSTEM)
    applied(running)
    entries = running.rows("SELECT * FROM journal_entry")
    assert any(road.messages()[0]["id"] in str(dict(entry)) for entry in entries)


def test_a_look_up_of_the_connector_xroad_is_evidence_too(running: Running, road: Road) -> None:
    said = {"service": str(PERSONS), "method": "GET", "path": "/persons/{pin}", "resultVariable": "person"}
    deploy(running.runtime, a_service("xroad", **said, purpose="identity", legalBasis="art. 30"), by=SYSTEM)

    case = applied(running)

    with running.runtime.database.read() as connection:
        (seen,) = tracking(connection, APPLICANT, case.id).evidence
    assert seen.source == f"{PERSONS} GET /persons/{{pin}}"
    assert seen.proof is not None
    assert seen.proof.message_id == road.messages()[0]["id"]


def test_a_service_that_nobody_leads_to_stops_the_deployment(running: Running) -> None:
    said = {"service": "persons", "method": "GET", "path": "/persons/{pin}"}
    with pytest.raises(ModelRefused) as caught:
        deploy(running.runtime, a_service("xroad", **said), by=SYSTEM)
    assert "lists no service 'persons'" in str(caught.value.diagnostics)


def test_a_security_server_in_trouble_delays_and_loses_nothing(running: Running, road: Road) -> None:
    deploy(running.runtime, a_service(), by=SYSTEM)
    road.tell("fail", error="Server.ClientProxy.OutdatedGlobalConf")
    case = applied(running)
    assert road.calls() == []

    running.clock.advance(timedelta(minutes=10))
    running.work_off()

    assert [one["error"] for one in road.messages()] == ["Server.ClientProxy.OutdatedGlobalConf", None]
    assert len({one["id"] for one in road.messages()}) == 2
    assert len({one["idempotency_key"] for one in road.messages()}) == 1
    assert len(running.rows("SELECT proof FROM evidence WHERE case_id = :id", id=case.id)) == 1


def a_connector(road: Road, exchange: Exchange) -> RegisterConnector:
    services = {"population": PERSONS, "driver": LICENCES}
    return RegisterConnector(
        [Register(name=name, over=RoadService(server=road.server(), service=one)) for name, one in services.items()],
        exchange,
        {}.get,
    )


def test_who_is_not_known_there_is_no_record_as_ever(road: Road, exchange: Exchange) -> None:
    outcome = a_connector(road, exchange).call(a_job_request(headers=LOOK_UP, variables={"pin": "0000000"}))
    assert isinstance(outcome, BusinessError)
    assert outcome.code == "no-record"


def test_an_error_of_x_road_is_never_no_record(road: Road, exchange: Exchange) -> None:
    road.tell("fail", error="Server.ServerProxy.NetworkError")
    with pytest.raises(PartnerUnavailable):
        a_connector(road, exchange).call(a_job_request(headers=LOOK_UP, variables={"pin": "5FQ2K7M"}))


def test_an_entry_into_a_register_goes_over_x_road_once(road: Road, exchange: Exchange) -> None:
    licence = {"pin": "5FQ2K7M", "categories": ["B"], "issued_on": "2026-11-02", "valid_until": "2036-11-02"}
    headers = {**LOOK_UP, "register": "driver", "operation": "POST /licences", "bodyVariable": "licence"}
    call = a_job_request(headers=headers, variables={"licence": {**licence, "kind": "renewal"}, "pin": "5FQ2K7M"})
    outcomes = [a_connector(road, exchange).call(call) for _ in range(2)]
    assert all(isinstance(one, Success) for one in outcomes)
    assert len(road.effects()) == 1


def test_checking_asks_the_security_server(road: Road, exchange: Exchange) -> None:
    a_connector(road, exchange).check()
    assert road.messages() == []
