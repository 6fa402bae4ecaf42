"""Patterns match as JavaScript's do, and no text makes them slow."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.patterns import EMAIL, PHONE, BadPattern, Pattern


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("b", "abc", True),
        ("^b", "abc", False),
        ("^a.c$", "abc", True),
        ("^a.c$", "a\nc", False),
        ("^(ab|cd)+$", "abcdab", True),
        ("^(?:ab){2,3}$", "ababab", True),
        ("^(?:ab){2,3}$", "abababab", False),
        ("^[^0-9]+$", "abc", True),
        ("^[a-c\\d_]+$", "ab9_", True),
        ("^[\\]\\-]$", "-", True),
        ("^\\w\\W\\s\\S$", "a- b", True),
        ("^\\d$", "٣", False),
        ("^\\u0259$", "ə", True),
        ("^a{0}b?$", "", True),
        ("x*", "", True),
        ("^a+?b$", "aaab", True),
        ("a|^$", "", True),
        ("^(|a)$", "", True),
        ("\\.\\(\\/", ".(/", True),
    ],
)
def test_a_pattern_is_found_or_not(pattern: str, text: str, matches: bool) -> None:
    assert Pattern(pattern).matches(text) is matches


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[a", "a**", "*a", "(?=a)", "(?<n>a)", "\\1", "\\b", "\\p{L}", "a{2,1}", "a{x}", "[z-a]", "\\",
     "a" * 501,
     "(((a{99}){99}){99})", "(" * 30 + ")" * 30, "\\u12"],
)  # fmt: skip
def test_a_pattern_beyond_the_common_subset_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        Pattern(pattern)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|aa)+$", "^(a*)*$", "^(a|a|a)*b$", "(.*)*(.*)*x"])
def test_a_pattern_that_would_explode_takes_a_blink(pattern: str) -> None:
    compiled = Pattern(pattern)
    begun = time.process_time()
    assert compiled.matches("a" * 5_000 + "!") is False
    assert time.process_time() - begun < 1


def test_repetitions_of_nothing_end() -> None:
    assert Pattern("^(?:(?:){9999}){9999}$").matches("")


_ATOMS = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "\\d", "(a|b)", "(?:ab)"])
_SIGNS = st.sampled_from(["", "*", "+", "?", "{1,2}", "{2}"])
PATTERNS = st.lists(st.tuples(_ATOMS, _SIGNS).map("".join) | st.just("|"), max_size=6).map("".join)


@given(PATTERNS, st.text("ab1 ", max_size=12))
def test_it_agrees_with_a_backtracking_matcher(pattern: str, text: str) -> None:
    assert Pattern(pattern).matches(text) is (re.search(pattern, text) is not None)


@pytest.mark.parametrize(
    ("text", "fits"), [("leyla@example.az", True), ("a@b", False), ("a b@c.az", False), ("@c.az", False)]
)
def test_addresses_of_mail(text: str, fits: bool) -> None:
    assert EMAIL.matches(text) is fits


def test_telephone_numbers() -> None:
    assert PHONE.matches("+994501234567")
    assert not PHONE.matches("0501234567")
