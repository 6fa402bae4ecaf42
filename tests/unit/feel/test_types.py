"""Types: `instance of`, which type conforms to which, and the implicit conversions (DMN 1.5, 10.3.2.9, 10.3.2.13)."""

from __future__ import annotations

import pytest

from engine.feel import parse_expression
from tests.builders.a_feel_value import reasons, told


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 instance of number", "true"),
        ("1 instance of Any", "true"),
        ("1 instance of string", "false"),
        ('"a" instance of string', "true"),
        ("true instance of boolean", "true"),
        ('@"2026-01-01" instance of date', "true"),
        ('@"2026-01-01" instance of date and time', "false"),
        ('@"2026-01-01T00:00:00" instance of date and time', "true"),
        ('@"2026-01-01T00:00:00" instance of date', "false"),
        ('@"10:00:00" instance of time', "true"),
        ('@"P1D" instance of days and time duration', "true"),
        ('@"P1D" instance of years and months duration', "false"),
        ('@"P1Y" instance of years and months duration', "true"),
        ("[1, 2] instance of list", "true"),
        ("[1, 2] instance of list<number>", "true"),
        ('[1, "a"] instance of list<number>', "false"),
        ('[1, "a"] instance of list<Any>', "true"),
        ("[] instance of list<number>", "true"),
        ("[[1], [2]] instance of list<list<number>>", "true"),
        ("{a: 1} instance of context", "true"),
        ("{a: 1} instance of context<a: number>", "true"),
        ("{a: 1, b: 2} instance of context<a: number>", "true"),
        ("{b: 2} instance of context<a: number>", "false"),
        ('{a: "x"} instance of context<a: number>', "false"),
        ("{a: {b: 1}} instance of context<a: context<b: number>>", "true"),
        ("{first name: 1} instance of context<first name: number>", "true"),
        ("[1..2] instance of range<number>", "true"),
        ('["a".."b"] instance of range<number>', "false"),
        ('[@"2026-01-01"..@"2026-01-02"] instance of range<date>', "true"),
        ("(< 5) instance of range<number>", "true"),
        ("(function(a: number) a) instance of function<number>->Any", "true"),
        ("(function(a: string) a) instance of function<number>->Any", "false"),
        ("(function(a: number, b: number) a) instance of function<number>->Any", "false"),
        ("(function() 1) instance of function<>->Any", "true"),
        ("abs instance of function<number>->number", "true"),
        ("1 instance of function<>->Any", "false"),
        ("null instance of Any", "false"),
        ("null instance of number", "false"),
        ("null instance of list<Any>", "false"),
        ("null instance of Null", "true"),
        ("1 instance of Null", "false"),
        ("1 + 1 instance of number", "null"),
        ("(1 + 1) instance of number", "true"),
        ("not(1 instance of string)", "true"),
        ("1 instance of number and 2 instance of number", "true"),
    ],
)
def test_instance_of_tells_the_type_of_a_value(text: str, value: str) -> None:
    assert told(text) == told(value)


