"""Cursor paging: every list is bounded, and a page begins after the last row of the one before.

A cursor is opaque to callers: the sort values of a row as JSON in base64url. It opens nothing a caller may not see, for
the query applies the same visibility to every page, so it needs no signature; but its shape is checked before use.
"""

# ruff: noqa: ARG002 (the arguments of `_deserialize` are the library's)
from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields

from api.fields import Whole

MOST_PER_PAGE: Final = 100
_USUAL: Final = 25
_LONGEST_CURSOR: Final = 600


class Cursor(fields.String):
    """Where a page begins, as given in `next` of the page before."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not value or len(value) > _LONGEST_CURSOR:
            raise ValidationError("Expected the `next` of a page given before.")
        if not all(sign.isascii() and (sign.isalnum() or sign in "-_.") for sign in value):
            raise ValidationError("Expected the `next` of a page given before, unchanged.")
        return value


class PageQuery(Schema):
    """Which page of a list."""

    limit = Whole(
        least=1,
        most=MOST_PER_PAGE,
        in_query=True,
        load_default=_USUAL,
        metadata={"description": "How many at most.", "example": 25},
    )
    cursor = Cursor(load_default=None, metadata={"description": "The `next` of the page before."})


def page_of(item: type[Schema], name: str) -> type[Schema]:
    """The schema of a page of `item`: `items`, and `next` when there is more. `name` is its name in OpenAPI."""
    return type(
        name,
        (Schema,),
        {
            "__doc__": f"One page of a list. {item.__doc__ or ''}",
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(
                allow_none=True, metadata={"description": "Cursor of the next page; null when this is the last."}
            ),
        },
    )


def encode_cursor(values: list[Any]) -> str:
    """Sort values of the last row as opaque text."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).rstrip(b"=").decode()


def decode_cursor(text: str) -> list[Any]:
    """The sort values in a cursor. Raises ValidationError when it was not given out by us."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise ValidationError({"cursor": ["Expected the `next` of a page given before, unchanged."]}) from None
    if not isinstance(values, list) or len(values) > 4 or not all(isinstance(v, str | int | None) for v in values):
        raise ValidationError({"cursor": ["Expected the `next` of a page given before, unchanged."]})
    return values
