"""Attachments and issued documents, of one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, union, update

from engine.casework.attachment import GONE, Attachment, AttachmentState
from engine.casework.document import Document, DocumentState
from engine.errors import NotFound
from engine.store.encryption.columns import protected
from engine.store.rows import columns_of, insert_into, plain, table_of, taken
from engine.store.tables import files as tables
from engine.store.tables.exports import DataExport
from engine.store.tables.retention import CaseRecord

ATTACHMENT = table_of(tables.Attachment)
ATTACHMENT_COLUMNS = columns_of(tables.Attachment)
_PIECE = table_of(tables.AttachmentPiece)
DOCUMENT = table_of(tables.Document)
DOCUMENT_COLUMNS = columns_of(tables.Document)
_COUNTER = table_of(tables.DocumentCounter)
_EXPORT = table_of(DataExport)
_RECORD = table_of(CaseRecord)

_CHANGED: Final = (
    "received", "state", "kind", "media_type", "sha256", "note", "case_id", "field", "expires_at", "completed_at",
)  # fmt: skip
_CHANGED_DOCUMENT: Final = (
    "state", "issued_at", "sha256", "size", "signed_by", "title", "revoked_at", "revoked_by", "revocation_reason",
)  # fmt: skip
_READ = select(*ATTACHMENT_COLUMNS).where(ATTACHMENT.c.id == bindparam("key"))
_LOCK = _READ.with_for_update()
_SAVE = (
    update(ATTACHMENT)
    .where(ATTACHMENT.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
)
_EXPIRED = (
    select(ATTACHMENT.c.id)
    .where(ATTACHMENT.c.case_id.is_(None), ATTACHMENT.c.expires_at < bindparam("now"))
    .order_by(ATTACHMENT.c.expires_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_READ_DOCUMENT = select(*DOCUMENT_COLUMNS).where(DOCUMENT.c.id == bindparam("key"))
_LOCK_DOCUMENT = _READ_DOCUMENT.with_for_update()
_OF_JOB = select(*DOCUMENT_COLUMNS).where(DOCUMENT.c.job_id == bindparam("job"))
_SAVE_DOCUMENT = (
    update(DOCUMENT)
    .where(DOCUMENT.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED_DOCUMENT})
)
_NEEDED = union(
    select(ATTACHMENT.c.sha256).where(
        ATTACHMENT.c.sha256.in_(bindparam("hashes", expanding=True)),
        ATTACHMENT.c.state.not_in([str(state) for state in GONE]),
    ),
    select(_PIECE.c.sha256).where(_PIECE.c.sha256.in_(bindparam("hashes", expanding=True))),
    select(DOCUMENT.c.sha256).where(DOCUMENT.c.sha256.in_(bindparam("hashes", expanding=True))),
    select(_RECORD.c.package).where(_RECORD.c.package.in_(bindparam("hashes", expanding=True))),
    select(_EXPORT.c.json_sha256).where(_EXPORT.c.json_sha256.in_(bindparam("hashes", expanding=True))),
    select(_EXPORT.c.pdf_sha256).where(_EXPORT.c.pdf_sha256.in_(bindparam("hashes", expanding=True))),
)


def to_attachment(row: Mapping[str, Any]) -> Attachment:
    """An attachment of its row."""
    return Attachment(**{**row, "state": AttachmentState(row["state"])})


def to_document(row: Mapping[str, Any]) -> Document:
    """A document of its row."""
    return Document(**{**row, "state": DocumentState(row["state"])})


class Attachments:
    """Attachments of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, attachment: Attachment) -> None:
        """Keep a new one."""
        row = {**plain(attachment), "state": str(attachment.state)}
        self._connection.execute(insert(ATTACHMENT), protected(ATTACHMENT, row))

    def lock(self, attachment_id: str) -> Attachment:
        """One, kept from all others until the transaction ends. Raises NotFound."""
        row = self._connection.execute(_LOCK, {"key": attachment_id}).first()
        if row is None:
            raise NotFound.of("attachment", attachment_id)
        return to_attachment(taken(ATTACHMENT_COLUMNS, row))

    def lock_many(self, attachment_ids: Collection[str]) -> dict[str, Attachment]:
        """Those that exist, by key, in one statement."""
        if not attachment_ids:
            return {}
        statement = (
            select(*ATTACHMENT_COLUMNS)
            .where(ATTACHMENT.c.id.in_(list(attachment_ids)))
            .order_by(ATTACHMENT.c.id)
            .with_for_update()
        )
        found = (to_attachment(taken(ATTACHMENT_COLUMNS, row)) for row in self._connection.execute(statement))
        return {one.id: one for one in found}

    def save(self, attachment: Attachment) -> None:
        """Keep one as it is now; it must be locked."""
        row = {**plain(attachment), "state": str(attachment.state)}
        self._connection.execute(_SAVE, {"key": attachment.id, **{f"new_{name}": row[name] for name in _CHANGED}})

    def under_way(self, owner: str) -> tuple[int, int]:
        """How many attachments of an account belong to no case yet, and their bytes in all."""
        statement = select(func.count(), func.coalesce(func.sum(ATTACHMENT.c.length), 0)).where(
            ATTACHMENT.c.owner == owner, ATTACHMENT.c.case_id.is_(None)
        )
        row = self._connection.execute(statement).one()
        return int(row[0]), int(row[1])

    def add_piece(self, attachment_id: str, start: int, size: int, sha256: str) -> None:
        """Keep where the content of a piece is."""
        values = {"attachment_id": attachment_id, "start": start, "size": size, "sha256": sha256}
        self._connection.execute(insert(_PIECE), values)

    def pieces(self, attachment_id: str) -> Sequence[str]:
        """The hashes of the pieces, in order."""
        statement = select(_PIECE.c.sha256).where(_PIECE.c.attachment_id == attachment_id).order_by(_PIECE.c.start)
        return list(self._connection.execute(statement).scalars())

    def drop_pieces(self, attachment_id: str) -> None:
        """Forget the pieces: their content is garbage then, unless something else holds it."""
        self._connection.execute(delete(_PIECE).where(_PIECE.c.attachment_id == attachment_id))

    def remove(self, attachment_id: str) -> None:
        """Forget one with its pieces."""
        self.drop_pieces(attachment_id)
        self._connection.execute(delete(ATTACHMENT).where(ATTACHMENT.c.id == attachment_id))

    def remove_expired(self, now: datetime, at_most: int = 500) -> int:
        """Forget those that no case took in time; gives how many."""
        expired = list(self._connection.execute(_EXPIRED, {"now": now, "most": at_most}).scalars())
        if expired:
            self._connection.execute(delete(_PIECE).where(_PIECE.c.attachment_id.in_(expired)))
            self._connection.execute(delete(ATTACHMENT).where(ATTACHMENT.c.id.in_(expired)))
        return len(expired)

    def needed(self, hashes: Collection[str]) -> set[str]:
        """Those of some hashes that something holds: an attachment, a piece, a document, an archived case, an export.

        One statement.
        """
        return set(self._connection.execute(_NEEDED, {"hashes": list(hashes)}).scalars()) if hashes else set()


