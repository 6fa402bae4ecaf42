"""Reaching into values: `a.b` and `list[condition]` (DMN 1.5, 10.3.2.5, 10.3.2.13.4 and table 65)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from engine.feel.run import Env, Run
from engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from engine.feel.text import shown
from engine.feel.values import KINDS, NATIVE, Range, Value, admit

Compiled: TypeAlias = Callable[[Env], Value]


def path(run: Run, value: Value, name: str, at: int) -> Value:
    """The member of a context, of each item of a list, or a property of a temporal value or range."""
    if value.__class__ is dict:
        if name in value:
            found = value[name]
            return found if found.__class__ in NATIVE else admit(found)
        return run.null("no-entry", f"The context has no entry `{name}`.", at)
    if value.__class__ is list:
        run.charge(len(value))
        return [path(run, item, name, at) for item in value]
    if value is None:
        return run.null("no-entry", f"`{name}` was asked of null.", at)
    getter = PROPERTIES.get((type(value), name))
    if getter is None:
        return run.null("no-entry", f"Expected a value with `{name}`, found {shown(value)}.", at)
    return getter(value)


def _offset(time: Time) -> Value:
    return None if time.offset is None else DaysDuration.of_seconds(time.offset)


def _moment_offset(moment: DateTime) -> Value:
    offset = moment.utc_offset()
    return None if offset is None else DaysDuration.of_seconds(offset)


def _first(value: Range) -> Value:
    return value.start


_DAYS = ("days", "hours", "minutes", "seconds")

PROPERTIES: dict[tuple[type, str], Callable[[Value], Value]] = {
    (Date, "year"): lambda value: Decimal(value.year),
    (Date, "month"): lambda value: Decimal(value.month),
    (Date, "day"): lambda value: Decimal(value.day),
    (Date, "weekday"): lambda value: Decimal(value.weekday()),
    (DateTime, "year"): lambda value: Decimal(value.date.year),
    (DateTime, "month"): lambda value: Decimal(value.date.month),
    (DateTime, "day"): lambda value: Decimal(value.date.day),
    (DateTime, "weekday"): lambda value: Decimal(value.date.weekday()),
    (DateTime, "hour"): lambda value: Decimal(value.time.hour),
    (DateTime, "minute"): lambda value: Decimal(value.time.minute),
    (DateTime, "second"): lambda value: Decimal(value.time.second),
    (DateTime, "time offset"): _moment_offset,
    (DateTime, "timezone"): lambda value: value.time.zone,
    (Time, "hour"): lambda value: Decimal(value.hour),
    (Time, "minute"): lambda value: Decimal(value.minute),
    (Time, "second"): lambda value: Decimal(value.second),
    (Time, "time offset"): _offset,
    (Time, "timezone"): lambda value: value.zone,
    (MonthsDuration, "years"): lambda value: Decimal(value.parts()[0]),
    (MonthsDuration, "months"): lambda value: Decimal(value.parts()[1]),
    (DaysDuration, "days"): lambda value: Decimal(value.parts()[0]),
    (DaysDuration, "hours"): lambda value: Decimal(value.parts()[1]),
    (DaysDuration, "minutes"): lambda value: Decimal(value.parts()[2]),
    (DaysDuration, "seconds"): lambda value: Decimal(value.parts()[3]),
    (Range, "start"): _first,
    (Range, "end"): lambda value: value.end,
    (Range, "start included"): lambda value: value.start_included,
    (Range, "end included"): lambda value: value.end_included,
}
MEMBERS = frozenset((KINDS[python], name) for python, name in PROPERTIES)
"""The same by kind and name."""
MEMBER_NAMES = frozenset({name for _, name in PROPERTIES if " " in name})
"""Names of properties that hold spaces, for the tokens."""


def filtered(env: Env, value: Value, condition: Compiled, at: int) -> Value:
    """The items for which the condition is true, or the one item at the index that it gives (from 1, or -1 back)."""
    run = env.run
    items = value if isinstance(value, list) else [] if value is None else [value]
    if not items:
        return _of_nothing(env, condition)
    kept: list[Value] = []
    run.charge(len(items))
    for item in items:
        answer = condition(item_env(item, env))
        if answer is True:
            kept.append(item)
        elif answer.__class__ is Decimal:
            return at_index(run, items, answer, at)
        elif answer is not False and answer is not None:
            return run.null("filter", f"A filter expects true, false or a number, found {shown(answer)}.", at)
    return kept


def at_index(run: Run, value: Value, index: Decimal, at: int) -> Value:
    """The item at a place from 1, or from the end with -1; null beyond both ends."""
    items = value if isinstance(value, list) else [] if value is None else [value]
    place = int(index) if index == index.to_integral_value() and abs(index) <= len(items) else 0
    if place == 0:
        return run.null("index", f"There is no item {index} in a list of {len(items)}.", at)
    return items[place - 1 if place > 0 else place]


def item_env(item: Value, env: Env) -> Env:
    """What a filter sees: `item`, the entries of the item when it is a context, and all around."""
    inner = Env({"item": item}, env, env.run)
    return Env(item, inner, env.run) if item.__class__ is dict else inner


def _of_nothing(env: Env, condition: Compiled) -> Value:
    noted = len(env.run.warnings)
    answer = condition(item_env(None, env))
    del env.run.warnings[noted:]
    return None if answer.__class__ is Decimal else []
