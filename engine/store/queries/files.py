"""Attachments and documents as those see them who may, and what anyone may know of a document by its code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from engine.casework.actor import Actor
from engine.casework.attachment import Attachment
from engine.casework.document import Document, DocumentState
from engine.casework.policy import Action, decide
from engine.casework.task import TaskState
from engine.casework.visibility import Hidden
from engine.errors import NotFound
from engine.identity import QueueName
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.queries.visibility import hidden_from
from engine.store.repositories.files import (
    ATTACHMENT,
    ATTACHMENT_COLUMNS,
    DOCUMENT,
    DOCUMENT_COLUMNS,
    to_attachment,
    to_document,
)
from engine.store.rows import columns_of, table_of, taken, to_case
from engine.store.tables.cases import Case as CaseTable
from engine.store.tables.tasks import Task

_CASE = table_of(CaseTable)
_CASE_COLUMNS = columns_of(CaseTable)
_TASK = table_of(Task)
_OPEN = [str(TaskState.open), str(TaskState.claimed)]
_SHOWN = [str(DocumentState.issued), str(DocumentState.revoked)]
_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A document of a case, in its list."""

    id: str
    number: str
    name: str
    """What it is, in the applicant's language."""
    kind: str
    """Key of its template."""
    outcome: str | None
    language: str
    created_at: datetime
    size: int
    sha256: str
    code: str
    is_revoked: bool


def readable_attachment(connection: Connection, actor: Actor, attachment_id: str) -> Attachment:
    """One attachment, for who sent it or may read its case. Raises NotFound to all others."""
    row = connection.execute(select(*ATTACHMENT_COLUMNS).where(ATTACHMENT.c.id == attachment_id)).first()
    if row is None:
        raise NotFound.of("attachment", attachment_id)
    found = to_attachment(taken(ATTACHMENT_COLUMNS, row))
    if decide(actor, Action.read_file, found.thing).allowed:
        return found
    if found.case_id is None or not may_read_case(connection, actor, found.case_id):
        raise NotFound.of("attachment", attachment_id)
    if _hidden_in(connection, actor, found.case_id).has_field(found.field):
        raise NotFound.of("attachment", attachment_id)
    return found


def attachments_of_case(
    connection: Connection, actor: Actor, case_id: str, *, limit: int = 25, cursor: str | None = None
) -> Page[Attachment]:
    """The attachments of a case, oldest first. Raises NotFound for who may not read it."""
    if not may_read_case(connection, actor, case_id):
        raise NotFound.of("application", case_id)
    hidden = _hidden_in(connection, actor, case_id)
    page = _page(connection, ATTACHMENT.c.case_id == case_id, limit, cursor)
    shown = [one for one in page.items if one.owner == actor.account or not hidden.has_field(one.field)]
    return Page(tuple(shown), page.next)


def _hidden_in(connection: Connection, actor: Actor, case_id: str) -> Hidden:
    instance = connection.execute(select(_CASE.c.instance_id).where(_CASE.c.id == case_id)).scalar_one()
    return hidden_from(connection, actor, instance)


def own_uploads(
    connection: Connection, actor: Actor, *, limit: int = 25, cursor: str | None = None
) -> Page[Attachment]:
    """What the actor sent and no case holds yet, oldest first. One statement."""
    mine = and_(ATTACHMENT.c.owner == actor.account, ATTACHMENT.c.case_id.is_(None))
    return _page(connection, mine, limit, cursor)


def _page(connection: Connection, which: ColumnElement[bool], limit: int, cursor: str | None) -> Page[Attachment]:
    start, most = decode_cursor(cursor, str), bounded(limit)
    statement = select(*ATTACHMENT_COLUMNS).where(which)
    if start is not None:
        statement = statement.where(ATTACHMENT.c.id > start[0])
    rows = connection.execute(statement.order_by(ATTACHMENT.c.id).limit(most + 1))
    return page_of([to_attachment(taken(ATTACHMENT_COLUMNS, row)) for row in rows], most, lambda one: (one.id,))


def readable_document(connection: Connection, actor: Actor, document_id: str) -> Document:
    """One issued document, for who may read its case. Raises NotFound for all others."""
    row = connection.execute(select(*DOCUMENT_COLUMNS).where(DOCUMENT.c.id == document_id)).first()
    if row is None:
        raise NotFound.of("document", document_id)
    found = to_document(taken(DOCUMENT_COLUMNS, row))
    found.require_issued()
    if not may_read_case(connection, actor, found.case_id):
        raise NotFound.of("document", document_id)
    return found


def documents_of_case(connection: Connection, case_id: str) -> Sequence[DocumentRow]:
    """The documents issued in a case, oldest first, at most 500. One statement; the caller may read the case."""
    statement = (
        select(*DOCUMENT_COLUMNS)
        .where(DOCUMENT.c.case_id == case_id, DOCUMENT.c.state.in_(_SHOWN))
        .order_by(DOCUMENT.c.id)
        .limit(_MOST)
    )
    return [_row(to_document(taken(DOCUMENT_COLUMNS, row))) for row in connection.execute(statement)]


def document_by_code(connection: Connection, code: str) -> Document:
    """The document with a verification code. One statement. Raises NotFound, also while it is being written."""
    row = connection.execute(select(*DOCUMENT_COLUMNS).where(DOCUMENT.c.code == code)).first()
    found = to_document(taken(DOCUMENT_COLUMNS, row)) if row else None
    if found is None or found.state is DocumentState.reserved:
        raise NotFound(
            "No document was issued with this code.",
            remedy="Compare it with the code below the QR code of the document.",
        )
    return found


def document_by_hash(connection: Connection, sha256: str) -> Document | None:
    """The document whose file has this hash; None when no agency here issued it. One statement."""
    statement = select(*DOCUMENT_COLUMNS).where(DOCUMENT.c.sha256 == sha256, DOCUMENT.c.state.in_(_SHOWN)).limit(1)
    row = connection.execute(statement).first()
    return to_document(taken(DOCUMENT_COLUMNS, row)) if row else None


def may_read_case(connection: Connection, actor: Actor, case_id: str) -> bool:
    """Whether the actor is its applicant, oversees its agency, or has an open task of it in her queues.

    At most two statements.
    """
    row = connection.execute(select(*_CASE_COLUMNS).where(_CASE.c.id == case_id)).first()
    if row is None:
        return False
    case = to_case(taken(_CASE_COLUMNS, row))
    if decide(actor, Action.read_papers, case.thing).allowed:
        return True
    queues = sorted({str(queue) for queue in (*actor.queues, *actor.stands_in)})[:200]
    if not queues:
        return False
    statement = select(_TASK.c.queue).where(
        _TASK.c.instance_id == case.instance_id, _TASK.c.state.in_(_OPEN), _TASK.c.queue.in_(queues)
    )
    working = frozenset(QueueName.parse(name) for name in connection.execute(statement.distinct()).scalars())
    return decide(actor, Action.read_papers, replace(case.thing, working_queues=working)).allowed


def _row(document: Document) -> DocumentRow:
    assert document.issued_at is not None
    assert document.sha256 is not None
    return DocumentRow(
        id=document.id,
        number=document.number,
        name=document.title,
        kind=document.template,
        outcome=document.outcome,
        language=document.language,
        created_at=document.issued_at,
        size=document.size or 0,
        sha256=document.sha256,
        code=document.code,
        is_revoked=document.state is DocumentState.revoked,
    )
