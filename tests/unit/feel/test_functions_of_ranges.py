"""Ranges: literals, properties, range(), and how points and ranges lie to each other (DMN 1.5, 10.3.2.7, 10.3.4.10)."""

from __future__ import annotations

import re

import pytest

from tests.builders.a_feel_value import reasons, told

TRUE = """
before(1, 10)                   before(1, (1..10])              before(1, [5..10])            before([1..10), 10)
before([1..10], 15)             before([1..10], [15..20])       before([1..10), [10..20])     before([1..10], (10..20])
before((< 5), 7)                before(3, (> 3))                before((< 5), [5..6])
after(10, 5)                    after(12, [1..10])              after(10, [1..10))            after([11..20], 10)
after((11..20], 11)             after([11..20], [1..10])        after([11..20], [1..11))      after((11..20], [1..11])
after(8, (< 5))                 after((> 5), [1..5])
meets([1..5], [5..10])          met by([5..10], [1..5])         meets((<= 5), [5..10])
overlaps([1..5], [3..8])        overlaps([3..8], [1..5])        overlaps([1..8], [3..5])      overlaps([3..5], [1..8])
overlaps([1..5], [5..8])        overlaps([5..8], [1..5])        overlaps((< 5), [4..8])
overlaps before([1..5], [3..8]) overlaps before([1..5], [5..8]) overlaps before([1..5), (1..5])
overlaps before([1..5], (1..5]) overlaps before((< 5), [4..8])
overlaps after([3..8], [1..5])  overlaps after([5..8], [1..5])  overlaps after((1..5], [1..5))
overlaps after((1..5], [1..5])
finishes(10, [1..10])           finishes([5..10], [1..10])      finishes([5..10), [1..10))    finishes([1..10], [1..10])
finishes((1..10], [1..10])      finished by([1..10], 10)        finished by([1..10], [5..10]) finishes([5..10), (< 10))
includes([1..10], 5)            includes([1..10], 1)            includes([1..10], 10)         includes([1..10], [4..6])
includes([1..10], [1..5])       includes((1..10], (1..5])       includes([1..10], (1..10))    includes([1..10), [5..10))
includes([1..10], [1..10))      includes([1..10], [1..10])      includes((> 5), 6)            includes((> 5), [6..10])
during(5, [1..10])              during(1, [1..10])              during(10, [1..10])           during([4..6], [1..10])
during((1..5], (1..10])         during((1..10), [1..10])        during([1..10], [1..10])      during([6..7], (>= 6))
starts(1, [1..10])              starts([1..5], [1..10])         starts((1..5], (1..10])       starts([1..10], [1..10])
starts([1..10), [1..10])  starts((1..10), (1..10))  started by([1..10], 1)  started by([1..10], [1..5])
started by((1..10], (1..5])     starts([5..6], (>= 5))
coincides(5, 5)                 coincides([1..5], [1..5])       coincides((> 5), (> 5))
"""
FALSE = """
before(10, 1)                   before(1, [1..10])              before([1..10], 10)           before([1..10], [10..20])
before((> 5), 7)                after(5, 10)                    after(10, [1..10])            after([11..20], 12)
after([11..20], 11)             after([1..10], [11..20])        after(1, (> 0))
meets([1..5), [5..10])          meets([1..5], (5..10])          meets([1..5], [6..10])        met by([5..10], [1..5))
met by((5..10], [1..5])         met by([6..10], [1..5])         meets((> 5), [5..10])
overlaps([1..5], [6..8])        overlaps([6..8], [1..5])        overlaps([1..5], (5..8])      overlaps([1..5), [5..8])
overlaps([1..5), (5..8])        overlaps((5..8], [1..5])        overlaps((< 5), (> 5))
overlaps before([1..5], [6..8]) overlaps before([1..5], (5..8]) overlaps before([1..5), [1..5])
overlaps before([1..5], [1..5]) overlaps after([6..8], [1..5])  overlaps after((5..8], [1..5])
overlaps after([1..5], [1..5))  overlaps after([1..5], [1..5])
finishes(10, [1..10))  finishes([5..10), [1..10])  finished by([1..10), 10)  finished by([1..10], [5..10))
includes([1..10], 12)           includes((1..10], 1)            includes([1..10), 10)         includes((< 5), [1..5])
during(12, [1..10])             during(1, (1..10])              during((> 6), [1..10])
starts(1, (1..10])              starts(2, [1..10])              starts((1..5], [1..10])       starts([1..5], (1..10])
started by((1..10], 1)          started by((1..10], [1..5])     started by([1..10], (1..5])
coincides(3, 4)                 coincides((1..5), [1..5])       coincides([1..5], [2..6])     coincides((> 5), (>= 5))
"""


