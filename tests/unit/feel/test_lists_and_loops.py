"""Lists, filters, paths, `for`, `some`, `every` (DMN 1.5, 10.3.1.2, 10.3.2.5, 10.3.2.13.4, 10.3.2.14)."""

from __future__ import annotations

import pytest

from tests.builders.a_feel_value import reasons, told


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1, 2, 3][1]", "1"),
        ("[1, 2, 3][-1]", "3"),
        ("[1, 2, 3][0]", "null"),
        ("[1, 2, 3][4]", "null"),
        ("[1, 2, 3][-4]", "null"),
        ("[1, 2, 3][1.5]", "null"),
        ("[1, 2, 3][item > 1]", "[2, 3]"),
        ("[1, 2, 3][item > 5]", "[]"),
        ("[1, 2, 3][true]", "[1, 2, 3]"),
        ("[1, 2, 3][null]", "[]"),
        ('[1, 2, 3]["a"]', "null"),
        ("[1, null, 3][item != null]", "[1, 3]"),
        ("[{x: 1, y: 2}, {x: 2, y: 3}][x = 1]", "[{x: 1, y: 2}]"),
        ("[{x: 1, y: 2}, {x: null, y: 3}][x < 2]", "[{x: 1, y: 2}]"),
        ("[{x: 1}, {y: 2}][x = 1]", "[{x: 1}]"),
        ("[{item: 1}, {item: 2}][item >= 2]", "[{item: 2}]"),
        ("[{item: {a: 1}}, {item: {a: 2}}][item.a = 2]", "[{item: {a: 2}}]"),
        ("{l: [1, 2], n: 2, r: l[n]}.r", "2"),
        ("{l: [1, 2, 3], n: 2, r: l[item = n]}.r", "[2]"),
        ("[[1, 2], [3]][count(item) = 1]", "[[3]]"),
        ("100[1]", "100"),
        ("100[2]", "null"),
        ("100[item > 5]", "[100]"),
        ("{a: 1}[a = 1]", "[{a: 1}]"),
        ("null[1]", "null"),
        ("null[item = 1]", "[]"),
        ("[1, 2, 3, 4][item > 1][item < 4]", "[2, 3]"),
        ("[{a: [1, 2]}, {a: [3]}].a[1]", "[1, 2]"),
        ("[{x: 1}, {x: 2}].x", "[1, 2]"),
        ("[{x: 1}, {y: 2}].x", "[1, null]"),
        ("{a: {b: 1}}.a.b", "1"),
        ("{a: null}.a.b", "null"),
        ("null.a", "null"),
        ("{first name: 1}.first name", "1"),
        ('{"a b": 1}.a b', "1"),
        ("[].a", "[]"),
    ],
)
def test_filters_and_paths_reach_into_values(text: str, value: str) -> None:
    assert told(text) == told(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("for i in [1, 2] return i * 2", "[2, 4]"),
        ("for i in 1..3 return i", "[1, 2, 3]"),
        ("for i in 3..1 return i", "[3, 2, 1]"),
        ("for i in -1..1 return i", "[-1, 0, 1]"),
        ("for i in [1..3] return i", "[1, 2, 3]"),
        ("for i in (1..3) return i", "[2]"),
        ("for i in [1..3) return i", "[1, 2]"),
        ("for i in 2..2 return i", "[2]"),
        ("for i in (2..2] return i", "[]"),
        ('for d in @"2026-01-30"..@"2026-02-01" return d.day', "[30, 31, 1]"),
        ('for d in @"2026-01-02"..@"2026-01-01" return d.day', "[2, 1]"),
        ('for d in [@"2026-01-01"..@"2026-01-03"] return d.day', "[1, 2, 3]"),
        ("for i in 1..2, j in 3..4 return i * j", "[3, 4, 6, 8]"),
        ("for i in [[1, 2], [3]], j in i return j", "[1, 2, 3]"),
        ("for i in 1..4 return if i = 1 then 1 else i * partial[-1]", "[1, 2, 6, 24]"),
        ("for i in 1..3 return count(partial)", "[0, 1, 2]"),
        ("for i in 1..2, j in 1..2 return count(partial)", "[0, 1, 2, 3]"),
        ("for i in [] return i", "[]"),
        ("for i in 5 return i", "[5]"),
        ("for first name in [1] return first name + 1", "[2]"),
        ("for i in [1, 2] return for j in [1, 2] return i * j", "[[1, 2], [2, 4]]"),
        ("some i in [1, 2] satisfies i > 1", "true"),
        ("every i in [1, 2] satisfies i > 1", "false"),
        ("some i in [] satisfies true", "false"),
        ("every i in [] satisfies false", "true"),
        ("some i in [1, 2], j in [2, 3] satisfies i = j", "true"),
        ("every i in 1..3 satisfies i > 0", "true"),
        ("some i in [null, true] satisfies i", "true"),
        ("some i in [null, false] satisfies i", "null"),
        ("every i in [null, true] satisfies i", "null"),
        ("every i in [null, false] satisfies i", "false"),
        ("if null then 1 else 2", "2"),
        ("if 1 = 1 then 1 else 2", "1"),
        ("{a: 1, b: a + 1, c: {d: b + 1}}.c.d", "3"),
        ("[1, [2, [3]]][2][2][1]", "3"),
    ],
)
def test_loops_and_conditions_give_their_values(text: str, value: str) -> None:
    assert told(text) == told(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("for i in null return i", "iteration"),
        ("for i in 1.5..3 return i", "iteration"),
        ('for i in "a".."c" return i', "iteration"),
        ('for i in @"10:00:00"..@"11:00:00" return i', "iteration"),
        ('for i in @"2026-01-01T00:00:00"..@"2026-01-02T00:00:00" return i', "iteration"),
        ('for i in @"P1D"..@"P2D" return i', "iteration"),
        ("for i in (> 1) return i", "iteration"),
        ("some i in 5 satisfies i", "condition"),
        ("if 1 then 2 else 3", "condition"),
    ],
)
def test_what_cannot_be_walked_or_asked_is_null_and_says_why(text: str, reason: str) -> None:
    assert told(text) == "[null]"
    assert reason in reasons(text)
