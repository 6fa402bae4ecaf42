"""Documents of a scenario: numbered, filled and kept as always; only the PDF and its seal are left out.

So a template that cannot be filled fails its scenario, on a machine without Pango and without a key too. A scenario may
let the connector be down, like any partner.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine.casework.document import Reservation
from engine.clock import Clock
from engine.connectors.contract import JobOutcome, JobRequest, PartnerRefused, PartnerUnavailable
from engine.connectors.document import DocumentConnector
from engine.connectors.document.pdf import WrittenPdf
from engine.files.disk import DiskStorage
from engine.runtime.reserve_document import WantedDocument, reserve_document
from engine.runtime.wiring import Runtime
from onewindow.scenarios.model import PartnerMood
from onewindow.scenarios.partners import Partners


class ScenarioDocuments:
    """The connector `document` on a stage; `runtime` is set when the stage has one."""

    name: Final = DocumentConnector.name
    settings: Final = DocumentConnector.settings

    def __init__(self, partners: Partners, folder: Path, clock: Clock) -> None:
        self._partners = partners
        self.storage = DiskStorage(folder, clock)
        self.runtime: Runtime | None = None
        self._real = DocumentConnector(
            self._reserve, self.storage, _NoSeal(), lambda code: f"https://example.gov/{code}", write=_unwritten
        )

    def call(self, request: JobRequest) -> JobOutcome:
        """The document, unless the scenario says that it is down. Raises PartnerUnavailable, PartnerRefused."""
        script = self._partners.meet(self.name, request)
        if script is not None and script.mood is PartnerMood.down:
            raise PartnerUnavailable("Documents cannot be written now.")
        if script is not None and script.mood is PartnerMood.refuses:
            raise PartnerRefused("The document is refused.")
        return self._real.call(request)

    def check(self) -> None:
        """Nothing to prove."""

    def _reserve(self, *, job_id: str, template: str, language: str | None, outcome: str | None) -> Reservation:
        assert self.runtime is not None
        wanted = WantedDocument(job_id=job_id, template=template, language=language, outcome=outcome)
        return reserve_document(self.runtime, wanted)


class _NoSeal:
    def sign(self, pdf: bytes, agency: str, reason: str) -> tuple[bytes, str]:
        return pdf, f"{agency} {reason}"

    def check(self) -> None:
        """Nothing to prove."""


def _unwritten(html: str) -> WrittenPdf:
    return WrittenPdf(html.encode(), "")
