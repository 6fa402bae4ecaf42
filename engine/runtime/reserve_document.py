"""A service call is about to write a document: it gets its number, its code and its template, once.

The number is given in a transaction of its own, before anything is written, and belongs to the job: whoever repeats the
job gets the same one. A number is lost only when the job is cancelled before it ever succeeded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from engine.bpmn.model import Binding
from engine.casework.actor import SYSTEM
from engine.casework.case import Case
from engine.casework.decision import Outcome
from engine.casework.document import Document, DocumentNumber, Reservation, new_code
from engine.casework.passport import LANGUAGES
from engine.errors import Invalid, Refused
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.definitions import SERVICE, bound
from engine.runtime.seal_journal import seal_chain
from engine.runtime.wiring import Runtime
from engine.store.queries.seals import proof_of
from engine.store.records import DefinitionRecord

TEMPLATE = "document"
"""Kind of the definition that a template of documents is."""
RESERVED: Final = "document.reserved"
"""What the journal says of a document that is about to be written."""


def documents_chain(case_id: str) -> str:
    """The journal's chain of what happens to the documents of a case beside its process."""
    return f"documents-{case_id}"


class NoCase(Refused):
    """A document is issued in a case, and there is none."""

    code = "document-without-case"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDocument:
    """What a service call wants to write."""

    job_id: str
    template: str
    language: str | None = None
    """None takes the first language of the country."""
    outcome: str | None = None
    """Of the decision that it holds; None for an extract."""


def reserve_document(runtime: Runtime, wanted: WantedDocument) -> Reservation:
    """Safe to repeat: one job, one document. Raises NotFound, NoCase, Invalid."""

    def change(act: Act) -> Reservation:
        job, record = act.work.jobs.lock_with_instance(wanted.job_id)
        if record.case is None:
            raise NoCase(
                f"The task {job.element_id!r:.100} issues a document, but no application stands behind its process.",
                remedy="Start the process by an application for its service.",
            )
        definitions = act.runtime.definitions
        deployment = definitions.record(act.work, record.definition_id).deployment_id
        template = bound(act.work, TEMPLATE, wanted.template, Binding.deployment, None, deployment)
        passport = definitions.passport(act.work, act.work.deployments.find(SERVICE, record.case.service_key))
        document = act.work.documents.of_job(job.id)
        if document is None:
            document = _new(act, wanted, record.case, template)
            act.work.documents.add(document)
            _note(act, document)
        return Reservation(
            document=document,
            case=record.case,
            template=act.work.deployments.content(document.template_checksum).decode("utf-8"),
            file_name=template.file_name,
            service_title=passport.title,
            remedy=passport.remedy,
            legal_basis=tuple((one.title, one.article or "") for one in passport.legal_basis),
            time_zone=act.runtime.calendar.timezone,
            proof=proof_of_document(act.work.reading, document),
        )

    return transact(runtime, SYSTEM, change)


def proof_of_document(connection: Any, document: Document) -> str | None:
    """The proof that the state had noted a document, as its QR code carries it; None where no seals are made."""
    found = proof_of(connection, documents_chain(document.case_id), RESERVED, document.id)
    return None if found is None else found.to_text()


def _note(act: Act, document: Document) -> None:
    """In the journal, and under a seal at once: the document that is about to be written carries the proof."""
    chain = documents_chain(document.case_id)
    act.journal(
        chain,
        RESERVED,
        document.id,
        number=document.number,
        service=document.service_key,
        outcome=document.outcome,
        code=hashlib.sha256(document.code.encode()).hexdigest(),
    )
    if act.runtime.seal_key is not None:
        seal_chain(act, act.runtime.seal_key, chain)


def _new(act: Act, wanted: WantedDocument, case: Case, template: DefinitionRecord) -> Document:
    language = wanted.language or LANGUAGES[0]
    if language not in LANGUAGES:
        raise Invalid(f"There is no language {language!r:.20}.", remedy=f"Use one of {', '.join(LANGUAGES)}.")
    year = act.runtime.calendar.local_day(act.at).year
    serial = act.work.documents.next_serial(case.agency, year)
    return Document(
        id=new_key(),
        job_id=wanted.job_id,
        instance_id=case.instance_id,
        case_id=case.id,
        applicant=case.applicant,
        agency=case.agency,
        service_key=case.service_key,
        year=year,
        serial=serial,
        number=str(DocumentNumber(case.agency, year, serial)),
        code=new_code(),
        template=template.key,
        template_checksum=template.checksum,
        title=template.name,
        language=language,
        outcome=str(Outcome(wanted.outcome)) if wanted.outcome else None,
        reserved_at=act.at,
    )
