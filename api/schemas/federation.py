"""Identity providers: who may be chosen, how a browser is sent there, and where it signs out."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.fields import Text


class ProviderSchema(Schema):
    """An identity provider that people may sign in with."""

    key = fields.String(required=True, metadata={"example": "state"})
    title = fields.Dict(
        required=True,
        keys=fields.String(),
        values=fields.String(),
        metadata={
            "description": "By language.",
            "example": {"az": "Dövlət girişi", "en": "State login", "ru": "Вход государства"},
        },
    )
    begin = fields.String(
        required=True,
        metadata={"description": "Where the browser is sent.", "example": "/api/v1/session/oidc/state"},
    )


class ProvidersSchema(Schema):
    """The identity providers."""

    items = fields.List(fields.Nested(ProviderSchema), required=True)


class BeginQuery(Schema):
    """How a sign-in with a provider begins."""

    return_to = Text(
        load_default="/api/v1/me",
        max_length=500,
        one_line=True,
        metadata={"description": "A path of this site where the browser goes on afterwards.", "example": "/api/v1/me"},
    )
    fresh = fields.Boolean(
        load_default=False,
        truthy={"true"},
        falsy={"false"},
        metadata={
            "description": "Let the person prove herself anew at the provider, for acts that need a fresh proof."
        },
    )


class SignedOutSchema(Schema):
    """A session that is over here, and not yet at the identity provider it began with."""

    provider_sign_out = fields.String(
        required=True,
        metadata={
            "description": "Where the browser goes to sign out at the provider, too.",
            "example": "https://login.example.gov/session/end?client_id=onewindow",
        },
    )
