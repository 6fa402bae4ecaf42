"""Values of XML Schema as plain JSON: what FEEL reads as date, time or number is written as FEEL writes it."""

from __future__ import annotations

import base64
import datetime as dt
from decimal import Decimal
from typing import Any, Final

from engine.connectors.answers import DEEPEST_ANSWER
from engine.connectors.contract import Json

_FRACTION_DIGITS: Final = 15


def plain(value: Any, depth: int = 0) -> Json:
    """A plain JSON value; dates and times as ISO 8601, octets as base64, elements of any type as nothing.

    Raises ValueError for what is nested too deeply.
    """
    if depth > DEEPEST_ANSWER:
        raise ValueError(f"nested deeper than {DEEPEST_ANSWER}")
    match value:
        case None | bool() | int() | Decimal() | str():
            return _sound(value)
        case float():
            return Decimal(str(round(value, _FRACTION_DIGITS))) if value == value and abs(value) < 1e30 else None
        case dict():
            return {str(name): plain(inner, depth + 1) for name, inner in value.items() if not name.startswith("_raw")}
        case list() | tuple():
            return [plain(inner, depth + 1) for inner in value]
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return _duration(value)
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return _sound(str(value)) if type(value).__module__.startswith("isodate") else None


def _sound(value: Any) -> Any:
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    if isinstance(value, str):
        return value.replace("\x00", "")
    return value


def _duration(value: dt.timedelta) -> str:
    sign, seconds = ("-", -value.total_seconds()) if value < dt.timedelta(0) else ("", value.total_seconds())
    days, rest = divmod(int(seconds), 86_400)
    return f"{sign}P{days}DT{rest}S"
