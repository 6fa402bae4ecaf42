"""Making values of one kind from another: number(), string(), date(), time(), duration(), range() (10.3.4.1)."""

# ruff: noqa: ARG001  (every body gets the run)

from __future__ import annotations

import re
from decimal import Decimal, DecimalException

from engine.feel.functions.registration import Family
from engine.feel.operators import DATES_AND_DURATIONS
from engine.feel.run import Run
from engine.feel.temporal import (
    GREATEST_OFFSET,
    NANOSECONDS,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    months_between,
)
from engine.feel.temporal_text import read_date, read_date_time, read_duration, read_time
from engine.feel.text import to_text
from engine.feel.values import NUMBERS, Range, Value, compare, weigh
from engine.feel.zones import zone_info

FAMILY = Family()
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MIDNIGHT = Time(0, 0, 0)
_MIDNIGHT_UTC = Time(0, 0, 0, 0, 0)


def _unreadable(run: Run, name: str, text: str) -> Value:
    return run.null("unreadable", f"{name}() cannot read {text[:60]!r}.")


@FAMILY.built_in("number(from: string)")
def number_from(run: Run, text: str) -> Value:
    """The number of a text with a point before its fraction."""
    if _NUMBER.fullmatch(text) is None:
        return _unreadable(run, "number", text)
    try:
        return NUMBERS.create_decimal(text)
    except DecimalException:
        return _unreadable(run, "number", text)


@FAMILY.built_in("number(from: number)")
def number_itself(run: Run, number: Decimal) -> Value:
    """A number as it is."""
    return number


@FAMILY.built_in("number(from: string, grouping separator: string|null, decimal separator: string|null)")
def number(run: Run, text: str, grouping: str | None, decimal: str | None) -> Value:
    """The number of a text with separators: ` `, `,` or `.` between groups, `.` or `,` before the fraction."""
    if grouping not in (None, " ", ",", ".") or decimal not in (None, ".", ",") or (grouping and grouping == decimal):
        return run.null("argument-type", "number() expects separators ` `, `,` or `.` that differ.")
    if grouping is not None:
        text = text.replace(grouping, "")
    return number_from(run, text if decimal is None else text.replace(decimal, "."))