def relations(table: str) -> list[str]:
    return re.split(r"(?<=\))\s+(?=[a-z])", table.strip())


@pytest.mark.parametrize("relation", relations(TRUE))
def test_a_relation_holds(relation: str) -> None:
    assert told(relation) == "[true]"


@pytest.mark.parametrize("relation", relations(FALSE))
def test_a_relation_does_not_hold(relation: str) -> None:
    assert told(relation) == "[false]"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("before(point1: 1, point2: 2)", "true"),
        ("before(point: 1, range: [2..3])", "true"),
        ("before(range: [2..3], point: 5)", "true"),
        ("before(range1: [2..3], range2: [4..5])", "true"),
        ("includes(range: [1..3], point: 2)", "true"),
        ('during(@"2026-02-01", [@"2026-01-01"..@"2026-12-31"])', "true"),
        ('before("a", ["b".."c"])', "true"),
        ('overlaps([@"PT1H"..@"PT2H"], [@"PT2H"..@"PT3H"])', "true"),
        ("[1..10].start", "1"),
        ("(1..10].start included", "false"),
        ("]1..10].start included", "false"),
        ("[1..10[.end included", "false"),
        ("(< 10).end", "10"),
        ("(< 10).start", "null"),
        ("(< 10).start included", "false"),
        ("(<= 10).end included", "true"),
        ("(= 10).start", "10"),
        ("[1..3] = [1..3]", "true"),
        ("[1..3] = [1..3)", "false"),
        ("(1..3] = ]1..3]", "true"),
        ('[@"10:00:00Z"..@"11:00:00Z"] = [@"11:00:00+01:00"..@"11:00:00Z"]', "true"),
        ("5 in (< 10)", "true"),
        ("10 in (!= 10)", "false"),
        ('range("[18..21]")', "[18..21]"),
        ('range("(18..21]")', "(18..21]"),
        ('range("]18..21[")', "(18..21)"),
        ('range("[\\"a\\"..\\"c\\"]")', '["a".."c"]'),
        ('range("[@\\"2026-01-01\\"..@\\"2026-01-02\\"]")', '[@"2026-01-01"..@"2026-01-02"]'),
        ('range("[date(\\"2026-01-01\\")..date(\\"2026-01-02\\")]")', '[@"2026-01-01"..@"2026-01-02"]'),
        ('range("[duration(\\"P1D\\")..duration(\\"P2D\\")]")', '[@"P1D"..@"P2D"]'),
        ('range("[2..)")', "(>= 2)"),
        ('range("(2..)")', "(> 2)"),
        ('range("]2..[")', "(> 2)"),
        ('range("(..2)")', "(< 2)"),
        ('range("(..2]")', "(<= 2)"),
        ('range("]..2]")', "(<= 2)"),
        ('range(" [ 2 .. ) ") = (>= 2)', "true"),
        ('range("[date(\\"2026-01-01\\")..)")', '(>= @"2026-01-01")'),
        ('2 in range("[2..)")', "true"),
        ('1 in range("[2..)")', "false"),
        ('2 in range("(..2)")', "false"),
        ('range("[2..)") instance of range<number>', "true"),
        ('@"2026-02-01" in [@"2026-01-01"..@"2026-12-31"]', "true"),
        ('"b" in ["a".."c"]', "true"),
    ],
)
def test_a_range_is_a_value(text: str, value: str) -> None:
    assert told(text) == told(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('before(1, "a")', "no-order"),
        ("before(null, 1)", "argument-type"),
        ("before(1)", "arguments"),
        ("meets(1, [1..2])", "argument-type"),
        ("overlaps((!= 5), [1..2])", "no-order"),
        ('range("[2..1]")', "range"),
        ('range("1..2")', "unreadable"),
        ('range("[..2]")', "unreadable"),
        ('range("[..2)")', "unreadable"),
        ('range("[1..]")', "unreadable"),
        ('range("(..)")', "unreadable"),
        ('range("(x..)")', "unreadable"),
        ('range("[1..x]")', "unreadable"),
        ('range("[1..\\"a\\"]")', "range"),
        ("range(null)", "argument-type"),
        ('[1.."a"]', "range"),
    ],
)
def test_what_has_no_order_is_null_and_says_why(text: str, reason: str) -> None:
    assert told(text) == "[null]"
    assert reason in reasons(text)
