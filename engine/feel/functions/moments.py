"""Moments: now(), today(), parts of the calendar (DMN 1.5, 10.3.4.6 and 10.3.4.8)."""

# ruff: noqa: ARG001  (every body gets the run)

from __future__ import annotations

from decimal import Decimal

from engine.feel.functions.registration import Family
from engine.feel.run import Run
from engine.feel.temporal import Date, DateTime
from engine.feel.values import Value

FAMILY = Family()
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _day(moment: Date | DateTime) -> Date:
    return moment.date if isinstance(moment, DateTime) else moment


@FAMILY.built_in("now()")
def now(run: Run) -> Value:
    """The moment that was passed to the evaluation; null when none was."""
    moment = run.moment()
    if moment is None:
        return run.null("no-clock", "now() is null: no moment was passed to this evaluation.")
    return moment


@FAMILY.built_in("today()")
def today(run: Run) -> Value:
    """The day of the moment that was passed to the evaluation; null when none was."""
    moment = run.moment()
    if moment is None:
        return run.null("no-clock", "today() is null: no moment was passed to this evaluation.")
    return moment.date


@FAMILY.built_in("day of year(date: day)")
def day_of_year(run: Run, moment: Date | DateTime) -> Value:
    """1 for the first of January."""
    return Decimal(_day(moment).day_of_year())


@FAMILY.built_in("day of week(date: day)")
def day_of_week(run: Run, moment: Date | DateTime) -> Value:
    """The English name of the day."""
    return _DAYS[_day(moment).weekday() - 1]


@FAMILY.built_in("month of year(date: day)")
def month_of_year(run: Run, moment: Date | DateTime) -> Value:
    """The English name of the month."""
    return _MONTHS[_day(moment).month - 1]


@FAMILY.built_in("week of year(date: day)")
def week_of_year(run: Run, moment: Date | DateTime) -> Value:
    """The number of the ISO 8601 week."""
    return Decimal(_day(moment).week_of_year())
