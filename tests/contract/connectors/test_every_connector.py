"""What every connector keeps, whoever wrote it: one suite for all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.wrappers import Response

from engine.connectors.contract import (
    BusinessError,
    Connector,
    JobRequest,
    PartnerRefused,
    PartnerUnavailable,
    Success,
)
from engine.connectors.demo import DemoConnector
from engine.connectors.exchange import AllowedHosts, Exchange
from engine.connectors.http import HttpConnector
from engine.connectors.partners import ListedPartner, PartnerList
from engine.connectors.payment import PaymentConnector, Provider
from engine.connectors.register import Register, RegisterConnector
from engine.connectors.soap import SoapConnector
from engine.connectors.xroad import ClientId, SecurityServer, XroadConnector
from sandbox.civilstatus import envelope as soap
from sandbox.civilstatus.app import FOLDER
from tests.builders.a_job_request import a_job_request
from tests.builders.a_partner import Partner


@dataclass(frozen=True)
class Candidate:
    """A connector and jobs that end in each of the ways a job can end."""

    connector: Connector
    succeeds: JobRequest
    fails_for_now: JobRequest
    is_refused: JobRequest
    ends_in_a_business_error: JobRequest
    before: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    """What the partner is told first, by the name of the job."""
    gives: Mapping[str, Any] = field(default_factory=lambda: {"found": {"pin": "5FQ2K7M"}})
    """The variables of the job that goes well."""

    def run(self, which: str) -> Any:
        """Call one of the jobs."""
        self.before.get(which, lambda: None)()
        return self.connector.call(getattr(self, which))


def _demo(_partner: Partner, _exchange: Exchange) -> Candidate:
    return Candidate(
        connector=DemoConnector(),
        succeeds=a_job_request(headers={"resultVariable": "found"}, variables={"pin": "5FQ2K7M"}),
        fails_for_now=a_job_request(headers={"mode": "unavailable"}),
        is_refused=a_job_request(headers={"mode": "refused"}),
        ends_in_a_business_error=a_job_request(headers={"mode": "error", "code": "no-record"}),
    )


def _http(partner: Partner, exchange: Exchange) -> Candidate:
    headers = {"method": "GET", "url": partner.url + "/parcels/{pin}", "resultVariable": "found"}
    job = a_job_request(headers=headers, variables={"pin": "5FQ2K7M"})
    return Candidate(
        connector=HttpConnector(exchange, {}.get, hosts=AllowedHosts(frozenset({partner.host}))),
        succeeds=job,
        fails_for_now=job,
        is_refused=a_job_request(headers=headers | {"url": "http://127.0.0.1:1/"}),
        ends_in_a_business_error=job,
        before=_told(partner),
    )


def _register(partner: Partner, exchange: Exchange) -> Candidate:
    headers = {
        "register": "population",
        "operation": "GET /persons/{pin}",
        "purpose": "renewal",
        "legalBasis": "art. 30",
        "resultVariable": "found",
    }
    job = a_job_request(headers=headers, variables={"pin": "5FQ2K7M"})
    register = Register(name="population", url=partner.url, key_reference="population-key")
    return Candidate(
        connector=RegisterConnector([register], exchange, {"population-key": "s3cret"}.get),
        succeeds=job,
        fails_for_now=job,
        is_refused=a_job_request(headers=headers | {"register": "unheard-of"}),
        ends_in_a_business_error=job,
        before=_told(partner),
    )


def _payment(partner: Partner, exchange: Exchange) -> Candidate:
    fee = {"fee": 25, "currency": "AZN"}
    job = a_job_request(headers={"resultVariable": "found"}, variables={"fee": fee, "pin": "5FQ2K7M"})
    reference = f"{job.case_number}-{job.idempotency_key[-8:].upper()}"
    page = f"{partner.url}/pay/1"
    created = {"payment_id": "pay-1", "amount": 2500, "currency": "AZN", "reference": reference}
    links = {"_links": {"next_url": {"href": page}}}
    provider = Provider(url=partner.url, return_url="http://127.0.0.1/back?reference={reference}")
    told = {"payment_id": "pay-1", "state": "open", "amount": 25, "currency": "AZN", "next_url": page}
    return Candidate(
        connector=PaymentConnector(provider, exchange, {"payment-key": "s3cret"}.get),
        succeeds=job,
        fails_for_now=job,
        is_refused=a_job_request(variables={"fee": {"fee": 0, "currency": "AZN"}}),
        ends_in_a_business_error=job,
        before={
            "succeeds": lambda: partner.answers(json.dumps(created | links), 201),
            "fails_for_now": lambda: partner.answers(b"", 503),
            "ends_in_a_business_error": lambda: partner.answers(b"", 422),
        },
        gives={"found": {"reference": reference, **told}},
    )


def _soap(partner: Partner, exchange: Exchange) -> Candidate:
    job = a_job_request(
        headers={"partner": "civil-status", "operation": "GetCivilStatus", "resultVariable": "found"},
        variables={"pin": "5FQ2K7M"},
    )
    known = ListedPartner(name="civil-status", kind="soap", url=partner.url, description=FOLDER / "civil-status.wsdl")
    found = soap.answer("GetCivilStatus", {"pin": "5FQ2K7M", "married": False})
    refused = soap.refusal(soap.Fault("NoSuchPerson", "Nobody has the number 5FQ2K7M."))
    return Candidate(
        connector=SoapConnector(exchange, {}.get, PartnerList([known])),
        succeeds=job,
        fails_for_now=job,
        is_refused=a_job_request(headers={**job.headers, "operation": "Sing"}),
        ends_in_a_business_error=job,
        before={
            "succeeds": lambda: partner.does(lambda _request: found),
            "fails_for_now": lambda: partner.answers(b"", 503),
            "ends_in_a_business_error": lambda: partner.does(lambda _request: refused),
        },
        gives={"found": {"pin": "5FQ2K7M", "married": False, "act": []}},
    )


def _told(partner: Partner) -> Mapping[str, Callable[[], Any]]:
    return {
        "succeeds": lambda: partner.answers(json.dumps({"pin": "5FQ2K7M"})),
        "fails_for_now": lambda: partner.answers(b"", 503),
        "ends_in_a_business_error": lambda: partner.answers(b"", 404),
    }


def _xroad(partner: Partner, exchange: Exchange) -> Candidate:
    server = SecurityServer(url=partner.url, client=ClientId.parse("AZ/GOV/00000001/onewindow"), country="AZ")
    headers = {
        "service": "AZ/GOV/00000002/population/persons",
        "method": "GET",
        "path": "/persons/{pin}",
        "resultVariable": "found",
    }
    job = a_job_request(headers=headers, variables={"pin": "5FQ2K7M"})

    def as_security_server(body: str, status: int) -> None:
        partner.does(lambda asked: Response(body, status, {"X-Road-Id": asked.headers["X-Road-Id"]}))

    return Candidate(
        connector=XroadConnector([server], exchange),
        succeeds=job,
        fails_for_now=job,
        is_refused=a_job_request(headers=headers | {"service": "unheard-of"}),
        ends_in_a_business_error=job,
        before={
            "succeeds": lambda: as_security_server(json.dumps({"pin": "5FQ2K7M"}), 200),
            "fails_for_now": lambda: partner.answers(b"", 500, X_Road_Error="Server.ClientProxy.NetworkError"),
            "ends_in_a_business_error": lambda: as_security_server("", 404),
        },
    )


@pytest.fixture(
    params=[_demo, _http, _register, _payment, _soap, _xroad],
    ids=["demo", "http", "register", "payment", "soap", "xroad"],
)
def candidate(request: pytest.FixtureRequest, partner: Partner, exchange: Exchange) -> Candidate:
    """One connector after the other."""
    return request.param(partner, exchange)


def test_its_name_can_stand_in_a_model(candidate: Candidate) -> None:
    assert candidate.connector.name
    assert candidate.connector.name == candidate.connector.name.strip().lower()


def test_each_of_its_settings_is_explained_once(candidate: Candidate) -> None:
    names = [setting.name for setting in candidate.connector.settings.settings]
    assert len(names) == len(set(names))
    assert all(setting.description for setting in candidate.connector.settings.settings)


def test_the_settings_of_a_job_that_goes_well_are_without_fault(candidate: Candidate) -> None:
    assert candidate.connector.settings.faults(candidate.succeeds.headers) == ()


def test_a_setting_it_does_not_know_is_a_fault(candidate: Candidate) -> None:
    faults = candidate.connector.settings.faults({**candidate.succeeds.headers, "shoe-size": "43"})
    assert len(faults) == 1
    assert "shoe-size" in faults[0]


def test_success_gives_variables(candidate: Candidate) -> None:
    outcome = candidate.run("succeeds")
    assert isinstance(outcome, Success)
    assert outcome.variables == candidate.gives


def test_a_partner_that_is_down_is_unavailable_for_now(candidate: Candidate) -> None:
    with pytest.raises(PartnerUnavailable) as caught:
        candidate.run("fails_for_now")
    assert caught.value.retry_after_seconds >= 1
    assert caught.value.remedy


def test_what_repeating_cannot_mend_is_refused_with_a_remedy(candidate: Candidate) -> None:
    with pytest.raises(PartnerRefused) as caught:
        candidate.run("is_refused")
    assert caught.value.remedy


def test_a_proper_negative_answer_is_a_business_error_with_a_code(candidate: Candidate) -> None:
    outcome = candidate.run("ends_in_a_business_error")
    assert isinstance(outcome, BusinessError)
    assert outcome.code
    assert outcome.message


def test_its_messages_hold_no_personal_data(candidate: Candidate) -> None:
    outcome = candidate.run("ends_in_a_business_error")
    assert "5FQ2K7M" not in outcome.message
    with pytest.raises(PartnerUnavailable) as caught:
        candidate.run("fails_for_now")
    assert "5FQ2K7M" not in str(caught.value)


def test_checking_it_changes_nothing(candidate: Candidate, partner: Partner) -> None:
    partner.answers(b"{}")
    candidate.connector.check()
    assert {request.method for request in partner.received} <= {"GET", "HEAD"}


def test_every_attempt_shows_the_partner_the_same_idempotency_key(candidate: Candidate, partner: Partner) -> None:
    candidate.run("succeeds")
    candidate.run("succeeds")
    keys = {request.headers["Idempotency-Key"] for request in partner.received}
    assert keys <= {candidate.succeeds.idempotency_key}
