"""What FEEL expressions say: names, operators, three-valued logic, reasons for null (DMN 1.5, chapter 10)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.feel import HostFunction, admit, parse_expression, parse_unary_tests, to_text

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1 + 2 * 3 - -4", "11", id="precedence"),
        pytest.param("-3 ** 2", "9", id="the sign binds tighter than the power"),
        pytest.param("2 ** 3 ** 2", "64", id="powers go from left to right"),
        pytest.param("1 / 3", "0.3333333333333333333333333333333333", id="34 digits"),
        pytest.param("for i in 3..1 return i * 2", "[6, 4, 2]", id="a walk downwards"),
        pytest.param("for i in 1..3 return if i = 1 then 1 else i * partial[-1]", "[1, 2, 6]", id="partial"),
        pytest.param("some x in [1, 2], y in [2, 3] satisfies x = y", "true", id="some"),
        pytest.param("{a: 1, b c: a + 1, d: b c * 2}.d", "4", id="keys with spaces are met"),
        pytest.param("[{a: 1}, {a: 2}, {b: 3}][a > 1].a", "[2]", id="a filter sees the entries of the items"),
        pytest.param("[1, 2, 3][-1]", "3", id="an index from the end"),
        pytest.param("5 in (< 3, [4..6])", "true", id="in tests"),
        pytest.param("5 in ]5..6[", "false", id="open ends"),
        pytest.param('@"2024-01-31" + @"P1M"', "2024-02-29", id="months end where the month ends"),
        pytest.param('@"2026-03-29T00:00:00@Europe/Paris" + @"PT3H"', "2026-03-29T04:00:00@Europe/Paris", id="summer"),
        pytest.param('@"999999999-12-31" > @"2026-01-01"', "true", id="distant years"),
        pytest.param("(function(a: number, b) a + b)(b: 2, a: 1)", "3", id="named arguments"),
        pytest.param("[1, 2] instance of list<number>", "true", id="instance of"),
        pytest.param('"\\uD83D\\uDC0E" = "🐎"', "true", id="a surrogate pair is one character"),
        pytest.param("/* note */ 1 // end", "1", id="comments"),
        pytest.param('date and time(@"2026-01-01", time("10:00:00Z")).time offset', "PT0S", id="spaced names"),
    ],
)
def test_an_expression_gives_its_value(text: str, expected: str) -> None:
    assert to_text(parse_expression(text).evaluate({}).value) == expected


@pytest.mark.parametrize(
    ("left", "right", "conjunction", "disjunction"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, False, False, False),
        (False, None, False, None),
        (None, None, None, None),
    ],
)
def test_and_and_or_have_three_values(
    left: bool | None, right: bool | None, conjunction: bool | None, disjunction: bool | None
) -> None:
    scope = {"a": left, "b": right}

    assert parse_expression("a and b").evaluate(scope).value is conjunction
    assert parse_expression("b and a").evaluate(scope).value is conjunction
    assert parse_expression("a or b").evaluate(scope).value is disjunction
    assert parse_expression("b or a").evaluate(scope).value is disjunction


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("unknown + 1", "unknown-name"),
        ("1 / 0", "no-number"),
        ('1 + "a"', "unfit-operands"),
        ('number("abc")', "unreadable"),
        ("{a: 1}.b", "no-entry"),
        ("[1][2]", "index"),
        ("now()", "no-clock"),
        ("(function(a) external {java: {}})(1)", "external-function"),
        ('matches("a", "(")', "pattern"),
        ('substring("abc")', "arguments"),
    ],
)
def test_null_says_why(text: str, code: str) -> None:
    result = parse_expression(text).evaluate({})

    assert result.value is None
    assert code in [warning.code for warning in result.warnings]


def test_names_with_spaces_and_operators_are_those_of_the_scope() -> None:
    scope = {"legal deadline": Decimal(3), "a-b": Decimal(10), "a": Decimal(5), "b": Decimal(1)}

    found = parse_expression("legal  deadline + a-b + a - b", scope).evaluate(scope)

    assert found.value == Decimal(17)


def test_free_names_are_those_the_scope_must_know() -> None:
    expression = parse_expression("sum(for x in items return x * rate) + {a: 1, c: a}.c")

    assert expression.free_names == {"items", "rate"}


def test_a_function_of_the_host_is_called_by_place_and_by_name() -> None:
    host = {"days after": HostFunction("days after", ("date", "n"), lambda date, n: date * 100 + n)}

    by_place = parse_expression("days after(1, 2)", host).evaluate({}, functions=host)
    by_name = parse_expression("days after(n: 2, date: 1)", host).evaluate({}, functions=host)

    assert by_place.value == by_name.value == Decimal(102)


def test_now_is_the_moment_passed_in() -> None:
    assert to_text(parse_expression("now()").evaluate({}, now=NOW).value) == "2026-03-02T09:30:00Z"


@pytest.mark.parametrize(
    ("tests", "value", "expected"),
    [
        ("-", None, True),
        ("< 5, > 10", 7, False),
        ("[1..3], 7", 7, True),
        ("not(1, 2)", 2, False),
        ("? > 2 and ? < 4", 3, True),
        ('contains(?, "x")', "axb", True),
        ("true", True, True),
        ("limit", 9, True),
        ("null", None, True),
        ("not(null)", 3, True),
    ],
)
def test_a_cell_of_a_table_tests_its_input(tests: str, value: object, expected: bool) -> None:
    found = parse_unary_tests(tests).matches(admit(value), {"limit": Decimal(9)})

    assert found.value is expected
