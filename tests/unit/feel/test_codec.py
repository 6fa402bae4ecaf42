"""Values go into text and come back the same: nothing of a case's data is lost in its snapshot."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import (
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Range,
    Time,
    decode,
    encode,
    from_json,
    parse_expression,
    read_temporal,
    to_json,
    to_text,
)

numbers = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
dates = st.builds(Date, st.integers(-999_999_999, 999_999_999), st.integers(1, 12), st.integers(1, 28))
offsets = st.none() | st.integers(-14 * 3600, 14 * 3600)
local_times = st.builds(
    Time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999_999_999), offsets
)
zoned_times = st.builds(
    Time, st.integers(0, 23), st.integers(0, 59), zone=st.sampled_from(["Asia/Baku", "Europe/Paris"])
)
times = local_times | zoned_times
durations = st.builds(DaysDuration, st.integers(-(10**18), 10**18)) | st.builds(
    MonthsDuration, st.integers(-(10**6), 10**6)
)
temporals = dates | times | st.builds(DateTime, dates, times) | durations
scalars = st.none() | st.booleans() | numbers | texts | temporals
values = st.recursive(
    scalars | st.builds(Range, numbers, numbers, st.booleans(), st.booleans()),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts | st.sampled_from(["$", "$$", "of"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(values)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    again = decode(encode(value))

    assert again == value
    assert to_text(again) == to_text(value)


@given(temporals)
def test_the_text_of_a_moment_reads_back(value: Date | Time | DateTime | DaysDuration | MonthsDuration) -> None:
    written = to_text(value)

    assert written is not None
    assert read_temporal(written) == value


@settings(max_examples=100, deadline=None)
@given(st.recursive(st.none() | st.booleans() | texts, lambda inner: st.lists(inner, max_size=4), max_leaves=8))
def test_the_text_of_a_list_is_an_expression_for_it(value: object) -> None:
    written = to_text([value])

    assert written is not None
    assert parse_expression(written).evaluate({}).value == [value]


def test_a_plain_object_that_looks_tagged_stays_plain() -> None:
    value = {"$": "d2026-01-01", "typename": "car", "__builtins__": []}

    assert decode(encode(value)) == value


def test_the_scale_of_an_amount_is_kept() -> None:
    assert str(decode(encode(Decimal("12.50")))) == "12.50"


@pytest.mark.parametrize(
    "text", ['{"$":"x1"}', '{"$":1}', '{"$":"nNaN"}', "1.5", "NaN", "[" * 5000, '{"$":"d2026-02-30"}']
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        decode(text)


def test_too_deep_data_is_refused() -> None:
    deep: object = None
    for _ in range(150):
        deep = [deep]

    with pytest.raises(ValueError, match="at most 100 levels"):
        encode(deep)


def test_a_function_is_no_data() -> None:
    with pytest.raises(TypeError, match="function"):
        encode(parse_expression("count").evaluate({}).value)


@pytest.mark.parametrize(
    ("plain", "number"),
    [(1, "1"), (0.1, "0.1"), (1e21, "1E+21"), (Decimal("1.10"), "1.10")],
)
def test_json_numbers_become_decimals(plain: float | Decimal, number: str) -> None:
    assert str(from_json(plain)) == number


@pytest.mark.parametrize("plain", [float("nan"), float("inf"), Decimal("NaN"), Decimal("1E+7000")])
def test_what_is_no_number_is_refused(plain: float | Decimal) -> None:
    with pytest.raises(ValueError, match="number"):
        from_json(plain)


def test_no_digit_is_lost_on_the_way_to_json() -> None:
    assert to_json([Decimal("3.00"), Decimal("0.1"), Decimal("0.1234567890123456789012")]) == [
        3,
        0.1,
        "0.1234567890123456789012",
    ]
