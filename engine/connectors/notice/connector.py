"""Writes a notice of a case, and sends it by mail and SMS.

Called by a task of a model, it fills the template in the applicant's language and gives the notice as an effect: it is
in her inbox when the task is done, and no mail server can hold the process up. Sending is a job of the engine's own for
each channel (`engine.runtime.notice_jobs`), after the quiet hours, done by the same connector.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from engine.casework.contact import Channel, QuietHours, addresses, language_of, send_at
from engine.casework.notice import (
    Appointment,
    DeliveryRefused,
    DeliverySent,
    Letter,
    NoticeBasis,
    NoticeMade,
    PlannedDelivery,
)
from engine.casework.passport import LANGUAGES
from engine.connectors.contract import (
    JobOutcome,
    JobRequest,
    Json,
    PartnerRefused,
    PartnerUnavailable,
    Success,
)
from engine.connectors.filling import TemplateFault
from engine.connectors.notice.mail import NotDelivered
from engine.connectors.notice.settings import NOTICE_SETTINGS
from engine.connectors.notice.templates import NoticeTemplates
from engine.errors import OnewindowError, Unavailable

WORK_HEADER: Final = "ow:notice"
"""Set on jobs of the engine's own; no model can set it, for it is no setting."""


class Draft(Protocol):
    """Gives what a notice is written from (`engine.runtime.draft_notice`)."""

    def __call__(self, *, job_id: str, template: str) -> NoticeBasis:
        """Reads only. Raises OnewindowError."""
        ...


class LetterOf(Protocol):
    """Gives what a delivery carries (`engine.runtime.draft_notice`)."""

    def __call__(self, delivery_id: str) -> Letter | None:
        """None when nothing is to be sent any more. Raises OnewindowError."""
        ...


class Carrier(Protocol):
    """Carries letters by one channel: `Mail`, `Sms`."""

    def send(self, letter: Letter) -> str:
        """Hand one over; gives the partner's key of it. Raises NotDelivered, PartnerUnavailable, PartnerRefused."""
        ...

    def check(self) -> None:
        """Prove the configuration. Raises PartnerUnavailable, PartnerRefused."""
        ...


