"""FEEL's grammar: precedence, names, literals, comments, and what is said of text that is none (DMN 1.5, 10.3.1)."""

from __future__ import annotations

import pytest

from engine.feel import FeelSyntaxError, parse_expression, parse_unary_tests
from tests.builders.a_feel_value import told


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("2 * 3 ** 2", "18"),
        ("10 - 2 - 3", "5"),
        ("12 / 2 / 3", "2"),
        ("-2 ** 2", "4"),
        ("1 - -1", "2"),
        ("1 - - 1", "2"),
        ("true or false and false", "true"),
        ("1 + 1 = 2 and 2 < 3", "true"),
        ("1 < 2 = true", "true"),
        ("not(true) or true", "true"),
        ("if true then 1 else 2 + 1", "1"),
        ("(if true then 1 else 2) + 1", "2"),
        ("for i in [1] return i + 1", "[2]"),
        ("some i in [1] satisfies i = 1 and true", "true"),
        ("5 in [1..5] and true", "true"),
        ("5 in [1, 2] or true", "true"),
        ("5 in > 3 and 5 in < 7", "true"),
        ("5 in 2 + 3", "true"),
        ("-(1)", "-1"),
        ("[1,2,3][1]+1", "2"),
        ("{a: {b: 1}}.a.b + 1", "2"),
        ('"a" + "b"', '"ab"'),
        ('"a\\tb\\n\\"c\\" \\\\"', '"a\\tb\\n\\"c\\" \\\\"'),
        ('"\\u0041\\U000041"', '"AA"'),
        ("1 // note", "1"),
        ("/* note */ 1 /* more\nlines */ + 1", "2"),
        ("{ }", "{}"),
        ("[ ]", "[]"),
        ('{"a b": 1, c: 2}', '{"a b": 1, c: 2}'),
        ("{a+b: 1}", '{"a+b": 1}'),
        ("{a: 1, b: 2,}", None),
        ("[1..5[", "[1..5)"),
        ("]1..5]", "(1..5]"),
        ("[1+1..2*3]", "[2..6]"),
        ("[[1, 2][1]..3]", "[1..3]"),
        ("5 in ]1..5[ = false", "true"),
        ("function(a: list<number>, b) a", None),
        ('@"2026-01-01"', 'date("2026-01-01")'),
        ("null", "null"),
    ],
)
def test_a_text_is_read_as_the_grammar_says(text: str, value: str | None) -> None:
    if value is None:
        parse_expression(text)
    else:
        assert told(text) == told(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("applicant age + 1", "31"),
        ("applicant  age+1", "31"),
        ("a-b", "10"),
        ("a - b", "4"),
        ("a+b", "6"),
        ("rate of return * 2", "4"),
        ("date of birth", '"x"'),
        ("in stock", "true"),
        ("profit and loss", "7"),
        ("profit and loss > 5 and in stock", "true"),
        ("order.line items[1].unit price", "3"),
        ("Grüße_1", "8"),
        ("🐎", "9"),
        ("person's name", '"Ann"'),
        ("n/a", "11"),
        ("null value", "12"),
        ("for x in order.line items return x.unit price", "[3]"),
    ],
)
def test_names_may_hold_spaces_operators_and_words_of_the_language(text: str, value: str) -> None:
    scope = {
        "applicant age": 30,
        "a-b": 10,
        "a": 5,
        "b": 1,
        "rate of return": 2,
        "date of birth": "x",
        "in stock": True,
        "profit and loss": 7,
        "order": {"line items": [{"unit price": 3}]},
        "line items": None,
        "unit price": None,
        "Grüße_1": 8,
        "🐎": 9,
        "person's name": "Ann",
        "n/a": 11,
        "null value": 12,
    }

    assert told(text, scope) == told(value)


@pytest.mark.parametrize(
    ("text", "line", "column", "wanted", "found"),
    [
        ("", 1, 1, "an expression", "the end of the text"),
        ("1 +", 1, 4, "an expression", "the end of the text"),
        ("1 + * 2", 1, 5, "an expression", "`*`"),
        ("(1 + 2", 1, 7, "`)`", "the end of the text"),
        ("[1, 2", 1, 6, "`]`", "the end of the text"),
        ("{a: 1", 1, 6, "`}`", "the end of the text"),
        ("{a 1}", 1, 2, "a key and `:`", "`a`"),
        ("{1: 2}", 1, 2, "a key and `:`", "`1`"),
        ("f(1, 2", 1, 7, "`)`", "the end of the text"),
        ("f(a: 1, 2)", 1, 9, "a named argument", "`2`"),
        ("if a then b", 1, 12, "`else`", "the end of the text"),
        ("if a b else c", 1, 8, "`then`", "`else`"),
        ("for x in y", 1, 11, "`return`", "the end of the text"),
        ("for in y return x", 1, 5, "a variable", "`in`"),
        ("some x in y return z", 1, 13, "`satisfies`", "`return`"),
        ("x between 1", 1, 12, "`and`", "the end of the text"),
        ("x instance number", 1, 12, "`of`", "`number`"),
        ("x instance of", 1, 14, "a type", "the end of the text"),
        ("x instance of list<", 1, 20, "a type", "the end of the text"),
        ("function(a b", 1, 10, "the name of a parameter", "`a`"),
        ("function(a", 1, 10, "the name of a parameter", "`a`"),
        ("1 2", 1, 3, "an operator or the end", "`2`"),
        ("a = = b", 1, 5, "an expression", "`=`"),
        ("a == b", 1, 4, "an expression", "`=`"),
        ("a && b", 1, 3, "an expression", "'&'"),
        ("a ! b", 1, 3, "an expression", "'!'"),
        ("'a'", 1, 1, "an expression", '"\'"'),
        ("[1, 2][> 1]", 1, 8, "an expression", "`>`"),
        ("[1..", 1, 5, "an expression", "the end of the text"),
        ("[1..2", 1, 6, "`]`, `)` or `[`", "the end of the text"),
        ("1 +\n 2 +\n  )", 3, 3, "an expression", "`)`"),
        ('"abc', 1, 1, 'a closing `"`', ""),
        ('@"2026-13-01"', 1, 1, "a date", "2026-13-01"),
        ("a.", 1, 3, "the name of a member", "the end of the text"),
        ("a.1", 1, 2, "an operator or the end", "`.1`"),
        ("else", 1, 1, "an expression", "`else`"),
    ],
)
def test_a_fault_names_place_what_was_expected_and_what_was_found(
    text: str, line: int, column: int, wanted: str, found: str
) -> None:
    with pytest.raises(FeelSyntaxError) as fault:
        parse_expression(text)

    assert (fault.value.line, fault.value.column) == (line, column)
    assert wanted in fault.value.problem
    assert found in fault.value.problem


@pytest.mark.parametrize(
    ("tests", "column", "wanted"),
    [
        ("", 1, "an expression"),
        ("<", 2, "an expression"),
        ("1,", 3, "an expression"),
        ("not(1", 6, "`)`"),
        ("[1..", 5, "an expression"),
        ("- -", 4, "an expression"),
        ("1 2", 3, "an operator or the end"),
    ],
)
def test_a_fault_in_a_cell_is_placed_as_well(tests: str, column: int, wanted: str) -> None:
    with pytest.raises(FeelSyntaxError) as fault:
        parse_unary_tests(tests)

    assert fault.value.column == column
    assert wanted in fault.value.problem
