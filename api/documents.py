"""Documents that agencies issued: shown and given to those who may read the case, revoked by supervisors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from api.files import download
from api.idempotency import carry_out
from api.operation import Noun
from api.schemas.files import IssuedDocumentSchema, RevokeCommand
from api.wiring import services
from door.access import caller
from engine.casework.look import LookKind
from engine.casework.policy import Action
from engine.runtime.look import Looking, look
from engine.runtime.open_file import open_document
from engine.runtime.revoke_document import revoke_document
from engine.store.queries import files as queries

blueprint = Noun("documents", __name__, description="Decisions and extracts as signed PDF.")

_PDF: Final[Mapping[str, Any]] = {
    "200": {
        "description": "The signed document (PDF/A-4u, PAdES).",
        "content": {"application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}},
    }
}


@blueprint.operation(
    "GET", "/<key:document_id>", rule=Action.read_document, summary="Show a document", answer=IssuedDocumentSchema
)
def show(document_id: str) -> Any:
    """Number, outcome, hash and signature of an issued document."""

    def read(looking: Looking) -> Any:
        found = queries.readable_document(looking.connection, caller(), document_id)
        looking.at_case(LookKind.document_details, found.case_id, found.id)
        return found

    return look(services().runtime, read, by=caller())


@blueprint.operation(
    "GET",
    "/<key:document_id>/content",
    rule=Action.read_document,
    summary="Read a document",
    documentation={"responses": _PDF},
)
def content(document_id: str) -> Response:
    """The signed PDF, for those who may read its application; what officials read is noted."""
    return download(open_document(services().runtime, document_id, by=caller()))


@blueprint.operation(
    "POST",
    "/<key:document_id>/revoke",
    rule=Action.revoke_document,
    summary="Revoke a document",
    body=RevokeCommand,
    answer=IssuedDocumentSchema,
    idempotent=True,
)
def revoke(command: Mapping[str, Any], document_id: str) -> Response:
    """Take a document back: whoever verifies it is told. The applicant reads the reason."""
    return carry_out(
        lambda runtime: revoke_document(runtime, document_id, command["reason"], by=caller()), IssuedDocumentSchema
    )
