"""Pages of lists: keyset paging with opaque cursors, so that page 1,000 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from engine.errors import Invalid, Place

T = TypeVar("T")

MOST_PER_PAGE: Final = 100
_LONGEST: Final = 600


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and where the next ones begin; `next` is None on the last page."""

    items: Sequence[T]
    next: str | None = None


class CursorUnknown(Invalid):
    """A cursor was not given out for this list."""

    code = "cursor-unknown"

    def __init__(self) -> None:
        super().__init__(
            "The cursor is not one of this list.",
            places=[Place("?cursor", "Expected the `next` of the page before, unchanged.", "cursor-unknown")],
            remedy="Begin at the first page, and send `next` back as it came.",
        )


def bounded(limit: int) -> int:
    """How many rows to give, whatever was asked."""
    return max(1, min(limit, MOST_PER_PAGE))


def page_of(found: Sequence[T], limit: int, place: Callable[[T], Sequence[Any]]) -> Page[T]:
    """A page of `found`, which holds one row more than `limit` when there is more; `place` is a row's sort key."""
    if len(found) <= limit:
        return Page(found)
    shown = found[:limit]
    return Page(shown, encode_cursor(place(shown[-1])))


def encode_cursor(place: Sequence[Any]) -> str:
    """A sort key as opaque text."""
    text = json.dumps(list(place), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The sort key in a cursor, whose parts must be of `kinds`; None without a cursor. Raises CursorUnknown."""
    if cursor is None:
        return None
    try:
        if len(cursor) > _LONGEST:
            raise CursorUnknown
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise CursorUnknown from None
    if not (isinstance(place, list) and len(place) == len(kinds)):
        raise CursorUnknown
    for part, kind in zip(place, kinds, strict=True):
        if not (_is_number(part) if kind is int else _is_name(part)):
            raise CursorUnknown
    return tuple(place)


def _is_number(part: Any) -> bool:
    return isinstance(part, int) and not isinstance(part, bool) and abs(part) < 2**63


def _is_name(part: Any) -> bool:
    """Keys and names have no signs that a database could not take, such as NUL and lone surrogates."""
    return isinstance(part, str) and part.isprintable()