@FAMILY.built_in("string(from)")
def string(run: Run, value: Value) -> Value:
    """The text of a value; null of null."""
    weight = weigh(value)
    run.room_for(weight)
    if not isinstance(value, str):
        run.charge(weight // 2)
    try:
        return to_text(value)
    except ValueError as fault:
        return run.null("too-deep", f"string() {fault}.")


@FAMILY.built_in("date(from: string)")
def date_from_text(run: Run, text: str) -> Value:
    """The day of a text such as `2026-02-28`."""
    run.charge(DATES_AND_DURATIONS)
    day = read_date(text)
    return _unreadable(run, "date", text) if day is None else day


@FAMILY.built_in("date(from: day)")
def date_from(run: Run, moment: Date | DateTime) -> Value:
    """The day of a moment."""
    return moment.date if isinstance(moment, DateTime) else moment


@FAMILY.built_in("date(year: number, month: number, day: number)")
def date(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Value:
    """The day of three numbers."""
    try:
        return Date(*(whole(part) for part in (year, month, day)))
    except ValueError as fault:
        return run.null("no-such-moment", f"date(): {fault}.")


def whole(number: Decimal) -> int:
    """A whole number. Raises ValueError for a fraction."""
    if number != number.to_integral_value() or abs(number) > 10**12:
        raise ValueError(f"expected a whole number, found {number:.12}")
    return int(number)


@FAMILY.built_in("time(from: string)")
def time_from_text(run: Run, text: str) -> Value:
    """The time of a text such as `23:59:00Z`."""
    run.charge(DATES_AND_DURATIONS)
    clock = read_time(text)
    return _unreadable(run, "time", text) if clock is None else clock


@FAMILY.built_in("time(from: time)")
def time_itself(run: Run, time: Time) -> Value:
    """A time as it is."""
    return time


@FAMILY.built_in("time(from: day)")
def time_from(run: Run, moment: Date | DateTime) -> Value:
    """The time of a moment; midnight in UTC of a day."""
    return moment.time if isinstance(moment, DateTime) else _MIDNIGHT_UTC


@FAMILY.built_in("time(hour: number, minute: number, second: number, offset?: days duration|null)")
def time(run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysDuration | None = None) -> Value:
    """The time of three numbers, with an offset or local."""
    return _time(run, "time", (hour, minute, second), offset, None)


def _time(
    run: Run, name: str, parts: tuple[Decimal, ...], offset: DaysDuration | None, zone: str | None
) -> Time | None:
    hour, minute, second = parts
    try:
        seconds = whole(second.to_integral_value("ROUND_FLOOR"))
        nanoseconds = int((second - seconds) * NANOSECONDS)
        east = None if offset is None else offset.nanoseconds // NANOSECONDS
        if east is not None and abs(east) > GREATEST_OFFSET:
            raise ValueError("expected an offset of at most 14 hours")
        return Time(whole(hour), whole(minute), seconds, nanoseconds, east, zone)
    except ValueError as fault:
        run.null("no-such-moment", f"{name}(): {fault}.")
        return None


@FAMILY.built_in("date and time(from: string)")
def date_and_time_from_text(run: Run, text: str) -> Value:
    """The moment of a text; midnight when it tells a day only."""
    run.charge(DATES_AND_DURATIONS)
    moment = read_date_time(text)
    return _unreadable(run, "date and time", text) if moment is None else moment


@FAMILY.built_in("date and time(from: day)")
def date_and_time_from(run: Run, moment: Date | DateTime) -> Value:
    """A moment as it is; midnight of a day."""
    return moment if isinstance(moment, DateTime) else DateTime(moment, _MIDNIGHT)


@FAMILY.built_in("date and time(date: day, time: time)")
def date_and_time(run: Run, day: Date | DateTime, time: Time) -> Value:
    """A day and a time, put together."""
    return DateTime(day.date if isinstance(day, DateTime) else day, time)


@FAMILY.built_in("date and time(date: day, timezone: string)")
def date_and_time_in_zone(run: Run, moment: Date | DateTime, timezone: str) -> Value:
    """The same moment as a zone's clocks tell it."""
    if zone_info(timezone) is None:
        return run.null("argument-type", f"date and time() knows no time zone {timezone[:60]!r}.")
    moment = moment if isinstance(moment, DateTime) else DateTime(moment, _MIDNIGHT_UTC)
    return DateTime.of_instant(moment.instant(), zone=timezone)


@FAMILY.built_in(
    "date and time(year: number, month: number, day: number, hour: number, minute: number, second: number,"
    " offset?: days duration|null)"
)
def date_and_time_of_numbers(
    run: Run,
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: DaysDuration | None = None,
) -> Value:
    """The moment of six numbers, with an offset or local."""
    calendar_day, clock = date(run, year, month, day), _time(run, "date and time", (hour, minute, second), offset, None)
    return None if calendar_day is None or clock is None else DateTime(calendar_day, clock)


@FAMILY.built_in(
    "date and time(year: number, month: number, day: number, hour: number, minute: number, second: number,"
    " timezone: string)"
)
def date_and_time_of_numbers_in_zone(
    run: Run,
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    timezone: str,
) -> Value:
    """The moment of six numbers in a zone."""
    if zone_info(timezone) is None:
        return run.null("argument-type", f"date and time() knows no time zone {timezone[:60]!r}.")
    calendar_day, clock = (
        date(run, year, month, day),
        _time(run, "date and time", (hour, minute, second), None, timezone),
    )
    return None if calendar_day is None or clock is None else DateTime(calendar_day, clock)


@FAMILY.built_in("duration(from: string)")
def duration(run: Run, text: str) -> Value:
    """The duration of a text such as `P1Y2M` or `P1DT2H`."""
    run.charge(DATES_AND_DURATIONS)
    value = read_duration(text)
    return _unreadable(run, "duration", text) if value is None else value


@FAMILY.built_in("duration(from: duration)")
def duration_itself(run: Run, value: DaysDuration | MonthsDuration) -> Value:
    """A duration as it is."""
    return value


@FAMILY.built_in("years and months duration(from: day, to: day)")
def years_and_months_duration(run: Run, start: Date | DateTime, end: Date | DateTime) -> Value:
    """The whole months from one day to another."""
    first, last = (day.date if isinstance(day, DateTime) else day for day in (start, end))
    return MonthsDuration(months_between(first, last))


_END = r'(?:"(?:[^"\\]|\\.)*"|@"[^"]*"|-?[\d.]+(?:[eE][+-]?\d+)?|(?:date and time|date|time|duration)\(\s*"[^"]*"\s*\))'
_RANGE = re.compile(rf"\s*([\[(\]])\s*({_END})?\s*\.\.\s*({_END})?\s*([\])\[])\s*")
_CALL = re.compile(r'(date and time|date|time|duration)\(\s*"([^"]*)"\s*\)')


@FAMILY.built_in("range(from: string)")
def range_from(run: Run, text: str) -> Value:
    """The range of a text such as `[1..3]`; its ends are literals (DMN 1.5, grammar rule 66).

    One end may be missing where the bracket is open: `[2..)` is `(>= 2)`, `(..2]` is `(<= 2)`.
    """
    match = _RANGE.fullmatch(text) if len(text) <= 1000 else None
    if match is None or (match[2] is None and match[3] is None):
        return _unreadable(run, "range", text)
    start, end = (None if part is None else _literal(part) for part in (match[2], match[3]))
    start_included, end_included = match[1] == "[", match[4] == "]"
    if match[2] is None and end is not None and not start_included:
        return Range(None, end, False, end_included, "<=" if end_included else "<")
    if match[3] is None and start is not None and not end_included:
        return Range(start, None, start_included, False, ">=" if start_included else ">")
    if start is None or end is None:
        return _unreadable(run, "range", text)
    order = compare(start, end)
    if order is None or order > 0:
        return run.null("range", f"range() expects two ends in order, found {text[:60]!r}.")
    return Range(start, end, start_included, end_included)


def _literal(text: str) -> Value:
    if text.startswith('"'):
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if text.startswith("@"):
        inside = text[2:-1]
        readers = (read_duration, read_date, read_time, read_date_time)
        return next((value for value in (reader(inside) for reader in readers) if value is not None), None)
    called = _CALL.fullmatch(text)
    if called is not None:
        reader = {"date": read_date, "time": read_time, "duration": read_duration}.get(called[1], read_date_time)
        return reader(called[2])
    return NUMBERS.create_decimal(text) if _NUMBER.fullmatch(text) else None
