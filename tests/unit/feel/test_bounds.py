"""No text and no model can hang or break an evaluation: every bad input ends in a value or a FEEL error."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import (
    Budget,
    Expression,
    FeelBudgetExceeded,
    FeelSyntaxError,
    UnaryTests,
    admit,
    encode,
    equal,
    parse_expression,
    parse_unary_tests,
    to_json,
    to_text,
)

OPERATORS = "( ) [ ] { } , : . .. + - * ** / < <= = != ? <"
WORDS = "and or in between if then else for return some satisfies function instance of not null true list a b item"
TOKENS = st.sampled_from([*OPERATORS.split(), *WORDS.split(), "1", "2.5", '"a"', '@"P1D"'])


@pytest.mark.parametrize("opening", ["(", "[", "{a:", "-", "not(", "if a then b else ", "f(", "a in (", "[1.."])
def test_a_nesting_bomb_is_refused(opening: str) -> None:
    with pytest.raises(FeelSyntaxError):
        parse_expression(opening * 1000)


def test_a_long_sum_is_no_nesting() -> None:
    assert parse_expression("+".join(["1"] * 4000)).evaluate({}).value == 4000


def test_a_long_text_is_refused() -> None:
    with pytest.raises(FeelSyntaxError, match="at most 10000 characters"):
        parse_expression('"' + "a" * 10_001 + '"')


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("for i in 1..1000000000 return i", id="an endless walk"),
        pytest.param("count(for a in 1..1000, b in 1..1000 return a)", id="walks within walks"),
        pytest.param("{f: function(n) f(n), r: f(1)}.r", id="endless recursion"),
        pytest.param('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")', id="a pattern that explodes"),
        pytest.param(
            'string length(for i in 1..40 return if i = 1 then "aa" else partial[-1] + partial[-1])', id="text"
        ),
    ],
)
def test_an_evaluation_stops_at_its_budget(text: str) -> None:
    expression = parse_expression(text)

    with pytest.raises(FeelBudgetExceeded):
        expression.evaluate({})


def test_a_smaller_budget_stops_earlier() -> None:
    with pytest.raises(FeelBudgetExceeded) as stopped:
        parse_expression("for i in 1..100 return i").evaluate({}, budget=Budget(operations=50))

    assert stopped.value.facts["limit"] == 50


@pytest.mark.parametrize(
    ("text", "line", "column", "wanted"),
    [
        ("1 +", 1, 4, "expected an expression"),
        ("if a then b", 1, 12, "expected `else`"),
        ("[1, 2", 1, 6, "expected `]`"),
        ("1 +\n  )", 2, 3, "expected an expression"),
        ('"open', 1, 1, "closing"),
        ('@"2026-02-30"', 1, 1, "expected a date"),
        ("{a: 1, a: 2}", 1, 8, "each key once"),
    ],
)
def test_a_fault_tells_line_column_and_what_was_expected(text: str, line: int, column: int, wanted: str) -> None:
    with pytest.raises(FeelSyntaxError, match=wanted) as fault:
        parse_expression(text)

    assert (fault.value.line, fault.value.column) == (line, column)


TWICE = "for i in 1..40 return if i = 1 then [1] else [partial[-1], partial[-1]]"
"""Forty lists, each of which holds the one before twice: small to keep, endless to walk."""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"string({TWICE})", id="as text"),
        pytest.param(f"({TWICE}) = ({TWICE})", id="compared"),
        pytest.param(f"index of({TWICE}, ({TWICE})[40])", id="looked for"),
        pytest.param(f"flatten({TWICE})", id="flattened"),
        pytest.param(f"({TWICE})[40] instance of {'list<' * 40}number{'>' * 40}", id="checked"),
    ],
)
def test_a_value_that_holds_itself_twice_forty_times_stops_at_the_budget(text: str) -> None:
    with pytest.raises(FeelBudgetExceeded):
        parse_expression(text).evaluate({})


def test_such_a_value_is_not_written_either() -> None:
    value = parse_expression(TWICE).evaluate({}).value
    again = parse_expression(TWICE.replace("40", "41")).evaluate({}).value[:40]

    for write in (to_text, to_json, encode):
        with pytest.raises(ValueError, match="at most 20,000,000 characters"):
            write(value)
    with pytest.raises(ValueError, match="at most 20,000,000 characters"):
        admit([value])
    assert equal(value, again) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("for i in 1..90000 return long + long", id="long texts"),
        pytest.param("for i in 1..90000 return upper case(long)", id="copies of a long text"),
        pytest.param("for i in 1..90000 return long = other", id="long texts compared"),
        pytest.param("sort(for i in 1..9000 return if even(i) then long else other)", id="long texts sorted"),
        pytest.param("for i in 1..90000 return list contains([long], other)", id="long texts looked for"),
        pytest.param("for i in 1..90000 return exp(i / 1000)", id="exponentials"),
        pytest.param("for i in 1..90000 return 1.1 ** 1.1", id="powers"),
        pytest.param("for i in 1..90000 return reverse(many)", id="copies of a long list"),
        pytest.param('for i in 1..90000 return context put(wide, "a", i)', id="copies of a wide context"),
        pytest.param('for d in @"-999999999-01-01"..@"999999999-01-01" return d', id="two thousand million years"),
    ],
)
def test_work_is_counted_by_its_size(text: str) -> None:
    long = "a" * 100_000
    scope = {
        "long": long,
        "other": "a" * 99_999 + "b",
        "many": [None] * 30_000,
        "wide": {str(n): None for n in range(3000)},
    }

    with pytest.raises(FeelBudgetExceeded):
        parse_expression(text).evaluate(scope)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("not(" * 1000, id="negations"),
        pytest.param("x instance of " + "list<" * 1000, id="types"),
        pytest.param("function(a) " * 500, id="functions"),
        pytest.param("for i in " * 900, id="loops"),
        pytest.param("a." * 3000 + "a", id="a long path"),
        pytest.param("a" + "[1]" * 2000, id="filters in a row"),
        pytest.param("f" + "()" * 3000, id="calls in a row"),
        pytest.param("1 " + "= 1 " * 2000, id="comparisons in a row"),
        pytest.param("1 in " * 1500, id="tests in tests"),
        pytest.param("9" * 9000, id="a number of 9,000 digits"),
        pytest.param("1e999999999", id="an endless exponent"),
        pytest.param("{" + "a: {" * 500, id="contexts"),
        pytest.param("for a" + " " * 9000, id="blanks after a variable"),
        pytest.param("function(a" + " " * 9000, id="blanks after a parameter"),
        pytest.param("{a" + " " * 9000, id="blanks after a key"),
        pytest.param("f(" + "a " * 4500, id="words without an end"),
    ],
)
def test_other_bombs_are_refused_as_well(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        parse_expression(text)


def fault_of(text: str, parse: Callable[[str], Expression | UnaryTests]) -> FeelSyntaxError | None:
    try:
        parsed = parse(text)
        if isinstance(parsed, Expression):
            parsed.evaluate({"a": None, "b": "x"})
    except FeelSyntaxError as fault:
        return fault
    except FeelBudgetExceeded:
        pass
    return None


@settings(max_examples=300, deadline=None)
@given(st.lists(TOKENS, max_size=25).map(" ".join) | st.text(max_size=40))
def test_any_text_ends_in_a_value_or_in_a_fault_with_its_place(text: str) -> None:
    faults = [fault for fault in (fault_of(text, parse_expression), fault_of(text, parse_unary_tests)) if fault]

    assert all(fault.line >= 1 and fault.column >= 1 for fault in faults)
    assert all(re.search("expected .*found ", fault.problem, re.DOTALL) for fault in faults)
