"""What every connector keeps, whoever wrote it: one suite for all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any, BinaryIO

import pytest
from werkzeug.wrappers import Response

from engine.casework.data_export import ExportBasis
from engine.casework.document import Reservation
from engine.casework.notice import NoticeBasis
from engine.connectors.data_export import DataExportConnector
from engine.connectors.demo import DemoConnector
from engine.connectors.document import DocumentConnector
from engine.connectors.document.pdf import WrittenPdf
from engine.connectors.document.signing import KeyFile, Seals
from engine.connectors.exchange import AllowedHosts, Exchange
from engine.connectors.http import HttpConnector
from engine.connectors.malware_scan import MalwareScanConnector
from engine.connectors.notice import NoticeConnector
from engine.connectors.partners import ListedPartner, PartnerList
from engine.connectors.payment import PaymentConnector, Provider
from engine.connectors.register import Register, RegisterConnector
from engine.connectors.soap import SoapConnector
from engine.connectors.testing import Candidate, ConnectorContract
from engine.connectors.xroad import ClientId, SecurityServer, XroadConnector
from engine.errors import NotFound, Unavailable
from engine.files.clamd import Clamd, ScannerAway, Verdict
from engine.files.disk import DiskStorage
from engine.files.storage import Content, StorageAway
from onewindow.compose import compose
from onewindow.demo_seal import sealing_key
from onewindow.settings import Settings
from sandbox.civilstatus import envelope as soap
from sandbox.civilstatus.app import FOLDER
from tests.builders.a_job_request import a_job_request
from tests.builders.a_notice import a_notice_basis
from tests.builders.a_partner import Partner
from tests.builders.a_reservation import a_reservation

PIN = "5FQ2K7M"
FOUND = {"found": {"pin": PIN}}


@dataclass(frozen=True)
class Surroundings:
    """What a connector of a test may use."""

    partner: Partner
    exchange: Exchange
    folder: Path

    def candidate(self, **said: Any) -> Candidate:
        """A candidate that calls the partner."""
        received = self.partner.received
        seen: dict[str, Any] = {
            "personal": (PIN,),
            "keys_seen": lambda: [request.headers["Idempotency-Key"] for request in received],
            "methods_seen": lambda: [request.method for request in received],
            "gives": FOUND,
        }
        before = {"check": lambda: self.partner.answers(b"{}"), **said.pop("before", {})}
        return Candidate(**{**seen, **said, "before": before})


def _demo(around: Surroundings) -> Candidate:
    return around.candidate(
        connector=DemoConnector(),
        succeeds=a_job_request(headers={"resultVariable": "found"}, variables={"pin": "5FQ2K7M"}),
        fails_for_now=a_job_request(headers={"mode": "unavailable"}),
        is_refused=a_job_request(headers={"mode": "refused"}),
        ends_in_a_business_error=a_job_request(headers={"mode": "error", "code": "no-record"}),
    )


def _http(around: Surroundings) -> Candidate:
    partner, exchange = around.partner, around.exchange
    headers = {"method": "GET", "url": partner.url + "/parcels/{pin}", "resultVariable": "found"}
    job = a_job_request(headers=headers, variables={"pin": "5FQ2K7M"})
    return around.candidate(
        connector=HttpConnector(exchange, {}.get, hosts=AllowedHosts(frozenset({partner.host}))),
        succeeds=job,
        fails_for_now=job,
        is_refused=a_job_request(headers=headers | {"url": "http://127.0.0.1:1/"}),
        ends_in_a_business_error=job,
        before=_told(partner),
    )


def _register(around: Surroundings) -> Candidate:
    partner, exchange = around.partner, around.exchange
    headers = {
        "register": "population",
        "operation": "GET /persons/{pin}",
        "purpose": "renewal",
        "legalBasis": "art. 30",
        "resultVariable": "found",
    }
    job = a_job_request(headers=headers, variables={"pin": "5FQ2K7M"})
    register = Register(name="population", url=partner.url, key_reference="population-key")
    return around.candidate(
        connector=RegisterConnector([register], exchange, {"population-key": "s3cret"}.get),
        succeeds=job,
        fails_for_now=job,
        is_refused=a_job_request(headers=headers | {"register": "unheard-of"}),
        ends_in_a_business_error=job,
        before=_told(partner),
    )


def _payment(around: Surroundings) -> Candidate:
    partner, exchange = around.partner, around.exchange
    fee = {"fee": 25, "currency": "AZN"}
    job = a_job_request(headers={"resultVariable": "found"}, variables={"fee": fee, "pin": "5FQ2K7M"})
    reference = f"{job.case_number}-{job.idempotency_key[-8:].upper()}"
    page = f"{partner.url}/pay/1"
    created = {"payment_id": "pay-1", "amount": 2500, "currency": "AZN", "reference": reference}
    links = {"_links": {"next_url": {"href": page}}}
    provider = Provider(url=partner.url, return_url="http://127.0.0.1/back?reference={reference}")
    told = {"payment_id": "pay-1", "state": "open", "amount": 25, "currency": "AZN", "next_url": page}
    return around.candidate(
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


def _soap(around: Surroundings) -> Candidate:
    partner, exchange = around.partner, around.exchange
    job = a_job_request(
        headers={"partner": "civil-status", "operation": "GetCivilStatus", "resultVariable": "found"},
        variables={"pin": "5FQ2K7M"},
    )
    known = ListedPartner(name="civil-status", kind="soap", url=partner.url, description=FOLDER / "civil-status.wsdl")
    found = soap.answer("GetCivilStatus", {"pin": "5FQ2K7M", "married": False})
    refused = soap.refusal(soap.Fault("NoSuchPerson", "Nobody has the number 5FQ2K7M."))
    return around.candidate(
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


def _xroad(around: Surroundings) -> Candidate:
    partner, exchange = around.partner, around.exchange
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

    return around.candidate(
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


def _document(around: Surroundings) -> Candidate:
    """Its partners are the key, the storage and the page; reserving a number is the engine's."""
    numbered: list[str] = []

    def reserve(*, job_id: str, template: str, language: str | None, outcome: str | None) -> Reservation:
        numbered.append(job_id)
        if template == "away":
            raise Unavailable("The database does not answer.", retry_after_seconds=1)
        if template == "unheard-of":
            raise NotFound("There is no template 'unheard-of'.", remedy="Deploy it.")
        return a_reservation(job_id)

    path = around.folder / "seal.p12"
    path.write_bytes(sealing_key("right", "Seal of the tests"))
    seals = Seals(keys={"*": KeyFile(path=path, password_reference="password")}, secret={"password": "right"}.get)
    storage = DiskStorage(around.folder / "files")
    headers = {"template": "decision", "language": "az", "resultVariable": "found"}
    return around.candidate(
        connector=DocumentConnector(reserve, storage, seals, lambda code: f"https://example.gov/verify/{code}"),
        succeeds=a_job_request(headers=headers, variables={"pin": PIN}),
        fails_for_now=a_job_request(headers=headers | {"template": "away"}, variables={"pin": PIN}),
        is_refused=a_job_request(headers=headers | {"template": "unheard-of"}, variables={"pin": PIN}),
        gives=lambda given: set(given["found"]) == {"id", "number", "hash", "verify_url"},
        keys_seen=lambda: numbered,
        methods_seen=lambda: numbered,
    )


