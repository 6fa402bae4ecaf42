"""Records of closed cases: how long they are kept, and holds."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.fields import Moment, Text
from api.paging import page_of


class HoldCommand(Schema):
    """A hold, or its release."""

    reason = Text(
        required=True,
        max_length=1_000,
        metadata={"description": "It is erased with the record.", "example": "Court of appeal, file 2-114/2026"},
    )


class HoldSchema(Schema):
    """Somebody must keep the record."""

    id = fields.String(required=True)
    reason = fields.String(metadata={"example": "Court of appeal, file 2-114/2026"})
    placed_by = fields.String(metadata={"description": "Account of the supervisor."})
    placed_at = Moment()
    is_active = fields.Boolean(metadata={"description": "False once it was released."})
    released_by = fields.String(allow_none=True)
    released_at = Moment(allow_none=True)
    release_reason = fields.String(allow_none=True, metadata={"example": "The judgment is final."})


HoldPage = page_of(HoldSchema, "HoldPage")