class NoticeConnector:
    """The connector `notice`."""

    name: Final = "notice"
    settings: Final = NOTICE_SETTINGS

    def __init__(
        self,
        draft: Draft,
        letter_of: LetterOf,
        carriers: Mapping[Channel, Carrier],
        *,
        quiet: QuietHours | None,
        portal_address: str,
    ) -> None:
        self._draft, self._letter_of = draft, letter_of
        self._carriers = dict(carriers)
        self._quiet = quiet
        self._portal_address = portal_address
        self._templates = NoticeTemplates()

    def call(self, request: JobRequest) -> JobOutcome:
        """Write a notice; or, for the engine: send one. Raises PartnerUnavailable, PartnerRefused."""
        try:
            channel = request.headers.get(WORK_HEADER)
            return self._written(request) if channel is None else self._sent(Channel(channel), request)
        except (PartnerRefused, PartnerUnavailable):
            raise
        except TemplateFault as fault:
            raise PartnerRefused(
                f"The notice cannot be written. {fault}",
                remedy="Correct the template or the variables of the task, deploy, and retry the incident.",
            ) from fault
        except Unavailable as away:
            raise PartnerUnavailable(away.message, retry_after_seconds=away.retry_after_seconds) from away
        except OnewindowError as refused:
            raise PartnerRefused(refused.message, remedy=refused.remedy or "Look at the task's settings.") from refused

    def check(self) -> None:
        """Connect to mail server and gateway, where they are set up. Raises PartnerRefused, PartnerUnavailable."""
        for carrier in self._carriers.values():
            carrier.check()

    def _written(self, request: JobRequest) -> JobOutcome:
        basis = self._draft(job_id=request.job_id, template=request.headers.get("template", ""))
        variables, contact = request.variables, basis.contact
        zone = ZoneInfo((contact.time_zone if contact else None) or basis.country_zone)
        appointment = Appointment.of(variables["appointment"], zone) if variables.get("appointment") else None
        language = language_of(
            request.headers.get("language"),
            contact,
            _language(variables),
            self._templates.languages(basis.template, basis.file_name),
            basis.languages,
        )
        seen = self._seen(basis, language, appointment, variables, zone)
        wording = self._templates.fill(basis.template, basis.file_name, language, seen)
        is_urgent = request.headers.get("urgent") == "true"
        due_at = send_at(basis.now, self._quiet, zone, is_urgent=is_urgent)
        found = addresses(contact, _text(variables.get("mail")), _text(variables.get("mobile")))
        deliveries = tuple(
            PlannedDelivery(channel=channel, address=address, due_at=due_at)
            for channel, address in found.items()
            if channel in self._carriers and (channel is not Channel.sms or wording.sms is not None)
        )
        told = {"language": language, "channels": ["inbox", *(str(one.channel) for one in deliveries)]}
        name = request.headers.get("resultVariable")
        return Success(
            variables={name: told} if name else {},
            effects=(
                NoticeMade(
                    template=request.headers.get("template", ""),
                    wording=wording,
                    is_urgent=is_urgent,
                    appointment=appointment,
                    deliveries=deliveries,
                ),
            ),
        )

    def _sent(self, channel: Channel, request: JobRequest) -> JobOutcome:
        letter = self._letter_of(request.idempotency_key)
        if letter is None:
            return Success()
        carrier = self._carriers.get(channel)
        if carrier is None:
            raise PartnerRefused(
                f"Nothing is set up to send by {channel}.",
                remedy="An operator sets ONEWINDOW_SMTP_HOST or ONEWINDOW_SMS_URL, then retries the incident.",
            )
        try:
            known = carrier.send(letter)
        except NotDelivered as refused:
            ended = DeliveryRefused(delivery_id=letter.delivery.id, code=refused.code, reason=refused.reason)
            return Success(effects=(ended,))
        return Success(effects=(DeliverySent(delivery_id=letter.delivery.id, partner_id=known),))

    def _seen(
        self,
        basis: NoticeBasis,
        language: str,
        appointment: Appointment | None,
        variables: Mapping[str, Json],
        zone: ZoneInfo,
    ) -> Mapping[str, Any]:
        """What the template sees (`templates.SEEN`), every name of it. Times are the reader's."""
        case, country = basis.case, ZoneInfo(basis.country_zone)
        return {
            "case": {
                "number": str(case.number),
                "submitted_on": case.submitted_at.astimezone(country).date(),
                "deadline_on": case.deadline_at.astimezone(country).date() if case.deadline_at else None,
            },
            "service": {
                "key": case.service_key,
                "title": _in(basis.service_title, language),
                "remedy": _in(basis.remedy, language),
            },
            "agency": {"key": case.agency},
            "appointment": {
                "starts_at": appointment.starts_at.astimezone(zone) if appointment else None,
                "ends_at": appointment.ends_at.astimezone(zone) if appointment else None,
                "place": appointment.place if appointment else None,
                "is_cancelled": appointment.is_cancelled if appointment else False,
            },
            "portal": {"address": self._portal_address},
            "data": _plain(variables),
            "language": language,
        }


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def _text(said: Json) -> str | None:
    return said if isinstance(said, str) and said.strip() else None


def _language(variables: Mapping[str, Json]) -> str | None:
    """That of variable `language`, else of the application in variable `case`."""
    said: Any = variables.get("language")
    case = variables.get("case")
    if said is None and isinstance(case, Mapping):
        said = case.get("language")
    return said if said in LANGUAGES else None


def _plain(variables: Mapping[str, Json]) -> Any:
    """Copied through JSON: nothing but texts, numbers, lists and contexts reaches a template."""
    return json.loads(json.dumps(dict(variables), default=_number), parse_float=Decimal)


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)
