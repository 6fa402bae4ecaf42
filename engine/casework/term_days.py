"""A term day by day: which days count, which do not, and why. Pure.

The same rules as `Term.deadline`: the counted days of this list are as many as the term has. A term in months is told
in the days that the calendar makes of it; one from moment to moment has no days to tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from engine.calendar import Counting, DayKind, WorkingCalendar
from engine.casework.term import Term

_MOST_DAYS: Final = 4_000
"""Told of one term: eleven years."""


class Why(StrEnum):
    """Why a day counts or not."""

    event = "event"
    """The day of the event is not counted."""
    counted = "counted"
    extra_working = "extra-working"
    """Counted: a decree made it a working day."""
    weekend = "weekend"
    holiday = "holiday"
    day_off = "day-off"
    closed = "closed"
    """The agency is closed."""
    stopped = "stopped"
    """The clock stands still."""
    moved = "moved"
    """The last day must be a working day, and this is none."""
    last = "last"
    """Beyond the days of the term: it ends here, for this is a working day."""


@dataclass(frozen=True, slots=True)
class TermDay:
    """One day of a term."""

    day: date
    why: Why
    number: int | None = None
    """Which day of the term it is; None for one that is not counted."""
    name: str = ""
    """Of the holiday, or why the agency is closed."""


def days_of(
    term: Term, calendar: WorkingCalendar, now: datetime, closures: Mapping[date, str] | None = None
) -> tuple[TermDay, ...]:
    """The days of a term from its event to its end; while the clock stands still, until now.

    `calendar` knows the closures as days off; `closures` say why.
    """
    length = term.whole_length
    if length.has_time or length.is_zero:
        return ()
    return tuple(_days(_Counted(term, calendar, closures or {}, now)))


@dataclass(frozen=True, slots=True)
class _Counted:
    term: Term
    calendar: WorkingCalendar
    closures: Mapping[date, str]
    now: datetime

    @property
    def total(self) -> int:
        """Days of the term, however many days off lie between."""
        if self.term.counting is Counting.working_days:
            return self.term.whole_length.days
        start = self.calendar.local_day(self.term.started_at)
        length = self.term.whole_length
        return (length.last_day_after(start) - start).days

    def stopped_on(self, day: date) -> bool:
        """Whether the clock stood still: from the day after the stop until the day it ran again, inclusive."""
        for stop in self.term.stops:
            until = self.calendar.local_day(stop.until or self.now)
            if self.calendar.local_day(stop.since) < day <= until:
                return True
        return False

    def free(self, day: date) -> tuple[Why, str] | None:
        """Why a day is no working day; None when it is one."""
        kind = self.calendar.kind_of(day)
        if kind is DayKind.day_off:
            return (Why.closed, self.closures[day]) if day in self.closures else (Why.day_off, "")
        if kind is DayKind.holiday:
            return Why.holiday, self.calendar.holiday_name(day)
        return (Why.weekend, "") if kind is DayKind.weekend else None


def _days(counted: _Counted) -> Iterator[TermDay]:
    term, calendar = counted.term, counted.calendar
    day = calendar.local_day(term.started_at)
    today = calendar.local_day(counted.now)
    total, number = counted.total, 0
    stands_still = term.deadline(calendar) is None
    in_working_days = term.counting is Counting.working_days
    yield TermDay(day, Why.event)
    for _ in range(_MOST_DAYS):
        if number == total:
            break
        day += timedelta(days=1)
        if stands_still and day > today:
            return
        free = counted.free(day)
        if in_working_days and free is not None:
            yield TermDay(day, free[0], name=free[1])
        elif counted.stopped_on(day):
            yield TermDay(day, Why.stopped)
        else:
            number += 1
            extra = calendar.kind_of(day) is DayKind.extra_working and in_working_days
            yield TermDay(day, Why.extra_working if extra else Why.counted, number)
    # Rule 3: the last day must be a working day, on which the clock runs again.
    while counted.stopped_on(day + timedelta(days=1)) or counted.free(day) is not None:
        day += timedelta(days=1)
        if stands_still and day > today:
            return
        free = counted.free(day)
        if counted.stopped_on(day):
            yield TermDay(day, Why.stopped)
        else:
            yield TermDay(day, Why.moved, name=free[1]) if free is not None else TermDay(day, Why.last)