class Documents:
    """Documents of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next_serial(self, agency: str, year: int) -> int:
        """The next serial of an agency and year; others who want one wait until this transaction ends."""
        statement = (
            insert_into(_COUNTER, self._connection)
            .values(agency=agency, year=year, last=1)
            .on_conflict_do_update(index_elements=["agency", "year"], set_={"last": _COUNTER.c.last + 1})
            .returning(_COUNTER.c.last)
        )
        return int(self._connection.execute(statement).scalar_one())

    def of_job(self, job_id: str) -> Document | None:
        """The document a service call writes; None when it has none yet."""
        row = self._connection.execute(_OF_JOB, {"job": job_id}).first()
        return to_document(taken(DOCUMENT_COLUMNS, row)) if row else None

    def add(self, document: Document) -> None:
        """Keep a new one. Raises AlreadyExists when its job has one."""
        self._connection.execute(insert(DOCUMENT), {**plain(document), "state": str(document.state)})

    def lock(self, document_id: str) -> Document:
        """One, kept from all others until the transaction ends. Raises NotFound."""
        row = self._connection.execute(_LOCK_DOCUMENT, {"key": document_id}).first()
        if row is None:
            raise NotFound.of("document", document_id)
        return to_document(taken(DOCUMENT_COLUMNS, row))

    def save(self, document: Document) -> None:
        """Keep one as it is now; it must be locked."""
        row = {**plain(document), "state": str(document.state)}
        changed = {f"new_{name}": row[name] for name in _CHANGED_DOCUMENT}
        self._connection.execute(_SAVE_DOCUMENT, {"key": document.id, **changed})
