"""Statutory time: when a term of so many days ends, and which days count.

The rule, as administrative law commonly has it (Regulation (EEC, Euratom) No 1182/71, article 3, says it most clearly;
laws on administrative proceedings follow the same pattern):

1. The day of the event is not counted: the first counted day is the day after it, local time.
2. A term of days, weeks, months or years ends with the last hour of its last day. A month later is the same day of the
   month, or the last day of a month that has no such day.
3. When the last day is not a working day, the term ends with the next working day.
4. A term in working days counts working days only.
5. A term with hours, minutes or seconds runs from moment to moment, and nothing is rounded.

Pure: the days that a government moves by decree are handed in as `days_off` and `extra_working_days`; the public
holidays themselves come from the package `holidays`. Stops of the clock live in `engine.casework.term`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from engine.errors import Invalid

_ISO: Final = re.compile(
    r"P(?=[0-9T])(?:(?P<years>\d{1,9})Y)?(?:(?P<months>\d{1,9})M)?(?:(?P<weeks>\d{1,9})W)?(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})S)?)?",
    re.ASCII,
)
_LONGEST_YEARS: Final = 100
_LAST_YEAR: Final = 9999
_LAST_SECOND: Final = time(23, 59, 59)
_OPENING: Final = time(9)


class Counting(StrEnum):
    """Which days of a term count."""

    calendar_days = "calendar-days"
    working_days = "working-days"


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time as ISO 8601 writes it, such as `P10D`, `P1M` or `PT30M`; never negative, at most 100 years."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: int = 0

    def __post_init__(self) -> None:
        if min(self._parts()) < 0:
            raise Invalid("Expected a length of time of zero or more, found a negative one.", remedy=_REMEDY)
        elapsed_days = self.weeks * 7 + self.days + (self.hours * 3600 + self.minutes * 60 + self.seconds) / 86400
        if (self.years * 12 + self.months) / 12 + elapsed_days / 365 > _LONGEST_YEARS:
            raise Invalid(f"Expected a length of at most {_LONGEST_YEARS} years, found a longer one.", remedy=_REMEDY)

    @classmethod
    def parse(cls, text: str) -> Length:
        """Read `P1Y2M3W4DT5H6M7S`, parts left out at will. Raises Invalid on anything else, fractions included."""
        found = _ISO.fullmatch(text)
        if found is None:
            raise Invalid(f"Expected a length of time such as P10D, found {text!r:.60}.", remedy=_REMEDY)
        return cls(**{name: int(digits) for name, digits in found.groupdict(default="0").items()})

    @property
    def is_zero(self) -> bool:
        """Whether it is no time at all."""
        return not any(self._parts())

    @property
    def has_time(self) -> bool:
        """Whether it counts hours, minutes or seconds, and so runs from moment to moment."""
        return any((self.hours, self.minutes, self.seconds))

    def _parts(self) -> tuple[int, ...]:
        return tuple(getattr(self, field.name) for field in fields(self))

    def last_day_after(self, first: date) -> date:
        """The last day of a term of this length after a day, before it moves on to a working day."""
        return _months_later(first, self.years * 12 + self.months) + timedelta(days=self.weeks * 7 + self.days)

    def __add__(self, other: Length) -> Length:
        """Part by part: a month and ten days. Raises Invalid beyond 100 years."""
        return Length(*(one + more for one, more in zip(self._parts(), other._parts(), strict=True)))

    def __str__(self) -> str:
        def written(letters: str, numbers: tuple[int, ...]) -> str:
            return "".join(f"{number}{letter}" for letter, number in zip(letters, numbers, strict=True) if number)

        on_the_clock = written("HMS", (self.hours, self.minutes, self.seconds))
        in_days = written("YMWD", (self.years, self.months, self.weeks, self.days))
        return f"P{in_days}{'T' * bool(on_the_clock)}{on_the_clock}" if in_days or on_the_clock else "P0D"


_REMEDY: Final = "Write it as ISO 8601 does, in whole numbers: P10D, P1M, P2W, PT30M; at most 100 years."


class DayKind(StrEnum):
    """What a day is to those who count working days."""

    working = "working"
    extra_working = "extra-working"
    """A decree made it a working day."""
    weekend = "weekend"
    holiday = "holiday"
    day_off = "day-off"
    """A decree made it free, or the agency is closed."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The working days of one country, and its time zone."""

    country: str
    """ISO 3166-1 code of two capitals, such as AZ."""
    days_off: frozenset[date] = frozenset()
    """Days that a decree made free, beyond the public holidays."""
    extra_working_days: frozenset[date] = frozenset()
    """Days that a decree made working days, whatever else they are."""
    timezone: str = "Asia/Baku"
    """Name in the IANA database; days begin and end there."""

    def __post_init__(self) -> None:
        if self.country not in holidays.list_supported_countries(include_aliases=False):
            raise Invalid(
                f"There are no public holidays known for {self.country!r:.20}.", remedy="Use a code such as AZ."
            )
        both = self.days_off & self.extra_working_days
        if both:
            raise Invalid(f"{min(both)} is named both as a day off and as a working day.", remedy="Name it once.")
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError) as unknown:
            raise Invalid(f"There is no time zone {self.timezone!r:.60}.", remedy="Use Asia/Baku or such.") from unknown

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on this day."""
        table = self._working_days_of(day.year)
        return table[bisect_right(table, day.toordinal()) - 1] == day.toordinal() if table else False

    def kind_of(self, day: date) -> DayKind:
        """What a day is."""
        if day in self.extra_working_days:
            return DayKind.extra_working
        if self.is_working_day(day):
            return DayKind.working
        if day in self.days_off:
            return DayKind.day_off
        return DayKind.holiday if self.holiday_name(day) else DayKind.weekend

    def holiday_name(self, day: date, language: str = "en_US") -> str:
        """The name of a public holiday, in a language that the country's table has; empty for other days."""
        return str(_public_holidays(self.country, day.year, language).get(day, ""))

    def closed_on(self, days: Iterable[date]) -> WorkingCalendar:
        """The calendar of an agency that is closed on more days. A day that a decree made a working day stays one."""
        closed = frozenset(days) - self.extra_working_days
        return replace(self, days_off=self.days_off | closed) if closed else self

    def local(self, at: datetime) -> datetime:
        """A moment as the clocks of the country show it."""
        if at.tzinfo is None:
            raise ValueError("Expected a moment with a time zone, found a naive one.")
        return at.astimezone(ZoneInfo(self.timezone))

    def local_day(self, at: datetime) -> date:
        """The day it is, at a moment, in the calendar's time zone."""
        return self.local(at).date()

    def add(self, start: datetime, length: Length, counting: Counting = Counting.calendar_days) -> datetime:
        """The deadline of a term that an event at `start` sets running: the last second in time, local time.

        A zero length is due at once. Working days are counted in days only (`P10D`); weeks, months, years and a time
        of day beside days are refused there. Raises Invalid. Examples, AZ: three working days after 19 March 2026 end
        on 2 April 2026 (Novruz and a weekend lie between); ten days after a Wednesday end on a Monday.
        """
        zone = ZoneInfo(self.timezone)
        if length.is_zero:
            return start.astimezone(zone)
        try:
            first = self.local_day(start)
            if counting is Counting.working_days:
                return self._end_of(self._working_day_after(first, days_only(length)))
            if length.has_time:
                return self._moments_later(start.astimezone(zone), length)
            return self._end_of(self._working_day_from(length.last_day_after(first)))
        except OverflowError as beyond:
            raise Invalid(
                "The term would end after the year 9999.", remedy="Check the date it starts from."
            ) from beyond

    def due(self, start: datetime, duration: str, counting: str) -> datetime:
        """The same for what a model says in text: `P10D`, `working-days`. Raises Invalid."""
        if counting not in list(Counting):
            raise Invalid(f"Expected one of {', '.join(Counting)}, found {counting!r:.40}.", remedy="Name one of them.")
        return self.add(start, Length.parse(duration), Counting(counting))

    def counted_days_between(self, start: datetime, end: datetime, counting: Counting = Counting.calendar_days) -> int:
        """How many days of a term have been counted from an event at `start` until the day of `end`, inclusive.

        The day of the event is not counted, so two moments of one day have none between them. Raises Invalid when
        `end` lies on an earlier day.
        """
        return self.counted_days(self.local_day(start), self.local_day(end), counting)

    def counted_days(self, first: date, last: date, counting: Counting = Counting.calendar_days) -> int:
        """How many days count after a day, until another, inclusive. Raises Invalid when that lies before it."""
        if last < first:
            raise Invalid(f"Expected an end on or after {first}, found {last}.", remedy="Swap the two moments.")
        if counting is Counting.calendar_days:
            return (last - first).days
        if first.year == last.year:
            return self._working_days_up_to(last) - self._working_days_up_to(first)
        between = sum(len(self._working_days_of(year)) for year in range(first.year, last.year))
        return between - self._working_days_up_to(first) + self._working_days_up_to(last)

    def later(self, day: date, number: int, counting: Counting = Counting.calendar_days) -> date:
        """The day that is so many counted days after a day; the day itself for none. Raises OverflowError."""
        if number == 0:
            return day
        return self._working_day_after(day, number) if counting is Counting.working_days else day + timedelta(number)

    def morning_of(self, day: date) -> datetime:
        """When offices open on a day, local time."""
        return datetime.combine(day, _OPENING, ZoneInfo(self.timezone))

    def earlier(self, day: date, number: int, counting: Counting = Counting.calendar_days) -> date:
        """The last day from which so many counted days lead to a day, that one included."""
        found = day
        while self.counted_days(found, day, counting) < number:
            found -= timedelta(days=1)
        return found

    def end_from(self, day: date) -> datetime:
        """The last second of a day, or of the next working day when it is none (rules 2 and 3)."""
        return self._end_of(self._working_day_from(day))

    def _end_of(self, day: date) -> datetime:
        return datetime.combine(day, _LAST_SECOND, ZoneInfo(self.timezone))

    def _moments_later(self, start: datetime, length: Length) -> datetime:
        day = _months_later(start.date(), length.years * 12 + length.months)
        moved = start.replace(year=day.year, month=day.month, day=day.day)
        elapsed = timedelta(
            weeks=length.weeks, days=length.days, hours=length.hours, minutes=length.minutes, seconds=length.seconds
        )
        return (moved.astimezone(UTC) + elapsed).astimezone(start.tzinfo)

    def _working_day_from(self, day: date) -> date:
        """The day itself when it is a working day, else the next one."""
        return day if self.is_working_day(day) else self._working_day_after(day, 1)

    def _working_day_after(self, day: date, number: int) -> date:
        """The `number`th working day after a day: whole years are skipped by their count."""
        year, number = day.year, number + self._working_days_up_to(day)
        while number > len(self._working_days_of(year)):
            number -= len(self._working_days_of(year))
            year += 1
            if year > _LAST_YEAR:
                raise OverflowError
        return date.fromordinal(self._working_days_of(year)[number - 1])

    def _working_days_up_to(self, day: date) -> int:
        """How many working days its year has until a day, inclusive."""
        return bisect_right(self._working_days_of(day.year), day.toordinal())

    def _working_days_of(self, year: int) -> tuple[int, ...]:
        return _working_days(self.country, self.days_off, self.extra_working_days, year)


@lru_cache(maxsize=2048)
def _working_days(
    country: str, days_off: frozenset[date], extra_working_days: frozenset[date], year: int
) -> tuple[int, ...]:
    """The working days of a year as ordinals, in order."""
    public = holidays.country_holidays(country, years=year)
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(365 + (monthrange(year, 2)[1] == 29)))
    return tuple(
        day.toordinal()
        for day in days
        if day in extra_working_days or (day not in days_off and public.is_working_day(day))
    )


@lru_cache(maxsize=512)
def _public_holidays(country: str, year: int, language: str) -> Mapping[date, str]:
    known = holidays.country_holidays(country).supported_languages
    return dict(holidays.country_holidays(country, years=year, language=language if language in known else None))


def days_only(length: Length) -> int:
    """The days of a length that working days can be counted by. Raises Invalid for one of weeks, months or hours."""
    if length != Length(days=length.days):
        raise Invalid(
            f"Expected a term in working days to be written in days, found {length}.",
            remedy="Write P10D for ten working days, or count in calendar days.",
        )
    return length.days


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > _LAST_YEAR:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
