"""Somebody removes a file of hers that belongs to no application."""

from __future__ import annotations

from engine.casework.actor import Actor
from engine.casework.attachment import AttachmentInUse
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime


def discard_upload(runtime: Runtime, attachment_id: str, *, by: Actor) -> None:
    """Remove it; its content is garbage then. Raises NotFound, AttachmentInUse."""

    def change(act: Act) -> None:
        found = act.work.attachments.lock(attachment_id)
        found.require_owned_by(by)
        if found.case_id is not None:
            raise AttachmentInUse
        act.work.attachments.remove(found.id)

    transact(runtime, by, change)
