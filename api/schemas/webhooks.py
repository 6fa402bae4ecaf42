"""Subscriptions to events, deliveries with their attempts, and the types of events there are."""

from __future__ import annotations

from typing import ClassVar, Final

from marshmallow import Schema, fields, validate

from api.fields import Identifier, Key, Moment, Text, Whole
from api.paging import PageQuery, page_of
from engine.casework.event_kinds import MOST_PATTERNS
from engine.casework.webhook import LONGEST_OVERLAP, LONGEST_URL, DeliveryState, SubscriptionState

_STATES: Final = tuple(DeliveryState)
_AGENCY: Final = {"example": "traffic-police"}
_SERVICE: Final = {"example": "driving-licence"}
_TYPE: Final = {"example": "onewindow.case.decided"}
_REFERENCE: Final = {
    "description": "Name of a secret that an operator has set up, such as `webhook-registry` for "
    "ONEWINDOW_SECRET_WEBHOOK_REGISTRY; without it one is made, and shown this once.",
    "example": "webhook-registry",
}


class WishSchema(Schema):
    """What a subscriber wants to be told, and where."""

    name = Text(required=True, min_length=1, max_length=200, metadata={"example": "Vehicle registry"})
    url = Text(
        required=True,
        min_length=1,
        max_length=LONGEST_URL,
        metadata={"description": "A public https address.", "example": "https://registry.example.gov/hooks/onewindow"},
    )
    types = fields.List(
        fields.String(validate=validate.Length(max=120)),
        required=True,
        validate=validate.Length(min=1, max=MOST_PATTERNS),
        metadata={
            "description": "Types of events; `onewindow.case.*` for all of a group, `*` for all.",
            "example": ["onewindow.case.*", "onewindow.payment.settled"],
        },
    )
    agency = Identifier(
        load_default=None,
        allow_none=True,
        metadata={"description": "Only events of this agency; supervisors must name one of theirs.", **_AGENCY},
    )
    service = Identifier(
        load_default=None, allow_none=True, metadata={"description": "Only events of this service.", **_SERVICE}
    )


class SubscribeCommand(WishSchema):
    """A new subscription."""

    secret_reference = Identifier(load_default=None, allow_none=True, metadata=_REFERENCE)


class RotateCommand(Schema):
    """Another secret."""

    overlap_hours = Whole(
        least=0,
        most=int(LONGEST_OVERLAP.total_seconds() // 3_600),
        load_default=24,
        metadata={"description": "How long the former secret signs too."},
    )
    secret_reference = Identifier(load_default=None, allow_none=True, metadata=_REFERENCE)


class SubscriptionSchema(Schema):
    """Somebody who is told of events. The secret is never shown here."""

    id = fields.String(required=True)
    name = fields.String(metadata={"example": "Vehicle registry"})
    url = fields.String(metadata={"description": "Without the values of its query, for they may be keys."})
    types = fields.List(fields.String(metadata=_TYPE))
    agency = fields.String(allow_none=True, metadata=_AGENCY)
    service = fields.String(allow_none=True, metadata=_SERVICE)
    state = fields.String(metadata={"description": ", ".join(SubscriptionState) + ".", "example": "active"})
    reason = fields.String(metadata={"description": "Why it is suspended."})
    failures = fields.Integer(metadata={"description": "Tries that failed since the last one that did not."})
    available_at = Moment(metadata={"description": "Nothing is sent before, after a failure."})
    former_until = Moment(allow_none=True, metadata={"description": "Until when the former secret signs too."})
    created_at = Moment()
    changed_at = Moment()
    version = fields.Integer(metadata={"description": "The ETag of a change."})


class SubscriptionRowSchema(SubscriptionSchema):
    """A subscription with what waits for it."""

    waiting = fields.Integer(metadata={"description": "Events that wait to be told."})
    dead = fields.Integer(metadata={"description": "Events whose tries are spent."})


class SubscribedSchema(SubscriptionSchema):
    """A subscription with a secret that was made just now."""

    secret = fields.String(
        allow_none=True,
        metadata={
            "description": "Shown this once; null for a secret by reference, and when the request is repeated.",
            "example": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        },
    )


SubscriptionPage = page_of(SubscriptionRowSchema, "WebhookSubscriptionPage")


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    state = fields.String(
        load_default=None, validate=validate.OneOf(_STATES, error=f"Expected one of {', '.join(_STATES)}.")
    )
    type = Identifier(load_default=None, metadata=_TYPE)


class WebhookAttemptSchema(Schema):
    """One try, and what came back."""

    number = fields.Integer()
    at = Moment()
    milliseconds = fields.Integer()
    status = fields.Integer(allow_none=True, metadata={"description": "Null when there was no answer."})
    error = fields.String(metadata={"description": "Empty when it was taken."})
    answer = fields.String(metadata={"description": "The beginning of the answer, signing secrets blotted out."})


class WebhookDeliverySchema(Schema):
    """The telling of one event."""

    event_id = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": ", ".join(_STATES) + ".", "example": "delivered"})
    attempts = fields.Integer(metadata={"description": "How often it was tried."})
    status = fields.Integer(allow_none=True, metadata={"description": "Of the last answer."})
    error = fields.String(metadata={"description": "Of the last try."})
    created_at = Moment()
    ended_at = Moment(allow_none=True)


class WebhookDeliveryRowSchema(WebhookDeliverySchema):
    """A delivery with its event."""

    type = fields.String(metadata=_TYPE)
    subject = fields.String(metadata={"description": "Key of what the event is about."})
    happened_at = Moment()


class WebhookDeliveryDetailSchema(WebhookDeliveryRowSchema):
    """A delivery with its attempts, the last one first."""

    attempts_made = fields.List(fields.Nested(WebhookAttemptSchema))


DeliveryPage = page_of(WebhookDeliveryRowSchema, "WebhookDeliveryPage")


class ReplayCommand(Schema):
    """Which events are told again: from an event (inclusive) or a moment on."""

    from_event = Key(load_default=None, allow_none=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    since = Moment(load_default=None, allow_none=True, metadata={"example": "2026-03-02T00:00:00Z"})
    until = Moment(load_default=None, allow_none=True, metadata={"description": "Only events before."})


class ReplayedSchema(Schema):
    """How many events are told again."""

    events = fields.Integer(required=True, metadata={"example": 37})


class EventTypeSchema(Schema):
    """A type of event."""

    type = fields.String(required=True, metadata=_TYPE)
    meaning = fields.String(metadata={"example": "The case was decided; reasons are read from the case."})
    subject = fields.String(metadata={"description": "What its `subject` is the key of.", "example": "case"})
    schema = fields.String(metadata={"description": "Where its JSON Schema stands.", "example": "events/case.decided"})


class EventTypesSchema(Schema):
    """The types of events there are."""

    items = fields.List(fields.Nested(EventTypeSchema), required=True)


class JsonSchemaSchema(Schema):
    """A JSON Schema (2020-12)."""

    class Meta:
        """Whatever stands in it."""

        include: ClassVar = {
            "$schema": fields.String(metadata={"example": "https://json-schema.org/draft/2020-12/schema"})
        }

    title = fields.String(metadata={"example": "onewindow.case.decided"})
    description = fields.String()
    type = fields.String(metadata={"example": "object"})
    properties = fields.Dict(keys=fields.String(), values=fields.Raw())
    required = fields.List(fields.String())
    additionalProperties = fields.Boolean()  # noqa: N815 (JSON Schema's own word)
