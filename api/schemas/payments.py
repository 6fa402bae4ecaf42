"""Payments of an application, refunds, what the provider's file differs in, and revenue."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.fields import Day, Decimal, Identifier, Moment, Text, Truth
from api.paging import PageQuery, page_of
from engine.casework.payment import PaymentState

_STATES = tuple(PaymentState)
_AMOUNT = {"description": "In major units, with all digits of the currency.", "example": 25}


class ReceiptSchema(Schema):
    """The receipt of a payment."""

    number = fields.String(metadata={"example": "R-2026-000123-8"})
    amount = fields.Raw(metadata=_AMOUNT)
    currency = fields.String(metadata={"example": "AZN"})
    at = Moment(metadata={"description": "When it was paid."})
    payer = fields.String(allow_none=True, metadata={"description": "Name on the card or account."})


class RefundSchema(Schema):
    """Money that went back, or is on its way."""

    id = fields.String(required=True)
    amount = fields.Raw(metadata=_AMOUNT)
    currency = fields.String(metadata={"example": "AZN"})
    reason = fields.String()
    came_late = fields.Boolean(metadata={"description": "The money came after the payment had ended."})
    asked_at = Moment()
    made_at = Moment(allow_none=True, metadata={"description": "When the provider sent it; null while under way."})


class PaymentSchema(Schema):
    """A fee on its way."""

    id = fields.String(required=True)
    reference = fields.String(required=True, metadata={"example": "AZ-2026-000123-7-8K3MX2QP"})
    state = fields.String(required=True, metadata={"description": ", ".join(_STATES) + ".", "example": "open"})
    amount = fields.Raw(metadata=_AMOUNT)
    currency = fields.String(metadata={"example": "AZN"})
    refunded = fields.Raw(metadata={"description": "What went back, or is on its way back.", "example": 0})
    description = fields.String(metadata={"example": "State fee for a driving licence"})
    tier = fields.String(allow_none=True, metadata={"description": "The speed that was chosen."})
    exemption = fields.String(allow_none=True, metadata={"description": "Why less than the whole fee is to be paid."})
    legal_basis = fields.String(metadata={"example": "Law on State Duty"})
    next_url = fields.String(allow_none=True, metadata={"description": "The page where it is paid; null when it is."})
    created_at = Moment()
    expires_at = Moment()
    receipt = fields.Nested(ReceiptSchema, allow_none=True)
    refunds = fields.List(fields.Nested(RefundSchema))


PaymentPage = page_of(PaymentSchema, "PaymentPage")


class PaymentListSchema(PaymentSchema):
    """A payment as those see it who look after payments."""

    agency = fields.String(metadata={"example": "traffic-police"})
    case_number = fields.String(allow_none=True, metadata={"example": "AZ-2026-000123-7"})
    provider_id = fields.String(metadata={"description": "What the provider knows it by."})
    code = fields.String(allow_none=True, metadata={"description": "The provider's reason of a failure."})
    reconciled_at = Moment(allow_none=True, metadata={"description": "When the provider's file confirmed it."})


PaymentPage = page_of(PaymentListSchema, "PaymentPage")


class PaymentQuery(PageQuery):
    """Which payments."""

    state = fields.String(
        load_default=None, validate=validate.OneOf(_STATES, error=f"Expected one of {', '.join(_STATES)}.")
    )
    reference = Identifier(load_default=None)
    unreconciled = Truth(
        in_query=True,
        load_default=False,
        metadata={"description": "Only money that no file of the provider has confirmed yet."},
    )


class PaymentStateSchema(Schema):
    """Where a payment stands."""

    reference = fields.String(required=True)
    state = fields.String(required=True, metadata={"example": "open"})


class ReturnQuery(Schema):
    """The payment the citizen comes back from."""

    reference = Identifier(required=True)


class RefundCommand(Schema):
    """Money that is to go back."""

    amount = Decimal(
        load_default=None,
        allow_none=True,
        metadata={"description": "In major units; all that is left without it.", "example": "25.00"},
    )
    reason = Text(required=True, min_length=3, max_length=1_000, metadata={"example": "The fee was charged twice."})


class RefundAnswer(Schema):
    """A refund that a worker will send."""

    id = fields.String(required=True)
    amount = fields.Raw(metadata=_AMOUNT)
    currency = fields.String()
    reason = fields.String()
    asked_at = Moment()


class CallbackAnswer(Schema):
    """What became of a callback."""

    known = fields.Boolean(
        required=True, metadata={"description": "Whether the payment is one of ours.", "example": True}
    )


class DifferenceSchema(Schema):
    """Where our books and the provider's file differ."""

    kind = fields.String(metadata={"description": "missing-here, missing-there, amount or state."})
    subject = fields.String(metadata={"description": "payment or refund."})
    reference = fields.String()
    provider_id = fields.String()
    ours = fields.String(allow_none=True, metadata={"example": "25.00 AZN"})
    theirs = fields.String(allow_none=True, metadata={"example": "20.00 AZN"})


class ReconciliationSchema(Schema):
    """What the provider's file told."""

    since = Moment()
    until = Moment()
    lines = fields.Integer(metadata={"example": 412})
    matched = fields.Integer(metadata={"description": "Lines that confirm what is booked.", "example": 411})
    booked = fields.Integer(metadata={"description": "Lines that told something new, which was booked."})
    differences = fields.List(fields.Nested(DifferenceSchema))


class PeriodQuery(Schema):
    """A period in whole days."""

    since = Day(required=True, metadata={"description": "First day."})
    until = Day(required=True, metadata={"description": "Last day, inclusive."})


class ReconcileQuery(Schema):
    """Which day's file it is."""

    day = Day(load_default=None, metadata={"description": "The day of the file; by its lines without it."})


class RevenueRowSchema(Schema):
    """What an agency earned."""

    agency = fields.String(metadata={"example": "traffic-police"})
    currency = fields.String(metadata={"example": "AZN"})
    payments = fields.Integer()
    received = fields.Raw(metadata=_AMOUNT)
    refunded = fields.Raw(metadata={"example": 0})
    net = fields.Raw(metadata=_AMOUNT)


class RevenueSchema(Schema):
    """Revenue of agencies in a period, by the ledger."""

    items = fields.List(fields.Nested(RevenueRowSchema), required=True)
