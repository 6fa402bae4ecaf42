"""Values typed at the command line: JSON, or FEEL where JSON cannot say it, such as a date."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Final

from engine.errors import Invalid
from engine.feel import FeelSyntaxError, Value, from_json, parse_expression

_LONGEST: Final = 5_000_000


def read_source(text: str) -> str:
    """The text itself, the content of a file for `@file`, or standard input for `-`. Raises Invalid."""
    if text == "-":
        return sys.stdin.read(_LONGEST)
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8")[:_LONGEST]
    except (OSError, UnicodeDecodeError) as fault:
        raise Invalid(f"{text[1:]} cannot be read: {fault}.", remedy="Name a text file in UTF-8.") from fault


def read_context(text: str) -> dict[str, Value]:
    """Values by name from JSON, or from a FEEL context such as {born: date("1990-05-01")}. Raises Invalid."""
    try:
        value = from_json(json.loads(text, parse_float=Decimal))
    except (ValueError, TypeError, RecursionError) as no_json:
        try:
            result = parse_expression(text).evaluate({})
        except FeelSyntaxError as no_feel:
            raise Invalid(
                f"Expected values by name as JSON or as a FEEL context; JSON: {no_json}; FEEL: {no_feel.message}",
                remedy='Write {"age": 20}, or {born: date("1990-05-01")}.',
            ) from no_feel
        if result.warnings:
            raise Invalid(f"The values cannot be had: {result.warnings[0].message}") from None
        value = result.value
    if not isinstance(value, dict):
        raise Invalid("Expected values by name, found something else.", remedy='Write {"age": 20}.')
    return value
