"""Text forms of FEEL's temporal values: reading and writing (DMN 1.5, 10.3.2.3 and 10.3.4.1; XML Schema, XPath).

A reader gives None when the text is no such value; it never raises.
"""

from __future__ import annotations

import re

from engine.feel.temporal import (
    DAY_SECONDS,
    GREATEST_OFFSET,
    NANOSECONDS,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Temporal,
    Time,
)
from engine.feel.zones import zone_info

LONGEST_TEXT = 100
"""No temporal value needs more characters."""

_DATE = r"(?P<year>-?(?:[1-9]\d{4,8}|\d{4}))-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = (
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?:(?P<utc>[zZ])|(?P<sign>[+-])(?P<oh>\d\d):(?P<om>\d\d)(?::(?P<os>\d\d))?|@(?P<zone>[A-Za-z][A-Za-z0-9_+\-/]*))?"
)
_DATE_TEXT = re.compile(_DATE, re.ASCII)
_TIME_TEXT = re.compile(_TIME, re.ASCII)
_DATE_TIME_TEXT = re.compile(f"{_DATE}T{_TIME}", re.ASCII)
_MONTHS_TEXT = re.compile(r"(-)?P(?=\d)(?:(\d{1,20})Y)?(?:(\d{1,20})M)?", re.ASCII)
_DAYS_TEXT = re.compile(
    r"(-)?P(?=[\dT])(?:(\d{1,20})D)?(?:T(?=\d)(?:(\d{1,20})H)?(?:(\d{1,20})M)?(?:(\d{1,20})(?:\.(\d{0,20}))?S)?)?",
    re.ASCII,
)


def read_date(text: str) -> Date | None:
    """`2017-02-28`; years of more than four digits and negative ones too."""
    match = _DATE_TEXT.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    return None if match is None else _date(match)


def read_time(text: str) -> Time | None:
    """`23:59:00`, with a fraction, `Z`, an offset `+02:00` or a zone `@Europe/Paris`."""
    match = _TIME_TEXT.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    return None if match is None else _time(match)


def read_date_time(text: str) -> DateTime | None:
    """`2017-02-28T23:59:00Z` and the like; a date alone is midnight of that day."""
    match = _DATE_TIME_TEXT.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if match is None:
        day = read_date(text)
        return None if day is None else DateTime(day, Time(0, 0, 0))
    hour = match["hour"]
    if hour == "24" and match["minute"] == match["second"] == "00":
        return _end_of_day(text)
    day, time = _date(match), _time(match)
    return None if day is None or time is None else DateTime(day, time)


def read_duration(text: str) -> DaysDuration | MonthsDuration | None:
    """`P1Y2M` or `P1DT2H3M4.5S`, with a leading minus or without; years with days are no FEEL duration."""
    if len(text) > LONGEST_TEXT:
        return None
    try:
        months = _MONTHS_TEXT.fullmatch(text)
        if months is not None:
            count = int(months[2] or 0) * 12 + int(months[3] or 0)
            return MonthsDuration(-count if months[1] else count)
        days = _DAYS_TEXT.fullmatch(text)
        if days is None:
            return None
        seconds = (
            int(days[2] or 0) * DAY_SECONDS + int(days[3] or 0) * 3600 + int(days[4] or 0) * 60 + int(days[5] or 0)
        )
        total = seconds * NANOSECONDS + _nanoseconds(days[6])
        return DaysDuration(-total if days[1] else total)
    except ValueError:
        return None


def read_temporal(text: str) -> Temporal | None:
    """Whatever an at-literal `@"..."` holds."""
    if text.startswith(("P", "-P")):
        return read_duration(text)
    return read_date(text) or read_time(text) or read_date_time(text)


def write_temporal(value: Temporal) -> str:
    """FEEL's string(): the canonical text, which the readers read back as the same value."""
    if isinstance(value, Date):
        return _write_date(value)
    if isinstance(value, Time):
        return _write_time(value)
    if isinstance(value, DateTime):
        return f"{_write_date(value.date)}T{_write_time(value.time)}"
    if isinstance(value, MonthsDuration):
        return _write_months(value)
    return _write_days(value)


def _nanoseconds(fraction: str | None) -> int:
    return int((fraction or "")[:9].ljust(9, "0"))


def _date(match: re.Match[str]) -> Date | None:
    if match["year"] == "-0000":
        return None
    try:
        return Date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def _time(match: re.Match[str]) -> Time | None:
    offset: int | None = None
    if match["utc"]:
        offset = 0
    elif match["sign"]:
        if int(match["om"]) > 59 or int(match["os"] or 0) > 59:
            return None
        offset = int(match["oh"]) * 3600 + int(match["om"]) * 60 + int(match["os"] or 0)
        if offset > GREATEST_OFFSET:
            return None
        offset = -offset if match["sign"] == "-" else offset
    zone = match["zone"]
    if zone is not None and zone_info(zone) is None:
        return None
    if match["hour"] == "24" and match["minute"] == match["second"] == "00" and not int(match["fraction"] or 0):
        return Time(0, 0, 0, 0, offset, zone)
    try:
        nanoseconds = _nanoseconds(match["fraction"])
        return Time(int(match["hour"]), int(match["minute"]), int(match["second"]), nanoseconds, offset, zone)
    except ValueError:
        return None


def _end_of_day(text: str) -> DateTime | None:
    """24:00:00 is midnight of the next day (XML Schema 1.1, 3.3.7)."""
    start = read_date_time(text.replace("T24:", "T00:", 1))
    try:
        return start and DateTime(Date.of_days(start.date.days() + 1), start.time)
    except ValueError:
        return None


def _write_date(day: Date) -> str:
    sign = "-" if day.year < 0 else ""
    return f"{sign}{abs(day.year):04}-{day.month:02}-{day.day:02}"


def _write_time(time: Time) -> str:
    text = f"{time.hour:02}:{time.minute:02}:{time.second:02}"
    if time.nanosecond:
        text += f".{time.nanosecond:09}".rstrip("0")
    if time.zone is not None:
        return f"{text}@{time.zone}"
    if time.offset is None:
        return text
    if time.offset == 0:
        return f"{text}Z"
    minutes, seconds = divmod(abs(time.offset), 60)
    text += f"{'-' if time.offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def _write_months(value: MonthsDuration) -> str:
    years, months = divmod(abs(value.months), 12)
    sign = "-" if value.months < 0 else ""
    if not value.months:
        return "P0M"
    return f"{sign}P{f'{years}Y' if years else ''}{f'{months}M' if months else ''}"


def _write_days(value: DaysDuration) -> str:
    if not value.nanoseconds:
        return "PT0S"
    days, hours, minutes, seconds, nanos = (abs(part) for part in value.parts())
    text = "-P" if value.nanoseconds < 0 else "P"
    text += f"{days}D" if days else ""
    if hours or minutes or seconds or nanos:
        text += "T" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if seconds or nanos:
            text += (f"{seconds}.{nanos:09}".rstrip("0") if nanos else f"{seconds}") + "S"
    return text
