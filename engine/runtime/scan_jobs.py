"""Jobs that let the malware scanner look at a file: calls of the connector `malware-scan`, without an instance."""

from __future__ import annotations

from typing import Final

from engine.casework.attachment import Attachment, AttachmentScanned
from engine.casework.job import Job, JobKind
from engine.errors import NotFound
from engine.identity import new_key
from engine.runtime.act import Act
from engine.runtime.begin_upload import UPLOADS

CONNECTOR: Final = "malware-scan"
_RETRIES: Final = 10
_BACKOFF: Final = "PT5S,PT30S,PT2M,PT10M,PT30M,PT1H"


def let_scan(act: Act, attachment: Attachment) -> None:
    """Let a worker have the content of an attachment looked at."""
    job = Job(
        id=new_key(),
        kind=JobKind.service,
        type=CONNECTOR,
        element_id=attachment.id,
        headers={"retryBackoff": _BACKOFF},
        payload={"attachment": attachment.id, "sha256": attachment.sha256},
        due_at=act.at,
        retries=_RETRIES,
        created_at=act.at,
    )
    act.work.jobs.enqueue_many([job])
    act.jobs_are_due = True


def keep_scanned(act: Act, scanned: AttachmentScanned) -> None:
    """Keep what the scanner said; an attachment that was removed meanwhile needs nothing."""
    try:
        before = act.work.attachments.lock(scanned.attachment_id)
    except NotFound:
        return
    now = before.scanned(scanned.malware)
    if now is not before:
        act.work.attachments.save(now)
        act.journal(UPLOADS, f"attachment.{now.state}", now.id, malware=scanned.malware)
