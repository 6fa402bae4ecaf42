"""Whatever text comes in, a value or a FEEL error comes out, soon, and never another exception.

`ONEWINDOW_FUZZ_EXAMPLES=20000` makes the same run longer; `make fuzz` does so for about a minute.
"""

from __future__ import annotations

import os
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.feel import (
    FeelBudgetExceeded,
    FeelSyntaxError,
    Value,
    admit,
    encode,
    parse_expression,
    parse_unary_tests,
    to_json,
    to_text,
)
from engine.feel.functions import BUILT_INS

EXAMPLES = int(os.environ.get("ONEWINDOW_FUZZ_EXAMPLES", "250"))
SLOWEST_SECONDS = 2.0
"""Of the processor, for one text, on a machine under load; alone it is a tenth."""

FUZZED = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PROCESSES = Path(__file__).parents[2] / "processes"
WRITTEN = [
    'amount * (1 + rate) > 1000 and status in ("open", "new")',
    'if a.b[item > 1][1] = null then "x" else string length(s) + 1',
    'for i in 1..3, j in [i, 2] return {"a b": i ** j, c: a b - 1}',
    "some x in [1, 2] satisfies every y in L satisfies x < y",
    'date("2026-01-31") + duration("P1M") between @"2026-01-01" and @"2026-12-31T00:00:00Z"',
    "function(n: number, s: list<string>) if n <= 1 then 1 else n * f(n - 1)",
    'replace(s, "(a|b)+", "$1") instance of string',
    "sort(L, function(a, b) a < b)[-1] in (]1..5[, (> 7), not(3))",
    'context put({a: {b: [1, 2]}}, ["a", "b"], 3).a.b',
]
SIGNS = "( ) [ ] { } , : . .. + - * ** / < <= > >= = != ? @ -> // /* */ \\ '"
WORDS = "and or in between if then else for return some every satisfies function external instance of not null true"
TOKENS = [
    *SIGNS.split(),
    *WORDS.split(),
    *BUILT_INS,
    *("list<", "context<", "a", "b", "L", "s", "item", "partial", "legal deadline", "0", "1", "2.5", "1e6144"),
    *('"', '"a"', '"\\uD83D\\uDE00"', '"(a+)+$"', "\n", "\u00a0", "\U0001d4b3", "\u0259"),
    *('@"P1D"', '@"2026-02-28"', '@"23:59:59@Europe/Paris"', '@"x"'),
]
ARGUMENTS = [
    *("a", "b", "L", "s", "L.b", "[L, L]", "[]", "{}", "[{key: s, value: L}]", "true", "null", "sort", "function(x) x"),
    *("1", "-1", "0.5", "1e6144", "1e-6143", "[1..2]", '(< "a")', '"[1..2]"', '""', '"."', '"(a"', '"2026-01-01"'),
    *(
        '@"P1M"',
        '@"PT1S"',
        '@"2026-02-28"',
        '@"10:00:00"',
        '@"-999999999-01-01"',
        '@"2026-03-29T02:30:00@Europe/Paris"',
    ),
]
OPENINGS = ["(", "[", "{a:", "-", "a.", "a[", "not(", "f(", "if a then ", "for x in ", "a in (", "a instance of list<"]
SCOPE: dict[str, Value] = {
    "a": {"b": [admit(number) for number in (3, 1, 2)]},
    "b": None,
    "L": [Decimal(1), "x", True, None, [Decimal(2)]],
    "s": "aab😀",
    "legal deadline": Decimal(30),
}


def shipped() -> list[str]:
    """Every text of FEEL in the decisions of the procedures that are shipped."""
    files = sorted(PROCESSES.glob("*/*.dmn"))
    return sorted({text.text for file in files for text in etree.parse(file).iter("{*}text") if text.text})


