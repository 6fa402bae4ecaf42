"""Three-valued logic by its truth tables; membership, lists and texts by the laws they keep."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import Value, decode, encode, from_json, parse_expression, to_json

LAW = settings(max_examples=100, deadline=None)
TRUTHS: tuple[bool | None, ...] = (True, False, None)
NUMBERS = st.integers(-20, 20).map(Decimal)
TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("aəI😀𝒳é"), max_size=12)
ITEMS = NUMBERS | TEXTS | st.booleans() | st.none()
LISTS = st.lists(ITEMS, max_size=12)
NESTED: st.SearchStrategy[Any] = st.recursive(
    ITEMS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=10
)


def value(text: str, **names: Value) -> Value:
    """The value of an expression."""
    return parse_expression(text).evaluate(names).value


def least(truths: list[bool | None]) -> bool | None:
    """And: the least of false < null < true (DMN 1.5, table 50)."""
    return min(truths, key=[False, None, True].index, default=True)


def greatest(truths: list[bool | None]) -> bool | None:
    """Or: the greatest of them."""
    return max(truths, key=[False, None, True].index, default=False)


@pytest.mark.parametrize("truths", [*product(TRUTHS, repeat=2), *product(TRUTHS, repeat=3)], ids=str)
def test_truth_tables(truths: tuple[bool | None, ...]) -> None:
    names = dict(zip("abc", truths, strict=False))
    known = list(truths)

    assert value(" and ".join(names), **names) is least(known)
    assert value(" or ".join(names), **names) is greatest(known)
    assert value("every t in l satisfies t", l=known) is least(known)
    assert value("some t in l satisfies t", l=known) is greatest(known)
    assert value("all(l)", l=known) is least(known)
    assert value("any(l)", l=known) is greatest(known)
    assert value("not(a)", **names) is {True: False, False: True, None: None}[truths[0]]
    assert value("if a then 1 else 2", **names) == (1 if truths[0] else 2)


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
@pytest.mark.parametrize(("left", "right"), [("null", "1"), ("1", "null"), ('"a"', "1"), ("true", "false")])
def test_what_has_no_order_is_null(sign: str, left: str, right: str) -> None:
    assert value(f"{left} {sign} {right}") is None


@pytest.mark.parametrize(
    ("text", "truth"),
    [("null = null", True), ("null = 1", False), ("1 != null", True), ('"1" = 1', None), ("null in (1, null)", True)],
)
def test_equality_knows_null(text: str, truth: bool | None) -> None:
    assert value(text) is truth


@LAW
@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from("[("), st.sampled_from("])"))
def test_membership_of_a_range_is_two_comparisons(
    x: Decimal, a: Decimal, b: Decimal, opening: str, closing: str
) -> None:
    above = x >= a if opening == "[" else x > a
    below = x <= b if closing == "]" else x < b

    assert value(f"x in {opening}a..b{closing}", x=x, a=a, b=b) is (above and below)
    assert value("x between a and b", x=x, a=a, b=b) is (a <= x <= b)


@LAW
@given(st.lists(NUMBERS) | st.lists(TEXTS))
def test_sorting_is_a_permutation_in_order(items: list[Value]) -> None:
    assert value("sort(l, function(a, b) a < b)", l=items) == sorted(items)
    assert value("reverse(reverse(l))", l=items) == items


@LAW
@given(LISTS, LISTS)
def test_lists_keep_their_laws(one: list[Value], other: list[Value]) -> None:
    names = {"a": one, "b": other}
    distinct = value("distinct values(a)", **names)

    assert value("concatenate(a, b)", **names) == one + other
    assert value("count(concatenate(a, b)) = count(a) + count(b)", **names) is True
    assert value("distinct values(d)", d=distinct) == distinct
    assert value("union(a, b) = distinct values(concatenate(a, b))", **names) is True
    assert value("flatten([a, [b]])", **names) == one + other
    assert Counter(map(repr, value("reverse(a)", **names))) == Counter(map(repr, one))
    assert value("for i in a return i", **names) == one


@LAW
@given(LISTS, ITEMS)
def test_places_of_an_item_are_where_it_stands(items: list[Value], sought: Value) -> None:
    places = value("index of(l, x)", l=items, x=sought)

    assert places == [at for at, item in enumerate(items, 1) if type(item) is type(sought) and item == sought]
    assert value("list contains(l, x)", l=items, x=sought) is bool(places)


@LAW
@given(st.lists(NUMBERS, min_size=1))
def test_figures_of_numbers(items: list[Decimal]) -> None:
    found = value("[sum(l), min(l), max(l), count(l), mean(l) * count(l) - sum(l)]", l=items)

    assert found[:4] == [sum(items), min(items), max(items), len(items)]
    assert abs(found[4]) < Decimal("1e-25")


@LAW
@given(TEXTS, st.data())
def test_texts_are_counted_in_whole_characters(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(text) + 1))

    before, after = value("[substring(s, 1, n), substring(s, n + 1)]", s=text, n=Decimal(at - 1))

    assert (before or "") + (after or "") == text
    assert value("string length(s)", s=text) == len(text)
    assert value("string join(split(s, \"ə\"), \"ə\")", s=text) == text  # fmt: skip


@LAW
@given(TEXTS, TEXTS)
def test_texts_contain_what_they_are_made_of(a: str, b: str) -> None:
    names = {"a": a, "b": b}

    assert value("starts with(a + b, a) and ends with(a + b, b) and contains(b + a + b, a)", **names) is True
    assert value("upper case(a)", **names) == a.upper()
    assert value("lower case(a)", **names) == a.lower()
    assert value("string length(a + b) = string length(a) + string length(b)", **names) is True


@LAW
@given(NESTED)
def test_values_survive_codec_and_json(nested: Value) -> None:
    assert decode(encode(nested)) == nested
    assert from_json(to_json(nested)) == nested
