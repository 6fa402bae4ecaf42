"""A supervisor takes a document back: whoever verifies it is told from then on."""

from __future__ import annotations

from engine.casework.actor import Actor
from engine.casework.document import Document
from engine.casework.look import LookKind
from engine.casework.policy import Action, Thing, permit
from engine.errors import Invalid, Place
from engine.runtime.act import Act, transact
from engine.runtime.look import looking
from engine.runtime.reserve_document import documents_chain
from engine.runtime.wiring import Runtime


def revoke_document(runtime: Runtime, document_id: str, reason: str, *, by: Actor) -> Document:
    """Revoke an issued document. Raises NotFound (also for who does not oversee its agency), DocumentMoveRefused."""

    def change(act: Act) -> Document:
        document = act.work.documents.lock(document_id)
        permit(by, Action.revoke_document, Thing(kind="document", key=document_id, agency=document.agency))
        if not reason.strip():
            raise Invalid(
                "A document is revoked for a reason.",
                places=[Place("/reason", "Expected a reason.", "missing")],
                remedy="Say why; the applicant reads it.",
            )
        document.require_issued()
        now = document.revoked(by=by.account, reason=reason.strip(), at=act.at)
        act.work.documents.save(now)
        act.journal(documents_chain(document.case_id), "document.revoked", document.id, number=document.number)
        looking(act).at_case(LookKind.document_details, document.case_id, document.id)
        return now

    return transact(runtime, by, change)
