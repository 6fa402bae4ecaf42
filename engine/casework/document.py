"""A document: what an agency issues in a case, with a number, a signature and a code to verify it by.

reserved --issued--> issued --revoked--> revoked

Number and code are given before the document is written, for both stand in it; whoever writes it again because the
first try broke off gets the same ones (`Reservation`). Written and signed it is kept by its hash and never changed.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from engine.casework.case import Case
from engine.casework.job import Effect
from engine.errors import Invalid, NotFound, Refused
from engine.identity import check_digit

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that reads as another."""
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", " ": "", "-": ""})
_CODE: Final = re.compile(f"[{_LETTERS}]{{20}}")


class DocumentState(StrEnum):
    """Where a document stands."""

    reserved = "reserved"
    """It has a number, and is being written."""
    issued = "issued"
    revoked = "revoked"


DOCUMENT_MOVES: Final[Mapping[DocumentState, frozenset[DocumentState]]] = {
    DocumentState.reserved: frozenset({DocumentState.issued}),
    DocumentState.issued: frozenset({DocumentState.revoked}),
    DocumentState.revoked: frozenset(),
}
"""From each state, the states it may go to."""


class DocumentMoveRefused(Refused):
    """A document cannot go from one state to the other."""

    code = "document-move-refused"

    def __init__(self, document: Document, state: DocumentState) -> None:
        super().__init__(
            f"Document {document.number} is {document.state} and cannot become {state}.",
            remedy="Look at the document again.",
        )


class CodeMalformed(Invalid):
    """A text is no verification code."""

    code = "code-malformed"

    def __init__(self) -> None:
        super().__init__(
            "Expected the code of a document: 20 letters and digits, such as 7K2MD-0Q4XZ-8RN5B-3TW9C.",
            remedy="Copy it from the document, below its QR code.",
        )


@dataclass(frozen=True, slots=True, order=True)
class DocumentNumber:
    """The number of a document: agency, year, and a serial with its check digit, `traffic-police-2026-000123-8`."""

    agency: str
    year: int
    serial: int

    def __str__(self) -> str:
        serial = f"{self.serial:06d}"
        return f"{self.agency}-{self.year}-{serial}-{check_digit(f'{self.year}{serial}')}"


def new_code() -> str:
    """A fresh verification code: 20 letters and digits, 100 random bits, so that none can be guessed."""
    return "".join(secrets.choice(_LETTERS) for _ in range(20))


def read_code(text: str) -> str:
    """A verification code as somebody typed it. Raises CodeMalformed."""
    code = text.upper().translate(_READ_AS)
    if _CODE.fullmatch(code) is None:
        raise CodeMalformed
    return code


def shown_code(code: str) -> str:
    """A code in groups, to be read aloud."""
    return "-".join(code[start : start + 5] for start in range(0, 20, 5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document."""

    id: str
    job_id: str
    """The service call that writes it: one call, one document."""
    instance_id: str
    case_id: str
    applicant: str
    """Account of the applicant of the case."""
    agency: str
    service_key: str
    year: int
    serial: int
    number: str
    code: str
    template: str
    """Key of the template."""
    template_checksum: str
    title: str
    """As the applicant reads it, in her language."""
    language: str
    outcome: str | None = None
    """Of the decision that it holds; None for an extract."""
    state: DocumentState = DocumentState.reserved
    reserved_at: datetime
    """The moment that stands in it."""
    issued_at: datetime | None = None
    sha256: str | None = None
    size: int | None = None
    signed_by: str | None = None
    """Whom the certificate of the signature names."""
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    revocation_reason: str | None = None

    @property
    def file_name(self) -> str:
        """Under which name it is offered for download."""
        return f"{self.number}.pdf"

    def issued(self, *, sha256: str, size: int, signed_by: str, title: str, at: datetime) -> Document:
        """Written, signed and kept. Raises DocumentMoveRefused."""
        moved = self._moved_to(DocumentState.issued)
        named = title[:255] or self.title
        return replace(moved, sha256=sha256, size=size, signed_by=signed_by[:255], title=named, issued_at=at)

    def revoked(self, *, by: str, reason: str, at: datetime) -> Document:
        """No longer in force. Raises DocumentMoveRefused."""
        moved = self._moved_to(DocumentState.revoked)
        return replace(moved, revoked_by=by, revocation_reason=reason, revoked_at=at)

    def require_issued(self) -> str:
        """The hash of its content. Raises NotFound while it is being written."""
        if self.sha256 is None or self.state is DocumentState.reserved:
            raise NotFound.of("document", self.id)
        return self.sha256

    def _moved_to(self, state: DocumentState) -> Document:
        if state not in DOCUMENT_MOVES[self.state]:
            raise DocumentMoveRefused(self, state)
        return replace(self, state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What the writer of a document is given: its number and code, the template, and what it may tell of the case."""

    document: Document
    case: Case
    template: str
    """Text of the template."""
    file_name: str
    """File of the template, for messages."""
    service_title: Mapping[str, str]
    """By language; of the passport that holds now."""
    remedy: Mapping[str, str]
    """The way to appeal, by language."""
    legal_basis: tuple[tuple[Mapping[str, str], str], ...]
    """Titles by language, and the article."""
    time_zone: str
    proof: str | None = None
    """That the state noted it, to be checked offline; None where no seals are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentIssued(Effect):
    """A document was written, signed and kept."""

    document_id: str
    sha256: str
    size: int
    signed_by: str
    title: str
    """As it stands in it."""
