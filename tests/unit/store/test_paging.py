"""Cursors and limits of lists."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store.queries.paging import CursorUnknown, bounded, decode_cursor, encode_cursor, page_of

_NAMES = st.text(alphabet=st.characters(categories=["L", "N", "P"]), max_size=60)


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("", id="empty"),
        pytest.param("not a cursor", id="no base64"),
        pytest.param("x" * 601, id="too long"),
        pytest.param("é", id="not ASCII"),
        pytest.param(base64.urlsafe_b64encode(b"\xff\xfe\xff").decode(), id="no text"),
        pytest.param(base64.urlsafe_b64encode(b"[" * 400).decode(), id="deep"),
        pytest.param(base64.urlsafe_b64encode(b'{"0":1,"1":"a"}').decode(), id="no list"),
        pytest.param(encode_cursor([1]), id="too few parts"),
        pytest.param(encode_cursor([1, "a", 1]), id="too many parts"),
        pytest.param(encode_cursor(["1", "a"]), id="text for a number"),
        pytest.param(encode_cursor([1, 1]), id="a number for text"),
        pytest.param(encode_cursor([True, "a"]), id="a truth for a number"),
        pytest.param(encode_cursor([None, "a"]), id="nothing for a number"),
        pytest.param(encode_cursor([2**63, "a"]), id="a number beyond 64 bits"),
        pytest.param(encode_cursor([1.5, "a"]), id="a fraction"),
        pytest.param(encode_cursor([1, "a\0"]), id="NUL"),
        pytest.param(encode_cursor([1, "\ud800"]), id="half a sign"),
    ],
)
def test_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(CursorUnknown) as refused:
        decode_cursor(cursor, int, str)

    assert (refused.value.code, refused.value.places[0].path) == ("cursor-unknown", "?cursor")


@given(st.text(max_size=700))
def test_any_text_is_a_place_or_refused(cursor: str) -> None:
    try:
        place = decode_cursor(cursor, int)
    except CursorUnknown:
        return

    assert place is not None
    assert isinstance(place[0], int)


@given(number=st.integers(-(2**63) + 1, 2**63 - 1), name=_NAMES)
def test_cursor_comes_back_as_it_was_given(number: int, name: str) -> None:
    assert decode_cursor(encode_cursor([number, name]), int, str) == (number, name)


def test_without_a_cursor_the_list_begins_at_its_first_row() -> None:
    assert decode_cursor(None, int) is None


@pytest.mark.parametrize(("asked", "given_"), [(-1, 1), (0, 1), (1, 1), (100, 100), (101, 100), (10**9, 100)])
def test_limit_is_bounded(asked: int, given_: int) -> None:
    assert bounded(asked) == given_


def test_page_that_holds_all_rows_is_the_last() -> None:
    page = page_of([1, 2], 2, lambda one: [one])

    assert (page.items, page.next) == ([1, 2], None)


def test_page_with_a_row_more_leads_on_from_its_last_row() -> None:
    page = page_of([1, 2, 3], 2, lambda one: [one])

    assert (page.items, decode_cursor(page.next, int)) == ([1, 2], (2,))
