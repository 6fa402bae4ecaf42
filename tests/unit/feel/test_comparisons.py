"""Equality, order, `between`, `in`, three-valued logic (DMN 1.5, 10.3.2.13, tables 45 to 55)."""

from __future__ import annotations

import pytest

from engine.feel import Value
from tests.builders.a_feel_value import passes, told


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 = 1.0", "true"),
        ('1 = "1"', "null"),
        ("1 != 2", "true"),
        ("null = null", "true"),
        ("1 = null", "false"),
        ("null != 1", "true"),
        ("[] = null", "false"),
        ("true = true", "true"),
        ("true = 1", "null"),
        ('"a" = "A"', "false"),
        ("[1, 2] = [1, 2]", "true"),
        ("[1, 2] = [2, 1]", "false"),
        ("[1, 2] = [1]", "false"),
        ("[1, null] = [1, null]", "true"),
        ("{a: 1, b: 2} = {b: 2, a: 1}", "true"),
        ("{a: 1} = {a: 1, b: null}", "false"),
        ("{a: {b: [1]}} = {a: {b: [1]}}", "true"),
        ('@"10:00:00Z" = @"11:00:00+01:00"', "true"),
        ('@"10:00:00" = @"10:00:00Z"', "false"),
        ('@"2026-01-01T10:00:00Z" = @"2026-01-01T11:00:00+01:00"', "true"),
        ('@"2026-01-01T11:00:00@Europe/Paris" = @"2026-01-01T11:00:00+01:00"', "true"),
        ('@"2026-01-01" = @"2026-01-01T00:00:00"', "null"),
        ('@"P1D" = @"PT24H"', "true"),
        ('@"P1Y" = @"P12M"', "true"),
        ('@"P0D" = @"P0M"', "null"),
        ("1 < 2", "true"),
        ('"a" < "b"', "true"),
        ('"B" < "a"', "true"),
        ('1 < "2"', "null"),
        ("null < 1", "null"),
        ("null < null", "null"),
        ("true < false", "null"),
        ("[1] < [2]", "null"),
        ('@"2026-01-01" < @"2026-01-02"', "true"),
        ('@"10:00:00Z" < @"10:30:00+01:00"', "false"),
        ('@"P1Y" < @"P13M"', "true"),
        ('@"P1Y" < @"P400D"', "null"),
        ("5 between 1 and 10", "true"),
        ("5 between 5 and 5", "true"),
        ("5 between 10 and 1", "false"),
        ("null between 1 and 2", "null"),
        ("1 between 0 and 2 and 5 between 4 and 6", "true"),
        ("5 in [1..10]", "true"),
        ("5 in (1, 5)", "true"),
        ("5 in [1, 5]", "true"),
        ("5 in [[1..3], [4..6]]", "true"),
        ("5 in < 10", "true"),
        ("5 in (< 3, > 4)", "true"),
        ("5 in != 5", "false"),
        ("[1, 2] in [[1, 2], [3]]", "true"),
        ("[1, 2] in ([1, 2])", "true"),
        ("{a: 1} in {a: 1}", "true"),
        ("null in [1, null]", "true"),
        ("null in [1..2]", "null"),
        ("5 in (null..10]", "null"),
        ('"b" in ["a".."c"]', "true"),
        ('@"2026-01-15" in [@"2026-01-01"..@"2026-01-31"]', "true"),
        ("1 in 2", "false"),
    ],
)
def test_values_are_compared(text: str, value: str) -> None:
    assert told(text) == told(value)


@pytest.mark.parametrize(
    ("left", "right", "conjunction", "disjunction"),
    [
        ("true", "true", "true", "true"),
        ("true", "false", "false", "true"),
        ("true", "null", "null", "true"),
        ("false", "false", "false", "false"),
        ("false", "null", "false", "null"),
        ("null", "null", "null", "null"),
        ("true", '"a"', "null", "true"),
        ("false", '"a"', "false", "null"),
        ("1", "2", "null", "null"),
    ],
)
def test_logic_has_three_values_and_takes_others_for_unknown(
    left: str, right: str, conjunction: str, disjunction: str
) -> None:
    assert told(f"{left} and {right}") == told(f"{right} and {left}") == told(conjunction)
    assert told(f"{left} or {right}") == told(f"{right} or {left}") == told(disjunction)


@pytest.mark.parametrize(
    ("tests", "value", "answer"),
    [
        ("-", 5, True),
        ("-", None, True),
        ("5", 5, True),
        ("4, 5", 5, True),
        ("< 5", 4, True),
        ("<= 5", 5, True),
        ("> 5", 5, False),
        (">= 5", 5, True),
        ("= 5", 5, True),
        ("!= 5", 5, False),
        ("[1..5]", 5, True),
        ("(1..5)", 5, False),
        ("]1..5[", 1, False),
        ("not(5)", 5, False),
        ("not(< 5, > 10)", 7, True),
        ("not(null)", None, False),
        ("null", None, True),
        ("null", 1, False),
        ('"a", "b"', "b", True),
        ('"a"', None, False),
        ("true", True, True),
        ("false", True, False),
        ("not(true)", False, True),
        ("? > 5", 6, True),
        ("? > 5 and ? < 7", 6, True),
        ("even(?)", 4, True),
        ("not(even(?))", 4, False),
        ('contains(?, "b")', "abc", True),
        ("count(?) > 1", [1, 2], True),
        ("some x in ? satisfies x > 1", [1, 2], True),
        ("[1, 2]", 2, True),
        ("[1, 2]", [1, 2], True),
        ("list", 2, True),
        ("limit", 9, True),
        ("< limit", 8, True),
        ("limit + 1", 10, True),
        ("flag", 3, True),
        ('@"2026-01-01"', "2026-01-01", False),
        ("x.y", 4, True),
        ("[x.y..limit]", 5, True),
        ("-5", -5, True),
        ("- 5, 3", 3, True),
    ],
)
def test_a_cell_tests_its_input(tests: str, value: Value, answer: bool) -> None:
    scope = {"limit": 9, "list": [1, 2], "flag": True, "x": {"y": 4}}

    assert (passes(tests, value, scope) is True) is answer
