"""What FEEL says to an expression: its value as text that keeps kinds apart, and the reasons for a null."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from engine.feel import Value, admit, parse_expression, parse_unary_tests, to_text

NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def told(text: str, scope: Mapping[str, Value] | None = None) -> str:
    """The value of an expression as FEEL text: `"1"` and `1`, a date and its text stay apart."""
    names = _admitted(scope)
    return str(to_text([parse_expression(text, names).evaluate(names, now=NOW).value]))


def reasons(text: str, scope: Mapping[str, Value] | None = None) -> list[str]:
    """The codes of the warnings beside the value of an expression."""
    names = _admitted(scope)
    return [warning.code for warning in parse_expression(text, names).evaluate(names, now=NOW).warnings]


def passes(tests: str, value: Value, scope: Mapping[str, Value] | None = None) -> bool | None:
    """Whether a value passes the unary tests of a cell."""
    names = _admitted(scope)
    found: bool | None = parse_unary_tests(tests, names).matches(value, names, now=NOW).value
    return found


def _admitted(scope: Mapping[str, Value] | None) -> dict[str, Value]:
    return {name: admit(value) for name, value in (scope or {}).items()}
