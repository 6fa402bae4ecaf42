"""Who is signed in: sign-in, second factors, the caller's own account, sessions and tokens."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.fields import Moment, Text
from api.paging import page_of
from door.sign_in import Way

_KEY = {"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"}


class NoBody(Schema):
    """An empty object: the request says nothing more."""


class SignInCommand(Schema):
    """A sign-in by name and password."""

    name = Text(required=True, min_length=1, max_length=100, one_line=True, metadata={"example": "citizen"})
    password = fields.String(
        required=True, load_only=True, metadata={"format": "password", "maxLength": 200, "example": "(your password)"}
    )


class PasswordByCodeCommand(Schema):
    """A password, set by the code of an operator."""

    name = Text(required=True, min_length=1, max_length=100, one_line=True, metadata={"example": "citizen"})
    code = Text(
        required=True,
        min_length=1,
        max_length=100,
        one_line=True,
        load_only=True,
        metadata={"example": "gV8m3pXq0tZk5yWn7cRb2hLs4dJf6aUe"},
    )
    password = fields.String(
        required=True,
        load_only=True,
        metadata={"format": "password", "minLength": 12, "maxLength": 200, "example": "nine lamps along the quay"},
    )


class NewCodeSchema(Schema):
    """A code, shown this once."""

    code = fields.String(metadata={"example": "gV8m3pXq0tZk5yWn7cRb2hLs4dJf6aUe"})
    expires_at = Moment()


class PasswordCommand(Schema):
    """A new password of one's own."""

    current = fields.String(
        required=True,
        load_only=True,
        metadata={"format": "password", "maxLength": 200, "example": "seven ships in the harbour"},
    )
    password = fields.String(
        required=True,
        load_only=True,
        metadata={"format": "password", "minLength": 12, "maxLength": 200, "example": "nine lamps along the quay"},
    )


class ProofCommand(Schema):
    """A proof of a second factor: a code, or what a passkey gave for a challenge."""

    way = fields.String(required=True, validate=validate.OneOf([str(way) for way in Way]))
    code = Text(load_default="", max_length=40, one_line=True, metadata={"example": "492039"})
    challenge = Text(
        load_default="", max_length=26, one_line=True, metadata={"description": "Of a passkey: the challenge's key."}
    )
    credential = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={"description": "Of a passkey: what `navigator.credentials.get` gave, as JSON (WebAuthn level 3)."},
    )


class MeSchema(Schema):
    """The caller's own account."""

    account = fields.String(required=True, metadata=_KEY)
    name = fields.String(metadata={"example": "Rəşad Əliyev"})
    roles = fields.List(fields.String(), metadata={"example": ["citizen"]})
    queues = fields.List(fields.String(), metadata={"example": ["traffic-police:examiner"]})
    supervises = fields.List(fields.String(), metadata={"example": []})
    administers = fields.List(
        fields.String(), metadata={"description": "Agencies whose people the caller administers.", "example": []}
    )
    stands_in = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Queues of absent colleagues, with the colleagues' accounts.", "example": {}},
    )
    represents = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String(), allow_none=True),
        metadata={"description": "Accounts the caller holds a mandate of, with its services; null for all."},
    )
    scopes = fields.List(
        fields.String(), allow_none=True, metadata={"description": "What a token is limited to; null without limit."}
    )
    second_factor_at = Moment(
        allow_none=True, metadata={"description": "When a second factor was last proved in this session."}
    )
    second_factor_needed = fields.Boolean(
        metadata={"description": "True while the session may only prove or add a second factor."}
    )
    provider = fields.String(
        allow_none=True, metadata={"description": "The identity provider that the session began with.", "example": None}
    )
    csrf_token = fields.String(allow_none=True, metadata={"description": "Only with a session cookie."})


class SignedInSchema(MeSchema):
    """The account signed in, and the token to send as X-Csrf-Token. The session itself is a cookie."""

    expires_at = Moment()
    ways = fields.List(
        fields.String(),
        metadata={
            "description": "How a second factor that is needed can be proved; none when one must be added.",
            "example": ["totp", "recovery-code"],
        },
    )