def test_an_unknown_type_is_null_and_says_so() -> None:
    assert told("1 instance of tPerson") == "[null]"
    assert reasons("1 instance of tPerson") == ["unknown-type"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("(function(a: number) a + 1)([2])", "3", id="a list of one becomes its item"),
        pytest.param("(function(a: list<number>) count(a))(2)", "1", id="an item becomes a list of one"),
        pytest.param(
            '(function(a: date and time) string(a))(@"2026-01-01")', '"2026-01-01T00:00:00Z"', id="a date: midnight UTC"
        ),
        pytest.param("(function(a: number) a)(null)", "null", id="null conforms to every type"),
        pytest.param('(function(a: number) 1)("a")', "null", id="what does not conform: null, not called"),
        pytest.param("(function(a: number) 1)([1, 2])", "null", id="a list of two is no item"),
        pytest.param("(function(a: context<b: number>) a)({b: 1, c: 2})", "{b: 1, c: 2}", id="more entries conform"),
        pytest.param("abs([-1])", "1", id="built-in functions, too"),
        pytest.param('contains(["foobar"], ["ob"])', "true", id="of texts"),
        pytest.param("count(1)", "1", id="of lists"),
        pytest.param("[1] + 1", "null", id="operators convert nothing"),
    ],
)
def test_an_argument_is_converted_to_the_type_of_its_parameter(text: str, value: str) -> None:
    assert told(text) == told(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(function(a, b) a - b)(3, 1)", "2"),
        ("(function(a, b) a - b)(b: 3, a: 1)", "-2"),
        ("{f: function(x) x * 2, r: f(4)}.r", "8"),
        ("{make: function(n) function(x) x * n, r: make(3)(4)}.r", "12"),
        ("{fact: function(n) if n <= 1 then 1 else n * fact(n - 1), r: fact(5)}.r", "120"),
        ("(function() 5)()", "5"),
        ("(function(a, b) a)(1)", "null"),
        ("(function(a) a)(1, 2)", "null"),
        ("(function(a) a)(b: 1)", "null"),
        ("(function(a, b) b)(a: 1)", "null"),
        ("{a: 1}.a(2)", "null"),
        ('"abs"(1)', "null"),
        ("for f in [abs, sqrt] return f(16)", "[16, 4]"),
        ("sum(for i in 1..3 return i)", "6"),
    ],
)
def test_functions_are_values_and_are_called_by_place_or_by_name(text: str, value: str) -> None:
    assert told(text) == told(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("string(1.1)", '"1.1"'),
        ("string(1.0)", '"1"'),
        ("string(1e3)", '"1000"'),
        ("string(null)", "null"),
        ("string(true)", '"true"'),
        ('string("a")', '"a"'),
        ('string(@"2026-01-01")', '"2026-01-01"'),
        ('string(@"10:00:00.50")', '"10:00:00.5"'),
        ('string(@"10:00:00+00:00")', '"10:00:00Z"'),
        ('string(@"2026-01-01T10:00:00@Europe/Paris")', '"2026-01-01T10:00:00@Europe/Paris"'),
        ('string(@"P14M")', '"P1Y2M"'),
        ('string(@"PT90M")', '"PT1H30M"'),
        ('string([1, "a", null])', '"[1, \\"a\\", null]"'),
        ('string({a: 1, b c: "x"})', '"{a: 1, \\"b c\\": \\"x\\"}"'),
        ("string([1..3))", '"[1..3)"'),
        ("string(from: 1)", '"1"'),
    ],
)
def test_every_value_has_a_text(text: str, value: str) -> None:
    assert told(text) == told(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('1 + "a"', '`+` has no meaning between the number 1 and the string "a".'),
        ("1 < true", "`<` has no meaning between the number 1 and the boolean true."),
        ("[1, 2] * 2", "`*` has no meaning between a list of 2 items and the number 2."),
        ('abs("x")', 'abs() expects a number or a duration, found the string "x".'),
        ("floor({a: 1})", "floor() expects a number as `n`, found a context with `a`."),
        ('(function(age: number) age)("x")', '`age` of the function expects a number, found the string "x".'),
        ('if "yes" then 1 else 2', '`if` expects true or false, found the string "yes".'),
        ('[1]["x"]', 'A filter expects true, false or a number, found the string "x".'),
        ("5(1)", "Expected a function as `this`, found the number 5."),
        ("abs.x", "Expected a value with `x`, found the function `abs`."),
        ("-null", "Expected a number or a duration after `-`, found null."),
        ('@"2026-01-01".hour', "Expected a value with `hour`, found the date 2026-01-01."),
    ],
)
def test_a_type_error_names_the_value_and_what_was_wanted(text: str, message: str) -> None:
    assert message in [warning.message for warning in parse_expression(text).evaluate({}).warnings]


def test_a_long_value_is_cut_in_a_message() -> None:
    found = parse_expression("abs(x)").evaluate({"x": "a" * 5000}).warnings[0].message

    assert len(found) < 200
