"""Consents to look-ups, and forms that registers fill in."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.fields import Identifier, Moment, Text


class ConsentQuery(Schema):
    """Of which service."""

    service = Identifier(required=True, metadata={"description": "Key of the service.", "example": "driving-licence"})


class ConsentCommand(Schema):
    """A consent to one look-up."""

    service = Identifier(required=True, metadata={"example": "driving-licence"})
    evidence = Identifier(required=True, metadata={"description": "Key of the proof.", "example": "medical-fitness"})
    version = Text(
        required=True,
        min_length=64,
        max_length=64,
        metadata={"description": "Of the text shown.", "example": "9f" * 32},
    )


class WithdrawConsentCommand(Schema):
    """A consent taken back; nothing needs to be said."""


class ConsentSchema(Schema):
    """A consent that was given."""

    id = fields.String(required=True, allow_none=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    service = fields.String(attribute="service_key", metadata={"example": "driving-licence"})
    evidence = fields.String(metadata={"example": "medical-fitness"})
    version = fields.String(metadata={"description": "Of what it was given to: text, register, purpose, law."})
    legal_basis = fields.String(metadata={"example": "Law on Personal Data, art. 8"})
    given_at = Moment(allow_none=True)
    withdrawn_at = Moment(allow_none=True)
    holds = fields.Boolean(metadata={"description": "Whether the register may be asked."})


class AskedConsentSchema(ConsentSchema):
    """A consent that a service asks for; without `id` it was not given to the text as it is now."""

    title = fields.Dict(metadata={"example": {"en": "Medical certificate"}})
    text = fields.Dict(metadata={"example": {"en": "I agree that the medical register is asked."}})
    register = fields.String(metadata={"example": "medical"})
    purpose = fields.String(metadata={"example": "Fitness to drive"})


class ConsentsSchema(Schema):
    """The consents that a service asks for."""

    items = fields.List(fields.Nested(AskedConsentSchema), required=True)


class PrefillCommand(Schema):
    """The caller wants the form filled in; nothing needs to be said."""


class PrefilledFromSchema(Schema):
    """What one register was asked for the form."""

    evidence = fields.String(metadata={"example": "present-licence"})
    register = fields.String(metadata={"example": "driver"})
    operation = fields.String(metadata={"example": "GET /licences/{pin}"})
    purpose = fields.String(metadata={"example": "Present licence"})
    legal_basis = fields.String(metadata={"example": "Law on Road Traffic, art. 30"})
    state = fields.String(
        metadata={
            "description": "asked, answered, no-record, no-answer, no-consent or no-number.",
            "example": "answered",
        }
    )
    message = fields.String(metadata={"description": "What to tell the applicant, in the language asked for."})
    fields_ = fields.List(
        fields.String(), data_key="fields", attribute="keys", metadata={"example": ["licence_number"]}
    )
    fetched_at = Moment(allow_none=True, metadata={"description": "When the register answered."})
    is_reused = fields.Boolean(metadata={"description": "It answered for an earlier application."})


class PrefillSchema(Schema):
    """A form that registers fill in."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    service = fields.String(metadata={"example": "driving-licence"})
    is_ready = fields.Boolean(metadata={"description": "Nobody is being asked any more."})
    values = fields.Dict(
        metadata={"description": "By key of the form's field.", "example": {"licence_number": "AA100201"}}
    )
    items = fields.List(fields.Nested(PrefilledFromSchema))
    expires_at = Moment(metadata={"description": "Until then it counts as evidence when the form is submitted."})
