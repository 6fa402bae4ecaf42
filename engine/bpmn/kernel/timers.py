"""When a timer fires: dates, durations and cycles (BPMN 2.0.2, 10.5.5.5, table 10.100; ISO 8601).

A date or a duration is a text or a FEEL value. A cycle is `R3/PT1H`, `R/P1D`, or with a start `R3/<date>/PT1H`; each
firing is due one interval after the firing before was due. An interval must be longer than nothing; a negative
duration, an empty text and anything beyond the year 9999 are refused, never guessed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.port import TermCalendar
from engine.bpmn.model import TimerKind
from engine.feel import Date, DateTime, DaysDuration, MonthsDuration, read_date_time, to_text

_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,](\d{1,9}))?S)?)?",
    re.ASCII,
)
_CYCLE = re.compile(r"R(\d{0,9})/(?:([^/]+)/)?(P[^/]*)", re.ASCII)
_REMEDY = "Write an ISO 8601 date such as 2026-05-01T09:00:00Z, a duration such as P10D, or a cycle such as R3/PT1H."


@dataclass(frozen=True, slots=True)
class Due:
    """The next firing of a timer."""

    at: datetime
    duration: str | None = None
    """The length it was computed from."""
    remaining: int | None = None
    """Firings left after this one; None when it is no cycle, -1 when it has no bound."""


def first_due(
    kind: TimerKind, value: Any, now: datetime, calendar: TermCalendar | None = None, counting: str | None = None
) -> Due:
    """The first firing of a timer whose expression gave `value`. Raises Fault `bad-timer`."""
    if kind is TimerKind.date:
        return Due(moment(value))
    text = _duration_text(value)
    if kind is TimerKind.duration:
        return Due(after(now, text, calendar, counting), text)
    cycle = _CYCLE.fullmatch(text.strip())
    if cycle is None:
        raise _bad(f"Expected a cycle of ISO 8601, found {text[:80]!r}.")
    count, start, interval = cycle[1], cycle[2], cycle[3]
    if count and int(count) == 0:
        raise _bad("Expected a cycle that fires at least once, found R0.")
    if _parts(interval) == (0, timedelta()):
        raise _bad(f"Expected an interval longer than nothing, found {text[:80]!r}.")
    remaining = int(count) - 1 if count else -1
    if start is not None:
        return Due(moment(start), interval, remaining)
    return Due(after(now, interval, calendar, counting), interval, remaining)


def next_due(last: Due, calendar: TermCalendar, counting: str | None) -> Due | None:
    """The firing of a cycle after one that was due; None when there is none left. Raises Fault `bad-timer`."""
    if not last.remaining or last.duration is None:
        return None
    remaining = last.remaining - 1 if last.remaining > 0 else -1
    return Due(after(last.at, last.duration, calendar, counting), last.duration, remaining)


def moment(value: Any) -> datetime:
    """A date and time in UTC; a date alone is its midnight, a local time counts as UTC. Raises Fault `bad-timer`."""
    if isinstance(value, str):
        value = read_date_time(value.strip())
    try:
        if isinstance(value, Date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        if isinstance(value, DateTime):
            read = value.to_python()
            return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError) as beyond:
        raise _bad("Expected a moment in the years 1 to 9999.") from beyond
    raise _bad("Expected a date and time of ISO 8601.")


def after(start: datetime, text: str, calendar: TermCalendar | None = None, counting: str | None = None) -> datetime:
    """The moment a duration after another; days counted by law where `counting` says how. Raises Fault `bad-timer`."""
    months, rest = _parts(text)
    try:
        if counting and calendar is not None:
            return calendar.due(start, text, counting).astimezone(UTC)
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        if year > 9999:
            raise OverflowError
        day = min(start.day, monthrange(year, month + 1)[1])
        return start.replace(year=year, month=month + 1, day=day) + rest
    except (OverflowError, ValueError) as beyond:
        raise _bad(f"Expected a moment before the year 10000, but {text[:80]!r} leads beyond.") from beyond


def check_static(kind: TimerKind, text: str) -> None:
    """Whether a timer written as static text can ever fire. Raises Fault `bad-timer`."""
    first_due(kind, text, datetime(2026, 1, 1, tzinfo=UTC))


def _duration_text(value: Any) -> str:
    if isinstance(value, DaysDuration | MonthsDuration):
        return to_text(value) or ""
    if isinstance(value, str):
        return value.strip()
    raise _bad("Expected a duration of ISO 8601.")


def _parts(text: str) -> tuple[int, timedelta]:
    """Months, and the rest."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise _bad(f"Expected a duration of ISO 8601 that is not negative, found {text[:80]!r}.")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:7])
    micro = int((match[8] or "")[:6].ljust(6, "0"))
    try:
        rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)
    except OverflowError as beyond:
        raise _bad(f"Expected a shorter duration than {text[:80]!r}.") from beyond
    return years * 12 + months, rest


def _bad(message: str) -> Fault:
    return Fault("bad-timer", message, _REMEDY)
