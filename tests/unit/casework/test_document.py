"""The life of a document, its number, and the code it is verified by."""

from __future__ import annotations

from typing import Any

import pytest

from engine.casework.document import (
    DOCUMENT_MOVES,
    CodeMalformed,
    Document,
    DocumentMoveRefused,
    DocumentNumber,
    DocumentState,
    new_code,
    read_code,
    shown_code,
)
from engine.errors import NotFound
from tests.builders.a_task import NOW


def a_document(**said: Any) -> Document:
    """A decision of the city."""
    texts = (
        "id",
        "job_id",
        "instance_id",
        "case_id",
        "applicant",
        "agency",
        "service_key",
        "number",
        "code",
        "template",
    )
    values = dict.fromkeys((*texts, "template_checksum", "title"), "x")
    return Document(**{**values, "year": 2026, "serial": 1, "language": "az", "reserved_at": NOW, **said})


@pytest.mark.parametrize("to", [DocumentState.issued, DocumentState.revoked])
@pytest.mark.parametrize("before", DocumentState)
def test_it_moves_as_the_table_says(before: DocumentState, to: DocumentState) -> None:
    document = a_document(state=before)

    def move() -> Document:
        if to is DocumentState.issued:
            return document.issued(sha256="0" * 64, size=1, signed_by="city", title="", at=NOW)
        return document.revoked(by="head", reason="wrong", at=NOW)

    if to in DOCUMENT_MOVES[before]:
        assert move().state is to
    else:
        with pytest.raises(DocumentMoveRefused):
            move()


def test_a_document_that_is_being_written_does_not_exist_yet() -> None:
    with pytest.raises(NotFound):
        a_document().require_issued()


def test_a_number_names_agency_and_year_and_has_a_check_digit() -> None:
    assert str(DocumentNumber("traffic-police", 2026, 123)) == "traffic-police-2026-000123-8"


def test_a_code_is_read_as_people_type_it() -> None:
    code = new_code()

    assert read_code(shown_code(code).lower()) == code
    assert read_code("o" * 20) == "0" * 20
    assert len({new_code() for _ in range(100)}) == 100


@pytest.mark.parametrize("text", ["", "x", "A" * 19, "A" * 21, "U" * 20, "../../etc/passwd-000"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(CodeMalformed):
        read_code(text)
