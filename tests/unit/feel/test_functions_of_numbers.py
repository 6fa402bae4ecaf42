"""Built-in functions of numbers (DMN 1.5, 10.3.4.5, table 77): rounding in every direction, roots, remainders."""

from __future__ import annotations

import pytest

from tests.builders.a_feel_value import reasons, told


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("decimal(1/3, 2)", "0.33"),
        ("decimal(1.5, 0)", "2"),
        ("decimal(2.5, 0)", "2"),
        ("decimal(125, -1)", "120"),
        ("decimal(0.0000872991, 4)", "0.0001"),
        ("floor(1.5)", "1"),
        ("floor(-1.5)", "-2"),
        ("floor(-1.56, 1)", "-1.6"),
        ("floor(n: 1.56, scale: 1)", "1.5"),
        ("ceiling(1.5)", "2"),
        ("ceiling(-1.5)", "-1"),
        ("ceiling(-1.56, 1)", "-1.5"),
        ("round up(5.5, 0)", "6"),
        ("round up(-5.5, 0)", "-6"),
        ("round up(1.121, 2)", "1.13"),
        ("round up(-1.126, 2)", "-1.13"),
        ("round down(5.5, 0)", "5"),
        ("round down(-5.5, 0)", "-5"),
        ("round down(1.121, 2)", "1.12"),
        ("round down(-1.126, 2)", "-1.12"),
        ("round half up(5.5, 0)", "6"),
        ("round half up(-5.5, 0)", "-6"),
        ("round half up(1.121, 2)", "1.12"),
        ("round half up(-1.126, 2)", "-1.13"),
        ("round half down(5.5, 0)", "5"),
        ("round half down(-5.5, 0)", "-5"),
        ("round half down(1.121, 2)", "1.12"),
        ("round half down(-1.126, 2)", "-1.13"),
        ("round half down(2.5, 0)", "2"),
        ("abs(10)", "10"),
        ("abs(-10)", "10"),
        ('abs(@"PT5H")', '@"PT5H"'),
        ('abs(@"-PT5H")', '@"PT5H"'),
        ('abs(@"-P1Y")', '@"P1Y"'),
        ("modulo(12, 5)", "2"),
        ("modulo(-12, 5)", "3"),
        ("modulo(12, -5)", "-3"),
        ("modulo(-12, -5)", "-2"),
        ("modulo(10.1, 4.5)", "1.1"),
        ("modulo(-10.1, 4.5)", "3.4"),
        ("modulo(10.1, -4.5)", "-3.4"),
        ("modulo(-10.1, -4.5)", "-1.1"),
        ("sqrt(16)", "4"),
        ("sqrt(2)", "1.414213562373095048801688724209698"),
        ("log(10)", "2.302585092994045684017991454684364"),
        ("exp(5)", "148.4131591025766034211155800405523"),
        ("odd(5)", "true"),
        ("odd(2)", "false"),
        ("odd(2.5)", "false"),
        ("even(5)", "false"),
        ("even(2)", "true"),
        ("even(0)", "true"),
        ('number("1 000,0", " ", ",")', "1000"),
        ('number("1,000.0", ",", ".")', "1000"),
        ('number("1.000,5", ".", ",")', "1000.5"),
        ('number("-12.5")', "-12.5"),
        ('number("1e3")', "1000"),
        ('number(from: "1,000", grouping separator: ",", decimal separator: ".")', "1000"),
    ],
)
def test_a_function_of_numbers_gives_its_value(text: str, value: str) -> None:
    assert told(text) == told(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("decimal(1, 6177)", "scale"),
        ("decimal(1, -6112)", "scale"),
        ("round up(5.5)", "arguments"),
        ('floor("1")', "argument-type"),
        ("floor(null)", "argument-type"),
        ('abs("a")', "argument-type"),
        ("modulo(1, 0)", "no-number"),
        ("sqrt(-1)", "no-number"),
        ("log(0)", "no-number"),
        ("log(-1)", "no-number"),
        ("exp(100000)", "no-number"),
        ('odd("1")', "argument-type"),
        ('number("1,000.0", ",", ",")', "argument-type"),
        ('number("1;000", ";", ".")', "argument-type"),
        ('number("abc")', "unreadable"),
        ('number("")', "unreadable"),
        ("number(null)", "argument-type"),
        ("1 / 0", "no-number"),
        ("10 ** 7000", "no-number"),
        ("(-8) ** 0.5", "no-number"),
    ],
)
def test_a_function_of_numbers_is_null_and_says_why(text: str, reason: str) -> None:
    assert told(text) == "[null]"
    assert reason in reasons(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("1/3", "0.3333333333333333333333333333333333", id="34 digits"),
        pytest.param("0.1 + 0.2", "0.3", id="decimal, not binary"),
        pytest.param("2/3", "0.6666666666666666666666666666666667", id="half-even at the last digit"),
        pytest.param("10 ** -5", "0.00001", id="a negative power"),
        pytest.param("4 ** 0.5", "2", id="a fraction as power"),
        pytest.param("0 ** 0", "1", id="nothing to the power of nothing"),
        pytest.param("-0", "0", id="no negative zero"),
        pytest.param("1.5e3", "1500", id="an exponent"),
        pytest.param(".5", "0.5", id="no digit before the point"),
    ],
)
def test_numbers_are_decimals_of_34_digits(text: str, value: str) -> None:
    assert told(text) == told(value)
