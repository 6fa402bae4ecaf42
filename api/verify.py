"""Verification of documents, for anyone: by the code in the QR code, or with the file itself. No data of persons."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from flask import Response, jsonify, render_template, request

from api.files import body
from api.operation import Noun
from api.schemas.files import VerifiedFileSchema, VerifiedSchema
from api.wiring import services
from door.json_door import BodyTooLarge, NotJson
from door.language import preferred_language
from engine.casework.document import Document, DocumentState, read_code
from engine.casework.policy import Action
from engine.runtime.reserve_document import proof_of_document
from engine.store.queries import files as queries

blueprint = Noun("verify", __name__, description="Whether a document is genuine and in force.")

_MOST_BYTES: Final = 20_000_000
_FILE: Final[Mapping[str, Any]] = {
    "required": True,
    "content": {"application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}},
}


@blueprint.operation(
    "GET", "/<name:code>", rule=Action.read_public, summary="Verify a document by its code", answer=VerifiedSchema
)
def by_code(code: str) -> Response:
    """Number, agency, service, date, outcome and hash of the document with this code, and whether it was revoked.

    Browsers get a page, programs JSON.
    """
    with services().read() as connection:
        document = queries.document_by_code(connection, read_code(code))
        told = _told(document) | {"proof": proof_of_document(connection, document)}
    answer = _page(told) if _wants_a_page() else jsonify(VerifiedSchema().dump(told))
    answer.headers["Vary"] = "Accept"
    return answer


@blueprint.operation(
    "POST",
    "",
    rule=Action.read_public,
    summary="Verify a file",
    answer=VerifiedFileSchema,
    documentation={"requestBody": _FILE},
)
def by_file() -> Any:
    """Send the PDF: is it, byte for byte, what was issued; is its signature intact; is it in force. It is not kept."""
    if request.mimetype != "application/pdf":
        raise NotJson("Expected a PDF.", remedy="Send the file as the body, with Content-Type: application/pdf.")
    content = bytearray()
    for piece in body():
        content += piece
        if len(content) > _MOST_BYTES:
            raise BodyTooLarge(f"The file has more than {_MOST_BYTES:,} bytes.", remedy="No document is so large.")
    sha256, signature = hashlib.sha256(content).hexdigest(), services().read_signature(bytes(content))
    with services().read() as connection:
        document = queries.document_by_hash(connection, sha256)
    return {
        "is_genuine": document is not None and document.state is DocumentState.issued,
        "sha256": sha256,
        "document": _told(document) if document else None,
        "signature": asdict(signature) if signature else None,
    }


def _told(document: Document) -> dict[str, Any]:
    zone = services().runtime.calendar
    return {
        "number": document.number,
        "agency": document.agency,
        "service_key": document.service_key,
        "title": document.title,
        "language": document.language,
        "issued_on": zone.local_day(document.reserved_at).isoformat(),
        "outcome": document.outcome,
        "sha256": document.sha256,
        "state": str(document.state),
        "revoked_on": zone.local_day(document.revoked_at).isoformat() if document.revoked_at else None,
    }


def _wants_a_page() -> bool:
    best = request.accept_mimetypes.best_match(["application/json", "text/html"], default="application/json")
    return best == "text/html"


def _page(told: Mapping[str, Any]) -> Response:
    language = preferred_language()
    answer = Response(
        render_template("verify.html", **{**told, "language": language}), content_type="text/html; charset=utf-8"
    )
    answer.headers["Content-Language"] = language
    return answer
