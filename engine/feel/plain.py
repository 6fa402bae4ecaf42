"""FEEL values from plain JSON and to it. Not lossless (a date becomes text): what must come back whole uses `codec`.

Numbers of JSON become 34-digit decimals. On the way out a whole number of at most 2**53 becomes an int; every other
number a float when the float's shortest text is the same number, else its text, so that no digit is lost in silence.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from engine.feel.temporal_text import write_temporal
from engine.feel.text import literal_text, number_text
from engine.feel.values import HEAVIEST_VALUE, NUMBERS, Value, weigh

DEEPEST_JSON = 100
"""JSON nested deeper than this is refused."""
LARGEST_INT = 2**53
LONGEST_NUMBER = 1000
"""Most digits of a number that comes in."""


def from_json(value: Any, depth: int = DEEPEST_JSON) -> Value:
    """A FEEL value of what a JSON parser gives.

    Raises ValueError for NaN, infinities, numbers beyond decimal128 and too deep nesting, TypeError for no JSON.
    """
    kind = type(value)
    if value is None or kind is str or kind is bool:
        return value
    if kind is int or kind is float or kind is Decimal:
        return _number(value)
    if depth <= 0:
        raise ValueError(f"expected at most {DEEPEST_JSON} levels of JSON")
    if kind is list or kind is tuple:
        return [from_json(item, depth - 1) for item in value]
    if kind is dict:
        return {_key(key): from_json(item, depth - 1) for key, item in value.items()}
    raise TypeError(f"expected plain JSON, found {kind.__name__}")


def to_json(value: Value, depth: int = DEEPEST_JSON) -> Any:
    """Plain JSON of a FEEL value; temporal values, ranges and functions become their text.

    Raises ValueError for too deep nesting or too large a value, TypeError for what is no FEEL value.
    """
    if weigh(value) > HEAVIEST_VALUE:
        raise ValueError(f"expected a value of at most {HEAVIEST_VALUE:,} characters")
    return _plain(value, depth)


def _plain(value: Value, depth: int) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Decimal):
        return _plain_number(value)
    if isinstance(value, Date | Time | DateTime | DaysDuration | MonthsDuration):
        return write_temporal(value)
    if depth <= 0:
        raise ValueError(f"expected at most {DEEPEST_JSON} levels of lists and contexts")
    if isinstance(value, list):
        return [_plain(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item, depth - 1) for key, item in value.items()}
    return literal_text(value)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"expected text keys, found {type(key).__name__}")
    return key


def _number(value: int | float | Decimal) -> Decimal:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"expected a finite number, found {value}")
        return Decimal(repr(value))
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER * 4:
        raise ValueError(f"expected a number of at most {LONGEST_NUMBER} digits")
    try:
        number = NUMBERS.create_decimal(value)
    except ArithmeticError as fault:
        raise ValueError("expected a number that FEEL can hold: 34 digits, exponent up to 6144") from fault
    if not number.is_finite():
        raise ValueError(f"expected a finite number, found {value}")
    return number


def _plain_number(number: Decimal) -> int | float | str:
    if number == 0:
        return 0
    if abs(number) <= LARGEST_INT and number == number.to_integral_value():
        return int(number)
    shortest = float(number)
    if math.isfinite(shortest) and Decimal(repr(shortest)) == number:
        return shortest
    return number_text(number)
