"""A document that a service call wrote and signed becomes one of the case, in the transaction of the call."""

from __future__ import annotations

from engine.casework.document import DocumentIssued, DocumentState
from engine.runtime.act import Act
from engine.store.records import InstanceRecord


def keep_issued(act: Act, record: InstanceRecord, issued: DocumentIssued) -> None:
    """Keep it. A document that was issued before stays as it is."""
    document = act.work.documents.lock(issued.document_id)
    if document.state is not DocumentState.reserved:
        return
    now = document.issued(
        sha256=issued.sha256, size=issued.size, signed_by=issued.signed_by, title=issued.title, at=act.at
    )
    act.work.documents.save(now)
    act.journal(record.id, "document.issued", now.id, number=now.number, hash=now.sha256)
