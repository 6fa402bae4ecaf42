"""FEEL's string(): values as text (DMN 1.5, 10.3.4.1, table 73).

A number or a moment alone is its plain text; inside of lists, contexts and ranges strings are quoted and temporal
values are at-literals, so that the text reads back as the same value.
"""

from __future__ import annotations

import re
from decimal import Decimal

from engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from engine.feel.temporal_text import write_temporal
from engine.feel.values import DEEPEST_VALUE, HEAVIEST_VALUE, NUMBERS, Function, Range, Value, feel_type, weigh

_PLAIN_KEY = re.compile(r"[^\W\d]\w*")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
LONGEST_SHOWN = 40
"""Characters of a string in a message."""
LONGEST_DIGITS = 50
"""A number with a greater exponent than this is written with `E`."""


def number_text(number: Decimal) -> str:
    """A number without exponent and without zeros that say nothing; very large and small ones with an exponent."""
    if not number:
        return "0"
    number = number.normalize(NUMBERS)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -LONGEST_DIGITS * 2 <= exponent <= LONGEST_DIGITS:
        return format(number, "f")
    return str(number)


def shown(value: Value) -> str:
    """A value in a message, with its kind: `the string "forty"`, `a list of 3 items`; long texts are cut."""
    if value is None:
        return "null"
    kind = feel_type(value)
    if isinstance(value, list):
        return f"a list of {len(value)} item{'s' * (len(value) != 1)}"
    if isinstance(value, dict):
        return f"a context with {', '.join(f'`{key:.30}`' for key in list(value)[:5]) or 'no entries'}"
    if isinstance(value, Function):
        return f"the function `{value.name}`" if value.name else "a function"
    if isinstance(value, Range):
        return "a range"
    text = literal_text(value if not isinstance(value, str) else value[:LONGEST_SHOWN])
    return f"the {kind} {text:.80}{'...' * (len(text) > 80 or (isinstance(value, str) and len(value) > LONGEST_SHOWN))}"


def to_text(value: Value) -> str | None:
    """The text of a value; None for null. Raises ValueError when it is nested too deep or too large."""
    if value is None or isinstance(value, str):
        return value
    if weigh(value) > HEAVIEST_VALUE:
        raise ValueError(f"expected a value of at most {HEAVIEST_VALUE:,} characters")
    return literal_text(value)


def literal_text(value: Value, depth: int = DEEPEST_VALUE, *, inner: bool = False) -> str:
    """The text of a value as it stands inside of another (`inner`) or alone. Raises ValueError when nested too deep."""
    if depth <= 0:
        raise ValueError(f"expected at most {DEEPEST_VALUE} lists or contexts in each other")
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    if isinstance(value, list):
        return "[" + ", ".join(literal_text(item, depth - 1, inner=True) for item in value) + "]"
    if isinstance(value, dict):
        entries = (f"{_key(key)}: {literal_text(item, depth - 1, inner=True)}" for key, item in value.items())
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, Date | Time | DateTime | DaysDuration | MonthsDuration):
        text = write_temporal(value)
        return f'@"{text}"' if inner else text
    if isinstance(value, Range):
        return _range(value, depth)
    if isinstance(value, Function):
        return f"function({', '.join(value.signatures[0] if value.signatures else ())}) {value.name or '...'}"
    raise TypeError(f"expected a FEEL value, found {type(value).__name__}")


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else f'"{key.translate(_ESCAPES)}"'


def _range(value: Range, depth: int) -> str:
    if value.operator in ("=", "!="):
        return f"({value.operator} {literal_text(value.start, depth - 1, inner=True)})"
    if value.operator is not None:
        end = value.end if value.operator.startswith("<") else value.start
        return f"({value.operator} {literal_text(end, depth - 1, inner=True)})"
    start, end = (literal_text(bound, depth - 1, inner=True) for bound in (value.start, value.end))
    return f"{'[' if value.start_included else '('}{start}..{end}{']' if value.end_included else ')'}"
