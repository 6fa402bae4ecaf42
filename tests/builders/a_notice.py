"""`a_notice()`, `a_delivery()`, `a_letter()`: what an applicant was told, and how it is on its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.casework.contact import Channel
from engine.casework.notice import Appointment, Delivery, Letter, Notice, NoticeBasis
from engine.identity import new_key
from tests.builders.a_case import a_case

AT = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
APPOINTMENT = Appointment(
    starts_at=AT + timedelta(days=2), ends_at=AT + timedelta(days=2, minutes=30), place="Unit 3, Bakı"
)


def a_notice(**said: Any) -> Notice:
    """One that lies unread in an inbox."""
    values: dict[str, Any] = {
        "id": new_key(),
        "job_id": new_key(),
        "instance_id": new_key(),
        "case_id": new_key(),
        "agency": "city",
        "service_key": "permit",
        "recipient": "c" * 26,
        "template": "decided",
        "language": "az",
        "subject": "Qərar qəbul edildi: ərizəniz təmin olunub",
        "text": "Hörmətli ərizəçi,\n\nqərar qəbul edildi.",
        "created_at": AT,
    }
    return Notice(**{**values, **said})


def a_notice_basis(**said: Any) -> NoticeBasis:
    """What one is written from, for an applicant who said nothing of how she wants to be reached."""
    values: dict[str, Any] = {
        "case": a_case(),
        "template": "subject: {az: Qərar, en: Decision, ru: Решение}\n"
        "text: {az: Oxuyun., en: Read it., ru: Прочтите.}\n",
        "file_name": "decided.notice.yaml",
        "service_title": {"az": "Vəsiqə"},
        "remedy": {"az": "Məhkəməyə şikayət."},
        "contact": None,
        "country_zone": "Asia/Baku",
        "languages": ("az", "en", "ru"),
        "now": AT,
    }
    return NoticeBasis(**{**values, **said})


def a_delivery(notice: Notice | None = None, **said: Any) -> Delivery:
    """One by mail that waits."""
    of = notice or a_notice()
    values: dict[str, Any] = {
        "id": new_key(),
        "notice_id": of.id,
        "instance_id": of.instance_id,
        "case_id": of.case_id,
        "channel": Channel.mail,
        "address": "rashad@example.az",
        "due_at": AT,
    }
    return Delivery(**{**values, **said})


def a_letter(channel: Channel = Channel.mail, address: str = "rashad@example.az", **said: Any) -> Letter:
    """A delivery with its notice."""
    notice = a_notice(**said)
    return Letter(delivery=replace(a_delivery(notice), channel=channel, address=address), notice=notice)
