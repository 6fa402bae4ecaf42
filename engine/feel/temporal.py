"""Dates, times and durations of FEEL (DMN 1.5, 10.3.2.3): immutable values that Python's own types cannot express.

Years reach from -999,999,999 to 999,999,999; a time may carry an offset or a zone; a duration is either of years and
months or of days and time. Seconds are split into whole seconds and nanoseconds. Text forms are in `temporal_text`.
"""

from __future__ import annotations

import datetime as py
from dataclasses import dataclass
from typing import TypeAlias

from engine.feel.zones import offset_at, offset_of_instant

GREATEST_YEAR = 999_999_999
NANOSECONDS = 1_000_000_000
DAY_SECONDS = 86_400
DAY_NANOSECONDS = DAY_SECONDS * NANOSECONDS
GREATEST_OFFSET = 14 * 3600
"""Offsets reach 14 hours either way (XML Schema 1.1, 3.3.7)."""
GREATEST_DURATION = (2 * GREATEST_YEAR + 2) * 366 * DAY_NANOSECONDS

_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    """Whether a year has a 29th of February (proleptic Gregorian)."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """Length of a month in days."""
    return 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A calendar day. Raises ValueError when there is no such day."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if not -GREATEST_YEAR <= self.year <= GREATEST_YEAR:
            raise ValueError(f"expected a year up to {GREATEST_YEAR}, found {self.year}")
        if not 1 <= self.month <= 12:
            raise ValueError(f"expected a month from 1 to 12, found {self.month}")
        if not 1 <= self.day <= days_in_month(self.year, self.month):
            raise ValueError(f"expected a day that {self.year}-{self.month:02} has, found {self.day}")

    @classmethod
    def of_days(cls, days: int) -> Date:
        """The day that many days after 1970-01-01."""
        z = days + 719_468
        era, doe = divmod(z, 146_097)
        yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
        doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
        mp = (5 * doy + 2) // 153
        month = mp + 3 if mp < 10 else mp - 9
        return cls(yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) // 5 + 1)

    def days(self) -> int:
        """Days since 1970-01-01 (Howard Hinnant's days_from_civil)."""
        year = self.year - (self.month <= 2)
        era, yoe = divmod(year, 400)
        doy = (153 * (self.month + (-3 if self.month > 2 else 9)) + 2) // 5 + self.day - 1
        return era * 146_097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719_468

    def weekday(self) -> int:
        """1 for Monday to 7 for Sunday (ISO 8601)."""
        return (self.days() + 3) % 7 + 1

    def day_of_year(self) -> int:
        """1 for the first of January."""
        return self.days() - Date(self.year, 1, 1).days() + 1

    def week_of_year(self) -> int:
        """Number of the ISO 8601 week: the first week is the one with the year's first Thursday."""
        thursday = Date.of_days(self.days() - self.weekday() + 4)
        return (thursday.day_of_year() - 1) // 7 + 1

    def plus_months(self, months: int) -> Date:
        """The same day of another month, or that month's last day when it has no such day."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Date(year, month + 1, min(self.day, days_in_month(year, month + 1)))


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day: local, with an offset (seconds east), or with a zone (IANA name), never both."""

    hour: int
    minute: int
    second: int = 0
    nanosecond: int = 0
    offset: int | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.hour <= 23 and 0 <= self.minute <= 59 and 0 <= self.second <= 59):
            raise ValueError(f"expected a time of day, found {self.hour}:{self.minute:02}:{self.second:02}")
        if not 0 <= self.nanosecond < NANOSECONDS:
            raise ValueError(f"expected less than a second of nanoseconds, found {self.nanosecond}")
        if self.offset is not None and abs(self.offset) > GREATEST_OFFSET:
            raise ValueError(f"expected an offset of at most 14 hours, found {self.offset} seconds")

    def of_day(self) -> int:
        """Nanoseconds since local midnight."""
        return (self.hour * 3600 + self.minute * 60 + self.second) * NANOSECONDS + self.nanosecond

    def shifted(self, nanoseconds: int) -> tuple[int, Time]:
        """Days carried, and the time that much later."""
        days, rest = divmod(self.of_day() + nanoseconds, DAY_NANOSECONDS)
        seconds, nanosecond = divmod(rest, NANOSECONDS)
        return days, Time(seconds // 3600, seconds // 60 % 60, seconds % 60, nanosecond, self.offset, self.zone)

    def utc_offset(self) -> int | None:
        """Seconds east of Greenwich; a zone without a date takes its standard offset; None for a local time."""
        if self.zone is None:
            return self.offset
        return min(offset_at(self.zone, 2021, month, 1, 12, 0) for month in (1, 7))

    def instant(self) -> int:
        """Nanoseconds since midnight at Greenwich; a local time counts as there."""
        return self.of_day() - (self.utc_offset() or 0) * NANOSECONDS


@dataclass(frozen=True, slots=True)
class DateTime:
    """A day and a time of day, local or placed on the world's time line by offset or zone."""

    date: Date
    time: Time

    @classmethod
    def from_python(cls, moment: py.datetime) -> DateTime:
        """Python's datetime; its zone's name is kept where it has one."""
        zone = getattr(moment.tzinfo, "key", None)
        offset = None if zone else moment.utcoffset()
        seconds = None if offset is None else int(offset.total_seconds())
        time = Time(moment.hour, moment.minute, moment.second, moment.microsecond * 1000, seconds, zone)
        return cls(Date(moment.year, moment.month, moment.day), time)

    def utc_offset(self) -> int | None:
        """Seconds east of Greenwich at this moment; None for a local one."""
        zone = self.time.zone
        if zone is None:
            return self.time.offset
        day = self.date
        return offset_at(zone, day.year, day.month, day.day, self.time.hour, self.time.minute)

    def local(self) -> int:
        """Nanoseconds since 1970-01-01T00:00 on its own clock."""
        return self.date.days() * DAY_NANOSECONDS + self.time.of_day()

    def instant(self) -> int:
        """Nanoseconds since 1970-01-01T00:00Z; a local moment counts as UTC."""
        return self.local() - (self.utc_offset() or 0) * NANOSECONDS

    def plus(self, nanoseconds: int) -> DateTime:
        """The moment that much later on its own clock; with a zone, on the world's time line."""
        if self.time.zone is None:
            days, time = self.time.shifted(nanoseconds)
            return DateTime(Date.of_days(self.date.days() + days), time)
        return DateTime.of_instant(self.instant() + nanoseconds, zone=self.time.zone)

    @classmethod
    def of_instant(cls, instant: int, *, zone: str | None = None, offset: int = 0) -> DateTime:
        """The moment of a count of nanoseconds since 1970-01-01T00:00Z, told with a zone or an offset."""
        if zone is not None:
            days, rest = divmod(instant, DAY_NANOSECONDS)
            day, minutes = Date.of_days(days), rest // (60 * NANOSECONDS)
            offset = offset_of_instant(zone, day.year, day.month, day.day, minutes // 60, minutes % 60)
        base = Time(0, 0, 0, 0, None if zone else offset, zone)
        carried, time = base.shifted(instant + offset * NANOSECONDS)
        return cls(Date.of_days(carried), time)

    def plus_months(self, months: int) -> DateTime:
        """The same time of the same day of another month."""
        return DateTime(self.date.plus_months(months), self.time)

    def to_python(self) -> py.datetime:
        """Python's datetime, cut to microseconds. Raises ValueError outside of years 1 to 9999."""
        offset = self.utc_offset()
        zone = None if offset is None else py.timezone(py.timedelta(seconds=offset))
        day, time = self.date, self.time
        return py.datetime(
            day.year, day.month, day.day, time.hour, time.minute, time.second, time.nanosecond // 1000, zone
        )


@dataclass(frozen=True, slots=True, order=True)
class DaysDuration:
    """A length of days and time."""

    nanoseconds: int

    def __post_init__(self) -> None:
        if abs(self.nanoseconds) > GREATEST_DURATION:
            raise ValueError("expected a duration between two dates that FEEL can express")

    @classmethod
    def of_seconds(cls, seconds: int) -> DaysDuration:
        """A length in whole seconds."""
        return cls(seconds * NANOSECONDS)

    def parts(self) -> tuple[int, int, int, int, int]:
        """Days, hours, minutes, seconds and nanoseconds; each carries the sign of the whole."""
        sign = -1 if self.nanoseconds < 0 else 1
        seconds, nanos = divmod(abs(self.nanoseconds), NANOSECONDS)
        days, rest = divmod(seconds, DAY_SECONDS)
        return sign * days, sign * (rest // 3600), sign * (rest // 60 % 60), sign * (rest % 60), sign * nanos

    def to_python(self) -> py.timedelta:
        """Python's timedelta, cut to microseconds. Raises OverflowError beyond its reach."""
        return py.timedelta(microseconds=self.nanoseconds // 1000)


@dataclass(frozen=True, slots=True, order=True)
class MonthsDuration:
    """A length of years and months."""

    months: int

    def __post_init__(self) -> None:
        if abs(self.months) > 12 * (2 * GREATEST_YEAR + 1):
            raise ValueError("expected a duration between two dates that FEEL can express")

    def parts(self) -> tuple[int, int]:
        """Years and months; both carry the sign of the whole."""
        sign = -1 if self.months < 0 else 1
        years, months = divmod(abs(self.months), 12)
        return sign * years, sign * months


def months_between(start: Date, end: Date) -> int:
    """Whole months from one day to another, cut towards zero (years and months duration())."""
    if end < start:
        return -months_between(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


Temporal: TypeAlias = Date | Time | DateTime | DaysDuration | MonthsDuration
