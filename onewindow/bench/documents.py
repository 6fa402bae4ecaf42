"""How long a signed decision takes, from its data to the file on the disk, in this process and on one core.

The connector itself is measured with everything it does: the template, PDF/A-4u with tags, the seal, the storage.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from statistics import median

from engine.casework.case import Case
from engine.casework.document import Document, Reservation, new_code
from engine.connectors.contract import JobRequest
from engine.connectors.document import DocumentConnector
from engine.connectors.document.signing import KeyFile, Seals
from engine.files.disk import DiskStorage
from engine.identity import CaseNumber, new_key
from onewindow.demo_seal import sealing_key
from onewindow.filing import verify_url

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
DECISION = {
    "outcome": "refused",
    "reasons": [
        {"text": "Tibbi arayışın etibarlılıq müddəti bitib.", "article": "Yol hərəkəti haqqında Qanun, 29"},
        {"text": "Ödənilməmiş cərimələr var: 120 AZN.", "article": "İXM, 327"},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFigures:
    """What was measured."""

    signed_pdf_ms_p50: float
    """A refusal of one page, with its QR code, signed and kept."""


def measure_documents(count: int = 30) -> DocumentFigures:
    """Write `count` documents; takes some seconds. Raises PartnerRefused where no PDF can be written."""
    with tempfile.TemporaryDirectory(prefix="onewindow-bench-") as folder:
        connector = _connector(Path(folder))
        connector.call(_request())  # fonts are looked for once in a process
        taken = []
        for _ in range(count):
            began = time.perf_counter()
            connector.call(_request())
            taken.append(time.perf_counter() - began)
    return DocumentFigures(signed_pdf_ms_p50=1000 * median(taken))


def _connector(folder: Path) -> DocumentConnector:
    key = folder / "seal.p12"
    key.write_bytes(sealing_key("bench", "Seal of the bench"))
    seals = Seals(keys={"*": KeyFile(path=key, password_reference="bench")}, secret=lambda name: name)  # noqa: S106
    return DocumentConnector(_reserve, DiskStorage(folder), seals, lambda code: verify_url("https://example.gov", code))


def _request() -> JobRequest:
    job = new_key()
    return JobRequest(
        job_id=job,
        idempotency_key=job,
        request_id=job,
        headers={"template": "decision"},
        variables={"decision": DECISION, "person": {"given_name": "Rəşad", "family_name": "Əliyev"}},
    )


def _reserve(*, job_id: str, template: str, language: str | None, outcome: str | None) -> Reservation:
    case = Case(
        id=new_key(),
        number=CaseNumber("AZ", 2026, 123),
        service_key="licence",
        agency="police",
        applicant=new_key(),
        instance_id=new_key(),
        submitted_at=NOW,
    )
    document = Document(
        id=new_key(),
        job_id=job_id,
        instance_id=case.instance_id,
        case_id=case.id,
        applicant=case.applicant,
        agency=case.agency,
        service_key=case.service_key,
        year=2026,
        serial=1,
        number="police-2026-000001-5",
        code=new_code(),
        template=template,
        template_checksum="",
        title="",
        language=language or "az",
        outcome=outcome,
        reserved_at=NOW,
    )
    return Reservation(
        document=document,
        case=case,
        template=files("onewindow.bench").joinpath("models/decision.html").read_text(encoding="utf-8"),
        file_name="decision.html",
        service_title={"az": "Sürücülük vəsiqəsi"},
        remedy={"az": "Qərardan 30 gün ərzində şikayət verə bilərsiniz."},
        legal_basis=(({"az": "«Yol hərəkəti haqqında» Qanun"}, "29"),),
        time_zone="Asia/Baku",
    )