class SessionSchema(Schema):
    """A session of the caller's."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    created_at = Moment()
    last_seen_at = Moment(allow_none=True)
    description = fields.String(
        metadata={"description": "The browser, as it named itself.", "example": "Firefox on Linux"}
    )
    origin = fields.String(
        allow_none=True, metadata={"description": "The address it began at.", "example": "192.0.2.7"}
    )
    second_factor_at = Moment(allow_none=True)
    expires_at = Moment()
    is_this_one = fields.Boolean()


SessionPage = page_of(SessionSchema, "SessionPage")


class FactorSchema(Schema):
    """A second factor."""

    id = fields.String(required=True, metadata=_KEY)
    kind = fields.String(metadata={"example": "totp"})
    name = fields.String(metadata={"example": "My phone"})
    created_at = Moment()
    last_used_at = Moment(allow_none=True)


class FactorsSchema(Schema):
    """The caller's second factors."""

    items = fields.List(fields.Nested(FactorSchema), required=True)
    recovery_codes_left = fields.Integer(required=True)


class AppCommand(Schema):
    """A name for a new authenticator app."""

    name = Text(required=True, min_length=1, max_length=100, one_line=True, metadata={"example": "My phone"})


class NewAppSchema(Schema):
    """The secret of a new authenticator app, shown this once."""

    id = fields.String(required=True, metadata=_KEY)
    secret = fields.String(required=True)
    uri = fields.String(required=True, metadata={"description": "otpauth: address, for a QR code."})


class CodeCommand(Schema):
    """A code of an authenticator app."""

    code = Text(required=True, min_length=6, max_length=10, one_line=True, metadata={"example": "492039"})


class CeremonySchema(Schema):
    """What a browser is asked to let a passkey do."""

    challenge = fields.String(required=True, metadata={"description": "To send back with the answer.", **_KEY})
    options = fields.Dict(required=True, metadata={"description": "`publicKey` of the browser's call, as JSON."})


class PasskeyCommand(Schema):
    """A new passkey."""

    challenge = Text(required=True, max_length=26, one_line=True)
    name = Text(required=True, min_length=1, max_length=100, one_line=True, metadata={"example": "Security key"})
    credential = fields.Dict(
        required=True,
        keys=fields.String(),
        metadata={"description": "What `navigator.credentials.create` gave, as JSON (WebAuthn level 3)."},
    )


class RecoveryCodesSchema(Schema):
    """Recovery codes, shown this once."""

    recovery_codes = fields.List(fields.String(), required=True, metadata={"example": ["k7dq-2mxr-9fvt"]})


class AddedFactorSchema(SignedInSchema):
    """A factor that was added, with the session it was proved in."""

    id = fields.String(required=True, metadata=_KEY)
    recovery_codes = fields.List(
        fields.String(), required=True, metadata={"description": "With the first factor: ten codes, shown this once."}
    )


class TokenCommand(Schema):
    """A token to make."""

    name = Text(required=True, min_length=1, max_length=100, one_line=True, metadata={"example": "Print shop"})
    days = fields.Integer(load_default=90, strict=True, validate=validate.Range(1, 366))
    scopes = fields.List(
        Text(max_length=60, one_line=True),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=100),
        metadata={
            "description": "What it may do: noun and `read` or `write`; null for all that the account may.",
            "example": ["tasks:read"],
        },
    )


class TokenSchema(Schema):
    """A token, without its secret."""

    id = fields.String(required=True, metadata=_KEY)
    name = fields.String()
    scopes = fields.List(fields.String(), allow_none=True)
    created_at = Moment()
    expires_at = Moment()
    last_used_at = Moment(allow_none=True)


class TokensSchema(Schema):
    """Tokens."""

    items = fields.List(fields.Nested(TokenSchema), required=True)


class NewTokenSchema(Schema):
    """A token with its secret, shown this once."""

    id = fields.String(required=True, metadata=_KEY)
    token = fields.String(required=True)
    expires_at = Moment()
