"""Jobs that carry notices to mail servers and gateways; no step of a process waits for them.

They are service jobs of the connector `notice` without an instance, so that they outlive it, are repeated, taken over
and shown as incidents like every other call. The header is one that no model can set, for it is no setting. The key of
a job is the key of its delivery; the job names nothing else, so that no address lies about in the queue of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.casework.contact import Channel, Contact, addresses
from engine.casework.job import Job, JobKind
from engine.casework.notice import Delivery, Notice
from engine.identity import new_key
from engine.runtime.act import Act

CONNECTOR: Final = "notice"
WORK_HEADER: Final = "ow:notice"
_RETRIES: Final = 20
_BACKOFF: Final = "PT30S,PT2M,PT10M,PT30M,PT1H,PT2H,PT4H"
"""A mailbox that is full or a server that greylists gets two days (RFC 5321, 4.5.4 advises four or five)."""


def mail_of(act: Act, notice: Notice, contact: Contact | None) -> list[Delivery]:
    """The mail that brings a notice at once, where its recipient wants mail and this installation sends it."""
    address = addresses(contact, None, None).get(Channel.mail) if act.runtime.sends_mail else None
    if address is None:
        return []
    return [
        Delivery(
            id=new_key(int(act.at.timestamp() * 1_000)),  # by its age it is removed one day
            notice_id=notice.id,
            instance_id=notice.instance_id,
            case_id=notice.case_id,
            channel=Channel.mail,
            address=address,
            due_at=act.at,
        )
    ]


def let_deliver(act: Act, deliveries: Sequence[Delivery]) -> None:
    """Let workers send these, each when it is due."""
    if not deliveries:
        return
    act.work.jobs.enqueue_many([_job(act, delivery) for delivery in deliveries])
    act.jobs_are_due = act.jobs_are_due or any(one.due_at <= act.at for one in deliveries)


def _job(act: Act, delivery: Delivery) -> Job:
    return Job(
        id=delivery.id,
        kind=JobKind.service,
        type=CONNECTOR,
        element_id=delivery.notice_id,
        headers={WORK_HEADER: str(delivery.channel), "retryBackoff": _BACKOFF},
        due_at=delivery.due_at,
        retries=_RETRIES,
        created_at=act.at,
    )
