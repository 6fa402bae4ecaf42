"""Writes a document of a case: number, page, PDF, seal, storage; what the case keeps of it is an effect.

Safe to repeat: number, code and date are those of the first try. What a broken try left in the storage is collected.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, Protocol, TypeAlias
from zoneinfo import ZoneInfo

import segno

from engine.casework.decision import Outcome
from engine.casework.document import DocumentIssued, Reservation, shown_code
from engine.casework.passport import LANGUAGES
from engine.connectors.contract import (
    RESULT_VARIABLE,
    About,
    Feel,
    JobOutcome,
    JobRequest,
    Json,
    PartnerRefused,
    PartnerUnavailable,
    Setting,
    SettingsSchema,
    Success,
    said,
)
from engine.connectors.document.pdf import WrittenPdf, check_pdf, write_pdf
from engine.connectors.document.templates import DocumentTemplates, TemplateFault
from engine.connectors.document.words import words
from engine.errors import OnewindowError, Refused, Unavailable
from engine.files.storage import ContentStorage

MOST_BYTES: Final = 50_000_000


class Reserve(Protocol):
    """Gives a service call its number and template (`engine.runtime.reserve_document`)."""

    def __call__(self, *, job_id: str, template: str, language: str | None, outcome: str | None) -> Reservation:
        """Safe to repeat. Raises OnewindowError."""
        ...


class Sealing(Protocol):
    """Signs documents (`Seals`)."""

    def sign(self, pdf: bytes, agency: str, reason: str) -> tuple[bytes, str]:
        """The signed PDF, and whom the certificate names."""
        ...

    def check(self) -> None:
        """Open every key."""
        ...


Write: TypeAlias = Callable[[str], WrittenPdf]
"""Makes a PDF of a page (`write_pdf`)."""
VerifyUrl: TypeAlias = Callable[[str], str]
"""The public address that verifies a code."""


class DocumentConnector:
    """The connector `document`."""

    name: Final = "document"
    settings: Final = SettingsSchema(
        (
            Setting(
                name="template",
                description="name of the template, without .html.",
                label="Template",
                translations=said(az=("Şablon", "şablonun adı, .html olmadan."), ru=("Шаблон", "имя без .html.")),
                required=True,
                pattern="[a-z0-9][a-z0-9-]*",
                example="decision",
                names="document",
            ),
            Setting(
                name="language",
                description="the language of the document; else variable `language`, else the country's first.",
                label="Language",
                translations=said(
                    az=("Dil", "sənədin dili; yoxdursa `language` dəyişəni, o da yoxdursa ölkənin birinci dili."),
                    ru=("Язык", "язык документа; иначе переменная `language`, иначе первый язык страны."),
                ),
                choices=LANGUAGES,
                feel=Feel.optional,
            ),
            Setting(
                name="outcome",
                description="how the decision in it was; else that of variable `decision`. Verification tells it.",
                label="Outcome",
                translations=said(
                    az=("Nəticə", "içindəki qərar; yoxdursa `decision` dəyişənindən. Yoxlama onu göstərir."),
                    ru=("Исход", "каким было решение; иначе из переменной `decision`. Его сообщает проверка."),
                ),
                choices=tuple(str(outcome) for outcome in Outcome),
                feel=Feel.optional,
            ),
            RESULT_VARIABLE,
        ),
        about=About(
            title="Document",
            description="Writes a document of the case from a template: PDF, numbered, signed, verifiable by its code.",
            translations=said(
                az=("Sənəd", "İşin sənədini şablondan yazır: PDF, nömrəli, imzalı, kodu ilə yoxlanılan."),
                ru=("Документ", "Пишет документ дела по шаблону: PDF с номером, подписью и кодом проверки."),
            ),
        ),
    )

    def __init__(
        self,
        reserve: Reserve,
        storage: ContentStorage,
        seals: Sealing,
        verify_url: VerifyUrl,
        *,
        write: Write = write_pdf,
    ) -> None:
        self._reserve, self._storage, self._seals = reserve, storage, seals
        self._verify_url = verify_url
        self._write = write
        self._templates = DocumentTemplates()

    def call(self, request: JobRequest) -> JobOutcome:
        """Write one document. Raises PartnerUnavailable, PartnerRefused."""
        try:
            return self._written(request)
        except (PartnerRefused, PartnerUnavailable):
            raise
        except TemplateFault as fault:
            raise PartnerRefused(
                f"The template cannot be filled. {fault}",
                remedy="Correct the template or the variables of the task, deploy, and retry the incident.",
            ) from fault
        except Unavailable as away:
            raise PartnerUnavailable(away.message, retry_after_seconds=away.retry_after_seconds) from away
        except OnewindowError as refused:
            raise PartnerRefused(refused.message, remedy=refused.remedy or "Look at the task's settings.") from refused

    def check(self) -> None:
        """Open the keys, look at the storage, write a trial page. Raises PartnerRefused, PartnerUnavailable."""
        try:
            self._seals.check()
            self._storage.check()
            check_pdf()
        except Unavailable as away:
            raise PartnerUnavailable(away.message, retry_after_seconds=away.retry_after_seconds) from away
        except Refused as refused:
            raise PartnerRefused(refused.message, remedy=refused.remedy) from refused

    def _written(self, request: JobRequest) -> JobOutcome:
        found = self._reserve(
            job_id=request.job_id,
            template=request.headers.get("template", ""),
            language=_language(request),
            outcome=request.headers.get("outcome") or _outcome(request.variables.get("decision")),
        )
        document, url = found.document, self._verify_url(found.document.code)
        html = self._templates.fill(found.template, found.file_name, _seen(found, url, request.variables))
        page = self._write(html)
        signed, signed_by = self._seals.sign(page.content, document.agency, document.number)
        kept = self._storage.put([signed], at_most=MOST_BYTES)
        name = request.headers.get("resultVariable")
        told = {"id": document.id, "number": document.number, "hash": kept.sha256, "verify_url": url}
        return Success(
            variables={name: told} if name else {},
            effects=(
                DocumentIssued(
                    document_id=document.id,
                    sha256=kept.sha256,
                    size=kept.size,
                    signed_by=signed_by,
                    title=page.title,
                ),
            ),
        )


def _seen(found: Reservation, url: str, variables: Mapping[str, Json]) -> Mapping[str, Any]:
    """What the template sees (`templates.SEEN`), every name of it."""
    document, case, language, zone = found.document, found.case, found.document.language, ZoneInfo(found.time_zone)
    return {
        "document": {
            "number": document.number,
            "code": shown_code(document.code),
            "verify_url": url,
            "qr": segno.make(url, error="m").svg_data_uri(scale=4, border=0),
            "proof_qr": None if found.proof is None else segno.make(found.proof, error="l").svg_data_uri(border=0),
            "issued_on": document.reserved_at.astimezone(zone).date(),
            "outcome": document.outcome,
        },
        "case": {
            "number": str(case.number),
            "submitted_on": case.submitted_at.astimezone(zone).date(),
            "channel": case.channel,
        },
        "service": {
            "key": case.service_key,
            "title": _in(found.service_title, language),
            "remedy": _in(found.remedy, language),
            "legal_basis": [
                {"title": _in(title, language), "article": article} for title, article in found.legal_basis
            ],
        },
        "agency": {"key": case.agency},
        "words": words(language),
        "data": _plain(variables),
        "language": language,
    }


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def _language(request: JobRequest) -> str | None:
    """That of the model, else of variable `language`, else of the applicant in variable `case`."""
    said: Any = request.headers.get("language") or request.variables.get("language")
    case = request.variables.get("case")
    if said is None and isinstance(case, Mapping):
        said = case.get("language")
    return said if said in LANGUAGES else None


def _outcome(decision: Json) -> str | None:
    said = decision.get("outcome") if isinstance(decision, Mapping) else None
    return said if said in [str(outcome) for outcome in Outcome] else None


def _plain(variables: Mapping[str, Json]) -> Any:
    """Copied through JSON: nothing but texts, numbers, lists and contexts reaches a template."""
    return json.loads(json.dumps(dict(variables), default=_number), parse_float=Decimal)


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)
