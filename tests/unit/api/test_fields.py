"""Field types: each refuses what the library's own would take."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as Number
from typing import Any

import pytest
from marshmallow import ValidationError, fields

from api.fields import (
    Answers,
    Day,
    Decimal,
    Identifier,
    Key,
    Language,
    Moment,
    Name,
    Queue,
    Text,
    Truth,
    Variables,
    Whole,
)

NUL = "\x00"
RIGHT_TO_LEFT = "‮"


@pytest.mark.parametrize(
    ("field", "given", "meant"),
    [
        pytest.param(Whole(), 7, 7, id="whole number"),
        pytest.param(Whole(in_query=True), "-7", -7, id="whole number in a query"),
        pytest.param(Decimal(), "25.50", Number("25.50"), id="decimal"),
        pytest.param(Decimal(), Number("25.5"), Number("25.5"), id="decimal as a number"),
        pytest.param(Truth(), True, True, id="true"),
        pytest.param(Truth(in_query=True), "false", False, id="false in a query"),
        pytest.param(Day(), "2026-02-28", date(2026, 2, 28), id="day"),
        pytest.param(Moment(), "2026-03-01T09:30:00+04:00", datetime(2026, 3, 1, 5, 30, tzinfo=UTC), id="moment"),
        pytest.param(Text(), "Ağ 😀 line\nbreak‏", "Ağ 😀 line\nbreak‏", id="text of many scripts"),
        pytest.param(Name(), "Ödəniş alındı", "Ödəniş alındı", id="name"),
        pytest.param(Identifier(), "driving-licence.renewal_2", "driving-licence.renewal_2", id="identifier"),
        pytest.param(Queue(), "traffic-police:examiner", "traffic-police:examiner", id="queue"),
        pytest.param(Language(), "az", "az", id="language"),
        pytest.param(Variables(), {"a": {"b": [1, "x"]}}, {"a": {"b": [1, "x"]}}, id="variables"),
        pytest.param(Answers(), {"ev-1": "x"}, {"ev-1": "x"}, id="answers"),
    ],
)
def test_what_is_meant_is_taken(field: fields.Field[Any], given: Any, meant: Any) -> None:
    assert field.deserialize(given) == meant


@pytest.mark.parametrize(
    ("field", "given"),
    [
        pytest.param(Name(), f"pay{RIGHT_TO_LEFT}ment", id="name that turns the direction"),
        pytest.param(Name(), "pay\u200dment", id="name with a zero-width joiner"),
        pytest.param(Name(), f"pay{NUL}ment", id="name with NUL"),
        pytest.param(Name(), " ", id="name of a blank"),
        pytest.param(Whole(), 3.7, id="fraction as whole number"),
        pytest.param(Whole(), Number("3.0"), id="decimal as whole number"),
        pytest.param(Whole(), "7", id="text as whole number"),
        pytest.param(Whole(), True, id="truth as whole number"),
        pytest.param(Whole(), 2**70, id="beyond 64 bits"),
        pytest.param(Whole(in_query=True), "1_000", id="underscore"),
        pytest.param(Whole(in_query=True), " 5 ", id="blanks around"),
        pytest.param(Whole(in_query=True), "٣", id="Arabic digits"),
        pytest.param(Whole(in_query=True), "७", id="Devanagari digits"),
        pytest.param(Whole(in_query=True), "+5", id="plus sign"),
        pytest.param(Whole(least=1, most=5), 6, id="over its bound"),
        pytest.param(Decimal(), "1E+1000000", id="huge exponent"),
        pytest.param(Decimal(), Number("1E+20"), id="exponent"),
        pytest.param(Decimal(), "NaN", id="not a number"),
        pytest.param(Decimal(), "1_0.5", id="underscore in a decimal"),
        pytest.param(Decimal(), True, id="truth as decimal"),
        pytest.param(Truth(), "on", id="on"),
        pytest.param(Truth(), 1, id="one"),
        pytest.param(Truth(in_query=True), "yes", id="yes"),
        pytest.param(Day(), "20260101", id="basic format"),
        pytest.param(Day(), "2026-W01-1", id="ISO week"),
        pytest.param(Day(), "2026-02-30", id="no such day"),
        pytest.param(Day(), "٢٠٢٦-٠١-٠١", id="day in Arabic digits"),
        pytest.param(Moment(), "2026-03-01T09:30:00", id="moment without offset"),
        pytest.param(Moment(), "2026-03-01", id="day as moment"),
        pytest.param(Moment(), "0001-01-01T00:00:00+14:00", id="before all time"),
        pytest.param(Text(), NUL, id="NUL"),
        pytest.param(Text(), "a\x1bb", id="escape character"),
        pytest.param(Text(), "\ud800", id="lone surrogate"),
        pytest.param(Text(max_length=3), "abcd", id="too long"),
        pytest.param(Text(min_length=1), "  ", id="blank"),
        pytest.param(Text(one_line=True), "a\nb", id="line break in a line"),
        pytest.param(Text(), 5, id="number as text"),
        pytest.param(Identifier(), "a b", id="blank in an identifier"),
        pytest.param(Identifier(), "a" + RIGHT_TO_LEFT, id="right-to-left mark in an identifier"),
        pytest.param(Identifier(), "../etc/passwd", id="path as identifier"),
        pytest.param(Key(), "nokey", id="no key"),
        pytest.param(Queue(), "justice", id="agency without role"),
        pytest.param(Queue(), "Justice:Clerk", id="capitals in a queue"),
        pytest.param(Language(), "de", id="language we do not speak"),
        pytest.param(Variables(), [], id="array as variables"),
        pytest.param(Variables(), {"__builtins__": {}}, id="name of an internal"),
        pytest.param(Variables(), {"a b": 1}, id="blank in a name"),
        pytest.param(Variables(), {"a": [{"b": "x\x07"}]}, id="control character deep inside"),
        pytest.param(Variables(most=1), {"a": 1, "b": 2}, id="too many variables"),
        pytest.param(Answers(), {"a": {"\x01": 1}}, id="control character in a name"),
    ],
)
def test_what_is_not_meant_is_refused(field: fields.Field[Any], given: Any) -> None:
    with pytest.raises(ValidationError, match="Expected"):
        field.deserialize(given)


def test_a_moment_is_given_out_in_utc() -> None:
    at = datetime.fromisoformat("2026-03-01T09:30:00+04:00")

    assert Moment().serialize("at", {"at": at}) == "2026-03-01T05:30:00Z"


def test_a_decimal_is_given_out_as_text() -> None:
    assert Decimal().serialize("fee", {"fee": Number("25.50")}) == "25.50"
