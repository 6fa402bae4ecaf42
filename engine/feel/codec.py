"""FEEL values as compact JSON text and back, without loss: for snapshots and rows.

Null, booleans, texts, lists and contexts are JSON's own; a whole number of at most 15 digits is a JSON integer.
Everything else is an object with the one key `$` and a text: `n` number, `d` date, `t` time, `m` date and time (a
moment), `p` days and time duration, `y` years and months duration, `r` range. A context that carries a key beginning
with `$` has that key escaped by one more `$`. Functions are not data and are refused.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from engine.feel.temporal_text import read_date, read_date_time, read_duration, read_time, write_temporal
from engine.feel.values import HEAVIEST_VALUE, NUMBERS, Range, Value, feel_type, weigh

DEEPEST_DATA = 100
"""Lists and contexts nested deeper than this are refused, both ways."""
TAG = "$"
_LARGEST_INT = 10**15

_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, allow_nan=False).encode
_LETTERS: dict[type, str] = {Date: "d", Time: "t", DateTime: "m", DaysDuration: "p", MonthsDuration: "y"}


def encode(value: Value) -> str:
    """Compact JSON text of a value. Raises ValueError when too deep or large, TypeError for a function or no value."""
    return _encode_json(to_tagged(value))


def decode(text: str) -> Value:
    """The value of a text that `encode` wrote. Raises ValueError for any other text."""
    try:
        plain = json.loads(text, parse_float=_refuse_number, parse_constant=_refuse_number)
    except RecursionError:
        raise ValueError(f"expected at most {DEEPEST_DATA} levels of lists and contexts") from None
    return _untagged(plain, DEEPEST_DATA)


def to_tagged(value: Value) -> Any:
    """Plain JSON that `from_tagged` reads back without loss. Raises as `encode`."""
    if weigh(value) > HEAVIEST_VALUE:
        raise ValueError(f"expected a value of at most {HEAVIEST_VALUE:,} characters")
    return _tagged(value, DEEPEST_DATA)


def from_tagged(plain: Any) -> Value:
    """The value of what `to_tagged` made. Raises ValueError."""
    return _untagged(plain, DEEPEST_DATA)


def readable(plain: Any) -> Any:
    """The same for people: moments and numbers as they are written, wherever they stand in some JSON."""
    if isinstance(plain, list):
        return [readable(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    tag = plain.get(TAG)
    if isinstance(tag, str) and "of" not in plain:
        return tag[1:]
    return {key: readable(item) for key, item in plain.items()}


def _refuse_number(text: str) -> Any:
    raise ValueError(f"expected numbers as `encode` writes them, found {text[:40]}")


def _tagged(value: Value, depth: int) -> Any:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is Decimal:
        return _tagged_number(value)
    if depth <= 0:
        raise ValueError(f"expected at most {DEEPEST_DATA} levels of lists and contexts")
    depth -= 1
    if kind is dict:
        tagged = {key: _tagged(item, depth) for key, item in value.items()}
        if any(type(key) is not str for key in tagged):
            raise TypeError("expected text keys")
        if any(key.startswith(TAG) for key in tagged):
            return {TAG + key if key.startswith(TAG) else key: item for key, item in tagged.items()}
        return tagged
    if kind is list:
        return [_tagged(item, depth) for item in value]
    letter = _LETTERS.get(kind)
    if letter is not None:
        return {TAG: letter + write_temporal(value)}
    if kind is Range:
        bounds = [_tagged(value.start, depth), _tagged(value.end, depth)]
        signs = ("[" if value.start_included else "(") + ("]" if value.end_included else ")")
        return {TAG: f"r{signs}{value.operator or ''}", "of": bounds}
    raise TypeError(f"expected data, found a {feel_type(value)}")


def _tagged_number(number: Decimal) -> Any:
    if -_LARGEST_INT < number < _LARGEST_INT:
        whole = int(number)
        # 1.0 and 1 are equal in FEEL, but scale is kept: as a fee is written, so it comes back.
        if whole == number and number.as_tuple().exponent == 0 and (whole or not number.is_signed()):
            return whole
    if not number.is_finite():
        raise ValueError(f"expected a finite number, found {number}")
    return {TAG: f"n{number}"}


def _untagged(plain: Any, depth: int) -> Value:
    kind = type(plain)
    if kind is str or plain is None or kind is bool:
        return plain
    if kind is int:
        return Decimal(plain)
    if depth <= 0:
        raise ValueError(f"expected at most {DEEPEST_DATA} levels of lists and contexts")
    depth -= 1
    if kind is list:
        return [_untagged(item, depth) for item in plain]
    tag = plain.get(TAG)
    if tag is not None:
        return _untag(tag, plain, depth)
    values = {key: _untagged(item, depth) for key, item in plain.items()}
    if any(key.startswith(TAG) for key in values):
        return {key[1:] if key.startswith(TAG) else key: item for key, item in values.items()}
    return values


def _untag(tag: Any, plain: dict[str, Any], depth: int) -> Value:
    if not isinstance(tag, str) or not tag or plain.keys() - {TAG, "of"}:
        raise ValueError("expected a tagged value, found something else under its key")
    letter, text = tag[0], tag[1:]
    value: Value = None
    if letter == "n":
        value = _number(text)
    elif letter == "d":
        value = read_date(text)
    elif letter == "t":
        value = read_time(text)
    elif letter == "m":
        value = read_date_time(text)
    elif letter in "py":
        value = read_duration(text)
    elif letter == "r":
        value = _range(text, plain.get("of"), depth)
    if value is None:
        raise ValueError(f"expected a tagged value, found {tag[:40]!r}")
    return value


def _number(text: str) -> Decimal:
    try:
        number = NUMBERS.create_decimal(text)
    except ArithmeticError as fault:
        raise ValueError(f"expected a number, found {text[:40]!r}") from fault
    if not number.is_finite():
        raise ValueError(f"expected a finite number, found {text[:40]!r}")
    return number


def _range(text: str, bounds: Any, depth: int) -> Range:
    if not isinstance(bounds, list) or len(bounds) != 2 or text[:1] not in ("[", "(") or text[1:2] not in ("]", ")"):
        raise ValueError("expected a tagged range, found something else")
    start, end = (_untagged(bound, depth) for bound in bounds)
    return Range(start, end, text[0] == "[", text[1] == "]", text[2:] or None)
