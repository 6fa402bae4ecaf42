"""Notices: the inbox, what became of deliveries, and where a person may be reached."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.fields import Moment, Text, Truth
from api.paging import PageQuery, page_of
from engine.casework.notice import DeliveryState
from engine.casework.passport import LANGUAGES

_STATES = ", ".join(DeliveryState)


class AppointmentSchema(Schema):
    """When and where somebody is to come."""

    starts_at = Moment()
    ends_at = Moment()
    place = fields.String(metadata={"example": "Unit 3, Baku"})
    is_cancelled = fields.Boolean()


class NoticeSchema(Schema):
    """A notice in the inbox."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    application = fields.String(
        attribute="case_id", allow_none=True, metadata={"description": "Null when it is about the account itself."}
    )
    case_number = fields.String(allow_none=True, metadata={"example": "AZ-2026-000123-7"})
    service = fields.String(attribute="service_key", allow_none=True, metadata={"example": "driving-licence"})
    agency = fields.String(allow_none=True, metadata={"example": "traffic-police"})
    kind = fields.String(attribute="template", metadata={"example": "decision-made"})
    language = fields.String(metadata={"example": "az"})
    subject = fields.String()
    text = fields.String(metadata={"description": "Plain text."})
    is_urgent = fields.Boolean()
    appointment = fields.Nested(AppointmentSchema, allow_none=True)
    created_at = Moment()
    read_at = Moment(allow_none=True, metadata={"description": "Null until it was read in the inbox."})


class InboxQuery(PageQuery):
    """Which notices."""

    unread = Truth(in_query=True, load_default=False, metadata={"description": "Those that were not read yet."})


class InboxPage(page_of(NoticeSchema, "InboxNotices")):  # type: ignore[misc]  # made at run time
    """A page of the inbox, the newest first."""

    unread = fields.Integer(metadata={"description": "In the whole inbox, counted up to 1,000.", "example": 2})


class NoticeDeliverySchema(Schema):
    """A notice on its way by mail or SMS."""

    id = fields.String(required=True)
    channel = fields.String(metadata={"description": "mail or sms.", "example": "mail"})
    address = fields.String(metadata={"example": "name@example.com"})
    state = fields.String(metadata={"description": f"{_STATES}.", "example": "sent"})
    due_at = Moment(metadata={"description": "Not sent before: at night notices wait for the morning."})
    sent_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True, metadata={"description": "When it arrived, or failed for good."})
    code = fields.String(allow_none=True, metadata={"description": "Why it failed.", "example": "5.1.1"})
    reason = fields.String(allow_none=True, metadata={"description": "The same in the partner's words."})
    last_error = fields.String(allow_none=True, metadata={"description": "Why the last try failed, while it waits."})
    needs_repair = fields.Boolean(metadata={"description": "All tries are spent; an operator must look."})


class NoticeWithDeliveriesSchema(NoticeSchema):
    """A notice of an application, and what became of it."""

    deliveries = fields.List(fields.Nested(NoticeDeliverySchema))


class NoticesSchema(Schema):
    """The notices of an application, the first one first."""

    items = fields.List(fields.Nested(NoticeWithDeliveriesSchema), required=True)


class ContactCommand(Schema):
    """Where and when the caller may be reached. What is left out is empty, or wanted."""

    mail = Text(
        max_length=300, one_line=True, allow_none=True, load_default=None, metadata={"example": "name@example.com"}
    )
    mobile = Text(
        max_length=40, one_line=True, allow_none=True, load_default=None, metadata={"example": "+994 50 123 45 67"}
    )
    language = Text(
        max_length=10, one_line=True, allow_none=True, load_default=None,
        metadata={"description": f"One of {', '.join(LANGUAGES)}; null for that of each application.", "example": "az"},
    )  # fmt: skip
    time_zone = Text(
        max_length=60, one_line=True, allow_none=True, load_default=None,
        metadata={"description": "Null for that of the country.", "example": "Asia/Baku"},
    )  # fmt: skip
    mail_wanted = Truth(load_default=True)
    sms_wanted = Truth(load_default=True)


class ContactSchema(Schema):
    """Where and when the caller may be reached."""

    mail = fields.String(allow_none=True, metadata={"example": "name@example.com"})
    mobile = fields.String(allow_none=True, metadata={"example": "+994501234567"})
    language = fields.String(allow_none=True, metadata={"example": "az"})
    time_zone = fields.String(allow_none=True, metadata={"example": "Asia/Baku"})
    mail_wanted = fields.Boolean(required=True)
    sms_wanted = fields.Boolean(required=True)
    changed_at = Moment(allow_none=True)


class NoticeCallbackAnswer(Schema):
    """What became of a callback."""

    known = fields.Boolean(
        required=True, metadata={"description": "Whether the delivery is one of ours.", "example": True}
    )
