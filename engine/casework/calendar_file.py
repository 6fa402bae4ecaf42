"""The calendar file of an appointment (iCalendar, RFC 5545): what a citizen's calendar takes from a mail or the inbox.

One appointment of a case has one UID, whichever notice speaks of it, so that a calendar moves or removes the entry it
has. SEQUENCE grows with time: minutes since 2020.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from icalendar import Calendar, Event

from engine.casework.notice import Notice

FILE_NAME: Final = "appointment.ics"
_SINCE: Final = datetime(2020, 1, 1, tzinfo=UTC)


def method_of(notice: Notice) -> str:
    """What a calendar does with the file (RFC 5546, 1.4): PUBLISH or CANCEL."""
    return "CANCEL" if notice.appointment is not None and notice.appointment.is_cancelled else "PUBLISH"


def calendar_file(notice: Notice, domain: str) -> bytes | None:
    """The file, for the appointment of a notice; None when it has none. `domain` makes the UID the world's only one."""
    appointment = notice.appointment
    if appointment is None:
        return None
    event = Event()
    event.add("uid", f"{notice.case_id}-{appointment.key}@{domain}")
    event.add("sequence", int((notice.created_at - _SINCE).total_seconds()) // 60)
    event.add("dtstamp", notice.created_at.astimezone(UTC))
    event.add("dtstart", appointment.starts_at.astimezone(UTC))
    event.add("dtend", appointment.ends_at.astimezone(UTC))
    event.add("summary", notice.subject)
    event.add("description", notice.text)
    if appointment.place:
        event.add("location", appointment.place)
    event.add("status", "CANCELLED" if appointment.is_cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//Onewindow//Notices//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method_of(notice))
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
