"""Somebody reads a file of a case: an attachment or a document. Who reads those of others is noted in the journal.

Who may read what is said in `engine.store.queries.files`; all others are told that there is no such thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final

from engine.casework.actor import Actor
from engine.casework.attachment import Attachment
from engine.casework.document import Document
from engine.casework.look import LookKind
from engine.runtime.act import Act, transact
from engine.runtime.look import looking
from engine.runtime.wiring import Runtime
from engine.store.queries.files import readable_attachment, readable_document

PDF: Final = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """Content to be read once and closed."""

    name: str
    media_type: str
    size: int
    sha256: str
    content: BinaryIO


def open_attachment(runtime: Runtime, attachment_id: str, *, by: Actor) -> OpenedFile:
    """The content of an attachment. Raises NotFound, NotReadable, ContentMissing, StorageAway."""

    def change(act: Act) -> Attachment:
        found = readable_attachment(act.work.reading, by, attachment_id)
        found.require_readable()
        if found.owner != by.account:
            assert found.case_id is not None
            looking(act).at_case(LookKind.attachment, found.case_id, found.id)
        return found

    found = transact(runtime, by, change)
    return OpenedFile(
        name=found.name,
        media_type=found.media_type or "application/octet-stream",
        size=found.length,
        sha256=found.require_readable(),
        content=runtime.storage.open(found.require_readable()),
    )


def open_document(runtime: Runtime, document_id: str, *, by: Actor) -> OpenedFile:
    """The content of an issued document. Raises NotFound, ContentMissing, StorageAway."""

    def change(act: Act) -> Document:
        found = readable_document(act.work.reading, by, document_id)
        if found.applicant != by.account:
            looking(act).at_case(LookKind.document, found.case_id, found.id)
        return found

    found = transact(runtime, by, change)
    return OpenedFile(
        name=found.file_name,
        media_type=PDF,
        size=found.size or 0,
        sha256=found.require_issued(),
        content=runtime.storage.open(found.require_issued()),
    )
