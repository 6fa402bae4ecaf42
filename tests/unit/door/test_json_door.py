"""The strict JSON door (RFC 8259, RFC 7493): what is refused, and the place that is told."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from door.json_door import BodyTooLarge, JsonLimits, MalformedJson, NotJson, check_media_type, read_json

LIMITS = JsonLimits()


def test_plain_json_is_read_with_exact_decimals() -> None:
    value = read_json('{"a": [1, 2.50, true, null, "ağ 😀 ‏"]}'.encode(), LIMITS)

    assert value == {"a": [1, Decimal("2.50"), True, None, "ağ 😀 ‏"]}
    assert str(value["a"][1]) == "2.50"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        pytest.param(b"", "empty", "", id="nothing at all"),
        pytest.param(b"{", "syntax", "", id="cut off"),
        pytest.param(b"{'a': 1}", "syntax", "", id="single quotes"),
        pytest.param(b'{"a": 1,}', "syntax", "", id="comma at the end"),
        pytest.param(b'{"a": "\x01"}', "syntax", "", id="raw control character"),
        pytest.param(b"\xef\xbb\xbf{}", "byte-order-mark", "", id="byte order mark"),
        pytest.param('{"a": 1}'.encode("utf-16"), "not-utf-8", "", id="UTF-16"),
        pytest.param(b'{"a": "\xff"}', "not-utf-8", "", id="bad bytes"),
        pytest.param(b'{"a": {"b": 1, "c": 0, "b": 2}}', "duplicate-name", "/a/b", id="name twice"),
        pytest.param(b'{"a": 1, "\\u0061": 2}', "duplicate-name", "/a", id="name twice, escaped"),
        pytest.param(b'{"a": [1, NaN]}', "not-a-number", "/a/1", id="NaN"),
        pytest.param(b"[-Infinity]", "not-a-number", "/0", id="Infinity"),
        pytest.param(b'{"a": "x\\u0000y"}', "nul", "/a", id="NUL"),
        pytest.param(b'{"a": "\\ud800"}', "lone-surrogate", "/a", id="lone surrogate"),
        pytest.param(b'{"\\udfff": 1}', "lone-surrogate", "/\\udfff", id="lone surrogate in a name"),
        pytest.param(b'{"a": ' + b"9" * 40 + b"}", "number-too-large", "/a", id="long whole number"),
        pytest.param(b"[1E+1000000]", "number-too-large", "/0", id="huge exponent"),
        pytest.param(b"[1e" + b"9" * 30 + b"]", "number-too-large", "/0", id="exponent beyond Decimal"),
        pytest.param(b"[NaN\\u0000] ]]]", "not-allowed", "", id="NaN before what is no JSON"),
        pytest.param(b'{"a": NaNx, b', "not-allowed", "", id="NaN before a name without quotes"),
        pytest.param(b"[0." + b"1" * 50 + b"]", "number-too-large", "/0", id="long fraction"),
        pytest.param(b"[" * 3_000 + b"]" * 3_000, "too-deep", "", id="3,000 deep"),
        pytest.param(b'{"a":' * 65 + b"1" + b"}" * 65, "too-deep", "", id="65 deep"),
    ],
)
def test_what_is_not_strict_json_is_refused_with_its_place(body: bytes, code: str, pointer: str) -> None:
    with pytest.raises(MalformedJson) as refused:
        read_json(body, LIMITS)

    place = refused.value.places[0]
    assert (place.code, place.path) == (code, pointer)


def test_the_place_is_told_as_pointer_line_and_column() -> None:
    body = b'{\n  "a/b": [\n    {"x": 1},\n    {"x": NaN}\n  ]\n}'

    with pytest.raises(MalformedJson) as refused:
        read_json(body, LIMITS)

    assert refused.value.places[0].path == "/a~1b/1/x"
    assert refused.value.facts == {"line": 4, "column": 11}


def test_a_surrogate_pair_written_as_escapes_is_one_character() -> None:
    assert read_json(b'"\\ud83d\\ude00"', LIMITS) == "😀"


def test_brackets_within_texts_do_not_count_as_depth() -> None:
    text = "[{" * 100

    assert read_json(json.dumps(text).encode(), LIMITS) == text


def test_sixty_four_levels_are_allowed() -> None:
    assert read_json(b"[" * 64 + b"]" * 64, LIMITS)


def test_a_body_over_the_limit_is_refused() -> None:
    with pytest.raises(BodyTooLarge, match="at most 10"):
        read_json(b"[1,2,3,4,5,6]", JsonLimits(max_bytes=10))


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_in_utf_8_is_the_media_type(kind: str) -> None:
    check_media_type(kind)


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/json; charset=utf-16", "application/x-www-form-urlencoded"]
)
def test_other_media_types_are_refused(kind: str) -> None:
    with pytest.raises(NotJson):
        check_media_type(kind)