def _notice(around: Surroundings) -> Candidate:
    """Written for the inbox; how it is carried by mail and SMS is `test_mail` and `test_sms`."""
    drafted: list[str] = []

    def draft(*, job_id: str, template: str) -> NoticeBasis:
        drafted.append(job_id)
        if template == "away":
            raise Unavailable("The database does not answer.", retry_after_seconds=1)
        if template == "unheard-of":
            raise NotFound("There is no notice 'unheard-of'.", remedy="Deploy it.")
        return a_notice_basis()

    headers = {"template": "decided", "language": "az", "resultVariable": "found"}
    return around.candidate(
        connector=NoticeConnector(draft, lambda _: None, {}, quiet=None, portal_address="https://example.gov"),
        succeeds=a_job_request(headers=headers, variables={"pin": PIN}),
        fails_for_now=a_job_request(headers=headers | {"template": "away"}, variables={"pin": PIN}),
        is_refused=a_job_request(headers=headers | {"template": "unheard-of"}, variables={"pin": PIN}),
        gives={"found": {"language": "az", "channels": ["inbox"]}},
        keys_seen=lambda: drafted,
        methods_seen=lambda: drafted,
    )


class OneScanner(Clamd):
    """A scanner that finds nothing, until it is taken away."""

    is_away = False

    def scan(self, content: BinaryIO) -> Verdict:
        """Raises ScannerAway."""
        if self.is_away:
            raise ScannerAway("It does not answer.", remedy="Look at clamd.", retry_after_seconds=1)
        assert content.read()
        return Verdict(None)

    def check(self) -> None:
        """It is there."""


