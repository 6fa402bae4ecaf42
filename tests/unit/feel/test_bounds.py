"""No text and no model can hang or break an evaluation: every bad input ends in a value or a FEEL error."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import Budget, FeelBudgetExceeded, FeelSyntaxError, parse_expression, parse_unary_tests

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


@settings(max_examples=300, deadline=None)
@given(st.lists(TOKENS, max_size=25).map(" ".join) | st.text(max_size=40))
def test_any_text_ends_in_a_value_or_a_feel_error(text: str) -> None:
    for parse in (parse_expression, parse_unary_tests):
        try:
            parsed = parse(text)
            if hasattr(parsed, "evaluate"):
                parsed.evaluate({"a": None, "b": "x"})
        except (FeelSyntaxError, FeelBudgetExceeded):
            pass
