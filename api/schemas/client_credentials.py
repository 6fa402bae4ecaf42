"""Client credentials: a short-lived token for an API token (RFC 6749, 4.4 and 5)."""

from __future__ import annotations

from marshmallow import Schema, fields


class IssuedTokenSchema(Schema):
    """A short-lived token."""

    access_token = fields.String(
        required=True, metadata={"description": "Shown this once.", "example": "ow_(43 letters and digits)"}
    )
    token_type = fields.String(required=True, metadata={"example": "Bearer"})
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds.", "example": 900})
    scope = fields.String(
        required=True, metadata={"description": "Parted by blanks; empty when all is allowed.", "example": "tasks:read"}
    )


class OAuthErrorSchema(Schema):
    """Why there is no token (RFC 6749, 5.2)."""

    error = fields.String(required=True, metadata={"example": "invalid_client"})
    error_description = fields.String(metadata={"example": "The client is not known, or its secret is wrong."})