def mutated(text: str, changes: list[tuple[str, int, str]]) -> str:
    """A text with some of its characters taken away, doubled or replaced."""
    for what, place, token in changes:
        at = place % (len(text) + 1)
        after = {"cut": text[at + 3 :], "insert": token + text[at:], "double": text[max(0, at - 9) :]}[what]
        text = text[:at] + after
    return text


TEXTS = (
    st.lists(st.sampled_from(TOKENS), max_size=30).map(" ".join)
    | st.builds(
        mutated,
        st.sampled_from([*WRITTEN, *shipped()]),
        st.lists(
            st.tuples(st.sampled_from(["cut", "insert", "double"]), st.integers(0, 500), st.sampled_from(TOKENS)),
            max_size=4,
        ),
    )
    | st.text(max_size=60)
)


def tried(text: str) -> None:
    """Parse a text both ways, evaluate it, and write down what comes out."""
    for parse in (parse_expression, parse_unary_tests):
        try:
            parsed: Any = parse(text, SCOPE)
            result = parsed.evaluate(SCOPE) if parse is parse_expression else parsed.matches(Decimal(1), SCOPE)
        except (FeelSyntaxError, FeelBudgetExceeded):
            continue
        for write in (to_text, to_json, encode):
            try:
                write(result.value)
            except (ValueError, TypeError):  # too deep, or a function, which is no data
                continue


@FUZZED
@given(TEXTS)
def test_any_text_ends_in_a_value_or_a_feel_error(text: str) -> None:
    began = time.process_time()

    tried(text)

    assert time.process_time() - began < SLOWEST_SECONDS


@FUZZED
@given(st.sampled_from(sorted(BUILT_INS)), st.lists(st.sampled_from(ARGUMENTS), max_size=5))
def test_any_call_of_a_built_in_function_ends_in_a_value(name: str, arguments: list[str]) -> None:
    tried(f"{name}({', '.join(arguments)})")


@pytest.mark.parametrize(
    "opening", ["(", "[", "{a:", "-", "a.", "a[", "not(", "f(", "if a then ", "for x in ", "a in ("]
)
def test_a_hundred_thousand_openings_are_refused_at_once(opening: str) -> None:
    began = time.process_time()

    with pytest.raises(FeelSyntaxError):
        parse_expression(opening * 100_000)

    assert time.process_time() - began < SLOWEST_SECONDS


BOMBS = [
    "for i in 1..1000000000000 return i",
    "some i in 1..1000000000000 satisfies i < 0",
    "count(for x in many, y in many, z in many return 1)",
    "sort(for x in many, y in many return x)",
    "sort(many, function(a, b) count(for q in many return q) > 1)",
    "{f: function(n) [f(n), f(n)], r: f(1)}.r",
    "{f: function(g) g(g), r: f(f)}.r",
    "for i in 1..30 return if i = 1 then long else partial[-1] + partial[-1]",
    "for i in 1..1000 return long + long",
    "string join(for i in 1..90000 return long)",
    "for i in 1..90000 return substring(long, 50000)",
    "for i in 1..9000 return string(many)",
    'for i in 1..90000 return @"2026-01-01T00:00:00@Europe/Berlin" + @"PT1H"',
    'matches(long, "^(a+)+$b")',
    'matches(long, "[a-z]*[a-z]*[a-z]*x")',
    'replace(long, "(a|aa)+b", "x")',
    'split(long, "(((a*)*)*)*b")',
]
NUMBERS = ["2 ** 1000000000", "10 ** 6145", "1e6144 * 10", "exp(1000000)", '@"P1D" * 1e6144', "(-2) ** 0.5"]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_stopped_by_the_budget(bomb: str) -> None:
    began = time.process_time()

    with pytest.raises(FeelBudgetExceeded):
        parse_expression(bomb).evaluate({"many": [Decimal(1)] * 1000, "long": "a" * 100_000})

    assert time.process_time() - began < SLOWEST_SECONDS


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_beyond_all_numbers_is_null_with_a_reason(text: str) -> None:
    result = parse_expression(text).evaluate({})

    assert result.value is None
    assert result.warnings
