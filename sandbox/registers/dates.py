"""Reads the dates of persons.yaml: fixed ones, and ones counted from the day the sandbox is started."""

from __future__ import annotations

import re
from datetime import date, timedelta

_TERM = re.compile(r"([+-]\d{1,5})([dy])")
_COUNTED = re.compile(r"(?:[+-]\d{1,5}[dy])+")


def resolve(written: str | date, today: date) -> date:
    """The day meant by `2030-03-11`, `+45d`, `-10y` or `-10y+45d`. Raises ValueError."""
    if isinstance(written, date):
        return written
    if _COUNTED.fullmatch(written) is None:
        return date.fromisoformat(written)
    day = today
    for amount, unit in _TERM.findall(written):
        day = _years_later(day, int(amount)) if unit == "y" else day + timedelta(days=int(amount))
    return day


def _years_later(day: date, years: int) -> date:
    """The same day of another year; 29 February becomes 28 where that year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
