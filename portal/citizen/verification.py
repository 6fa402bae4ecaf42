"""Whether a document is genuine and in force: by the code below its QR code, or by the file. Nothing is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from door.json_door import BodyTooLarge
from door.wiring import shared
from engine.casework.decision import Outcome
from engine.casework.document import CodeMalformed, Document, DocumentState, read_code, shown_code
from engine.casework.policy import Action
from engine.errors import NotFound
from engine.store.queries import files, organisation, services
from portal.citizen.words import told
from portal.faults import Fault
from portal.pages import Pages, page

_MOST_BYTES: Final = 20_000_000
_PDF: Final = b"%PDF-"
_LONGEST_CODE: Final = 60
_OUTCOMES: Final[Mapping[str, Any]] = {
    Outcome.granted: _l("Granted"),
    Outcome.partly: _l("Granted in part"),
    Outcome.refused: _l("Refused"),
    Outcome.inadmissible: _l("Not taken up"),
    Outcome.withdrawn: _l("Withdrawn"),
    Outcome.tacit_granted: _l("Granted by law, for the term had passed"),
    Outcome.tacit_refused: _l("Refused by law, for the term had passed"),
}

blueprint = Pages("verification", __name__, "/verify")


@dataclass(frozen=True, slots=True)
class Verified:
    """A document that was issued, in words for everybody."""

    document: Document
    service: str
    agency: str
    outcome: str

    @property
    def is_in_force(self) -> bool:
        """Whether it was not revoked."""
        return self.document.state is DocumentState.issued


@blueprint.page("", rule=Action.read_public)
def ask() -> Response:
    """Ask for a code or a file; with a code in the address, tell what it stands for."""
    typed = request.args.get("code")
    if typed is None:
        return _form()
    if not typed.strip():
        return _form("", [Fault("code", _("Enter the code"))])
    try:
        code = read_code(typed[:_LONGEST_CODE])
    except CodeMalformed:
        text = _("A code has 20 letters and digits. Compare it with the one below the QR code of the document.")
        return _form(typed, [Fault("code", text)])
    with shared().read() as connection:
        try:
            document = files.document_by_code(connection, code)
        except NotFound:
            text = _("No document was issued with this code. Compare it with the one below the QR code.")
            return _form(typed, [Fault("code", text)])
        found = _verified(connection, document)
    return page("citizen/verified.html", title=_("Check of a document"), found=found, code=shown_code(code))


@blueprint.page("", rule=Action.read_public, methods=("POST",))
def by_file() -> Response:
    """Look at a file that was sent: is it, byte for byte, what was issued, and what does its signature say."""
    sent = request.files.get("file")
    content = sent.stream.read(_MOST_BYTES + 1) if sent is not None else b""
    if len(content) > _MOST_BYTES:
        raise BodyTooLarge(f"The file has more than {_MOST_BYTES:,} bytes.", remedy="No document is so large.")
    if not content:
        return _form("", [Fault("file", _("Choose a file"))])
    if not content.startswith(_PDF):
        return _form("", [Fault("file", _("Choose a PDF: decisions and extracts are nothing else"))])
    signature = shared().read_signature(content)
    with shared().read() as connection:
        document = files.document_by_hash(connection, hashlib.sha256(content).hexdigest())
        found = None if document is None else _verified(connection, document)
    return page("citizen/verified.html", title=_("Check of a document"), found=found, code="", signature=signature)


def _verified(connection: Any, document: Document) -> Verified:
    agencies = {one.key: one.names for one in organisation.agencies(connection)}
    try:
        title = told(services.service_detail(connection, document.service_key).title)
    except NotFound:
        title = document.service_key
    outcome = str(_OUTCOMES.get(document.outcome or "", document.outcome or ""))
    return Verified(document, title, told(agencies.get(document.agency)) or document.agency, outcome)


def _form(code: str = "", faults: list[Fault] | None = None) -> Response:
    return page(
        "citizen/verify.html",
        title=_("Check whether a document is genuine"),
        code=code[:_LONGEST_CODE],
        faults=faults or [],
        status=422 if faults else 200,
    )