def _malware_scan(around: Surroundings) -> Candidate:
    storage = DiskStorage(around.folder / "files")
    kept = storage.put([b"a plan"], at_most=100)
    scanner = OneScanner("127.0.0.1:1")
    job = a_job_request(variables={"attachment": "a-1", "sha256": kept.sha256, "pin": PIN})

    def away(is_away: bool) -> None:
        object.__setattr__(scanner, "is_away", is_away)

    return around.candidate(
        connector=MalwareScanConnector(storage, scanner),
        succeeds=job,
        fails_for_now=job,
        is_refused=a_job_request(variables={"attachment": "a-1", "sha256": "0" * 64, "pin": PIN}),
        before={"fails_for_now": lambda: away(True), "succeeds": lambda: away(False)},
        gives={},
    )


class AwayAtTimes(DiskStorage):
    """Storage that cannot be reached while it is told so."""

    is_away = False

    def put(self, chunks: Iterable[bytes], *, at_most: int) -> Content:
        """As the storage, or not at all."""
        if self.is_away:
            raise StorageAway("The storage does not answer.")
        return super().put(chunks, at_most=at_most)


def _data_export(around: Surroundings) -> Candidate:
    storage = AwayAtTimes(around.folder / "files")
    basis = ExportBasis(language="az", data={"account": {"pin": PIN}})
    job = a_job_request(variables={"export": "e-1"})

    def away(is_away: bool) -> None:
        storage.is_away = is_away

    return around.candidate(
        connector=DataExportConnector(lambda _: basis, storage, write=lambda html: WrittenPdf(html.encode(), "")),
        succeeds=job,
        fails_for_now=job,
        is_refused=a_job_request(variables={"pin": PIN}),
        before={"fails_for_now": lambda: away(True), "succeeds": lambda: away(False)},
        gives={},
    )


CANDIDATES: Mapping[str, Callable[[Surroundings], Candidate]] = {
    "data-export": _data_export,
    "demo": _demo,
    "document": _document,
    "http": _http,
    "malware-scan": _malware_scan,
    "notice": _notice,
    "payment": _payment,
    "register": _register,
    "soap": _soap,
    "xroad": _xroad,
}
REGISTERED = compose(
    Settings.load({"ONEWINDOW_DATABASE_URL": f"sqlite:///{gettempdir()}/never-opened.db"})
).registry.names
"""Those of the product as it is put together: one that is added there and not here fails."""


class TestEveryConnector(ConnectorContract):
    """The suite, over each connector of the product."""

    @pytest.fixture(params=sorted(REGISTERED))
    def candidate(
        self, request: pytest.FixtureRequest, partner: Partner, exchange: Exchange, tmp_path: Path
    ) -> Candidate:
        """One connector after the other."""
        name: str = request.param
        assert name in CANDIDATES, f"The connector {name} has no entry in CANDIDATES: what it keeps is not tested."
        if name == "document":
            request.getfixturevalue("pdf_libraries")
        found = CANDIDATES[name](Surroundings(partner, exchange, tmp_path))
        assert found.connector.name == name
        return found
