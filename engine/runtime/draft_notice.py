"""A service call is about to write a notice: its template, its case, where the applicant may be reached. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.bpmn.model import Binding
from engine.casework.actor import SYSTEM
from engine.casework.notice import DeliveryState, Letter, NoticeBasis
from engine.casework.passport import LANGUAGES
from engine.errors import Refused
from engine.runtime.act import Act, transact
from engine.runtime.definitions import SERVICE, bound
from engine.runtime.wiring import Runtime

TEMPLATE: Final = "notice"
"""Kind of the definition that a template of notices is."""


class NoRecipient(Refused):
    """A notice goes to the applicant of a case, and there is none."""

    code = "notice-without-case"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedNotice:
    """What a service call wants to write."""

    job_id: str
    template: str


def draft_notice(runtime: Runtime, wanted: WantedNotice) -> NoticeBasis:
    """What the notice of a job is written from. Raises NotFound, NoRecipient."""

    def change(act: Act) -> NoticeBasis:
        job, record = act.work.jobs.lock_with_instance(wanted.job_id)
        if record.case is None:
            raise NoRecipient(
                f"The task {job.element_id!r:.100} tells the applicant something, but no application stands behind it.",
                remedy="Start the process by an application for its service.",
            )
        definitions = act.runtime.definitions
        deployment = definitions.record(act.work, record.definition_id).deployment_id
        template = bound(act.work, TEMPLATE, wanted.template, Binding.deployment, None, deployment)
        passport = definitions.passport(act.work, act.work.deployments.find(SERVICE, record.case.service_key))
        return NoticeBasis(
            case=record.case,
            template=act.work.deployments.content(template.checksum).decode("utf-8"),
            file_name=template.file_name,
            service_title=passport.title,
            remedy=passport.remedy,
            contact=act.work.notices.contact_of(record.case.applicant),
            country_zone=act.runtime.calendar.timezone,
            languages=LANGUAGES,
            now=act.at,
        )

    return transact(runtime, SYSTEM, change)


def letter_of(runtime: Runtime, delivery_id: str) -> Letter | None:
    """What a delivery carries; None when it was sent or has its end, and nothing is to be done. Raises NotFound."""

    def change(act: Act) -> Letter | None:
        delivery = act.work.notices.read_delivery(delivery_id)
        if delivery.state is not DeliveryState.waiting:
            return None
        notice = act.work.notices.read(delivery.notice_id)
        return Letter(delivery=delivery, notice=notice)

    return transact(runtime, SYSTEM, change)
