"""Who is signed in: sign-in, the caller's own account and sessions."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.fields import Moment, Text
from api.paging import page_of


class SignInCommand(Schema):
    """A sign-in by name and password."""

    name = Text(required=True, min_length=1, max_length=100, one_line=True, metadata={"example": "citizen"})
    password = fields.String(
        required=True, load_only=True, metadata={"format": "password", "maxLength": 200, "example": "(your password)"}
    )


class MeSchema(Schema):
    """The caller's own account."""

    account = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    name = fields.String(metadata={"example": "Rəşad Əliyev"})
    roles = fields.List(fields.String(), metadata={"example": ["citizen"]})
    queues = fields.List(fields.String(), metadata={"example": ["traffic-police:examiner"]})
    supervises = fields.List(fields.String(), metadata={"example": []})
    csrf_token = fields.String(allow_none=True, metadata={"description": "Only with a session cookie."})


class SignedInSchema(MeSchema):
    """The account signed in, and the token to send as X-Csrf-Token. The session itself is a cookie."""

    expires_at = Moment()


class SessionSchema(Schema):
    """A session of the caller's."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    created_at = Moment()
    last_seen_at = Moment(allow_none=True)
    description = fields.String(
        metadata={"description": "The browser, as it named itself.", "example": "Firefox on Linux"}
    )
    expires_at = Moment()
    is_this_one = fields.Boolean()


SessionPage = page_of(SessionSchema, "SessionPage")
