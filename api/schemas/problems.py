"""The problem document (RFC 9457), for the documentation: `api/problems.py` writes it."""

from __future__ import annotations

from marshmallow import Schema, fields


class PlaceSchema(Schema):
    """One wrong place."""

    path = fields.String(
        required=True,
        metadata={"description": "JSON pointer into the body, or ?name in the query.", "example": "/answers/pin"},
    )
    message = fields.String(required=True, metadata={"example": "Expected 7 letters and digits."})
    code = fields.String(required=True, metadata={"example": "invalid"})


class ProblemSchema(Schema):
    """What went wrong, where, and what to do (RFC 9457)."""

    type = fields.String(
        required=True,
        metadata={"description": "Stable name of the problem.", "example": "urn:onewindow:problem:task-taken"},
    )
    title = fields.String(required=True, metadata={"example": "Refused in the present state"})
    status = fields.Integer(required=True, metadata={"example": 409})
    detail = fields.String(required=True, metadata={"example": "Another clerk holds this task since 10:42."})
    remedy = fields.String(metadata={"example": "Ask them to release it, or ask your supervisor to reassign it."})
    instance = fields.String(metadata={"example": "urn:onewindow:request:5f2a9c0b11d34e77"})
    places = fields.List(fields.Nested(PlaceSchema))
    diagnostics = fields.List(fields.Dict(), metadata={"description": "Of files that cannot be deployed."})
