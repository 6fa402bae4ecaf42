"""Notices of a case are kept: made by a service call, sent or refused by a partner. All of it can come twice."""

from __future__ import annotations

from engine.casework.notice import Delivery, DeliveryRefused, DeliverySent, DeliveryState, Notice, NoticeMade
from engine.identity import new_key
from engine.runtime.act import Act
from engine.runtime.notice_jobs import let_deliver
from engine.store.records import InstanceRecord


def notices_chain(case_id: str) -> str:
    """The journal's chain of what becomes of the notices of a case beside its process; of no case, for an empty key."""
    return f"notices-{case_id}" if case_id else "notices"


def keep_made(act: Act, record: InstanceRecord, job_id: str, made: NoticeMade) -> None:
    """Lay a notice into the applicant's inbox and let its deliveries begin.

    One job makes one notice: the job ends in the same transaction, and the table takes no second one.
    """
    case = record.case
    if case is None:
        return
    notice = Notice(
        id=new_key(),
        job_id=job_id,
        instance_id=record.id,
        case_id=case.id,
        agency=case.agency,
        service_key=case.service_key,
        recipient=case.applicant,
        template=made.template,
        language=made.wording.language,
        subject=made.wording.subject,
        text=made.wording.text,
        sms=made.wording.sms,
        is_urgent=made.is_urgent,
        appointment=made.appointment,
        created_at=act.at,
    )
    deliveries = [
        Delivery(
            id=new_key(),
            notice_id=notice.id,
            instance_id=record.id,
            case_id=case.id,
            channel=planned.channel,
            address=planned.address,
            due_at=planned.due_at,
        )
        for planned in made.deliveries
    ]
    act.work.notices.add(notice, deliveries)
    let_deliver(act, deliveries)
    channels = ["inbox", *(str(one.channel) for one in deliveries)]
    act.journal(record.id, "notice.made", notice.id, template=notice.template, channels=channels)


def keep_delivery(act: Act, effect: DeliverySent | DeliveryRefused) -> None:
    """What a partner said when it was handed a notice; a callback that came before it counts. Raises NotFound."""
    before = act.work.notices.lock_delivery(effect.delivery_id)
    if isinstance(effect, DeliverySent):
        save_delivery(act, before, before.sent(effect.partner_id, act.at))
    else:
        save_delivery(act, before, before.failed(effect.code, effect.reason, act.at))


def save_delivery(act: Act, before: Delivery, now: Delivery) -> None:
    """Keep and note what became of a delivery, if anything; it is locked."""
    if now is before:
        return
    act.work.notices.save_delivery(now)
    said = {"code": now.code} if now.state is DeliveryState.failed else {}
    act.journal(notices_chain(now.case_id), f"notice.{now.state}", now.id, channel=str(now.channel), **said)
