"""Openings of cases: a reason, and what a supervisor says of it."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.fields import Moment, Text, Truth
from api.paging import PageQuery, page_of
from engine.casework.opening import LEAST_REASON, LONGEST_REASON, ReviewVerdict

_REASON = "The applicant asks by telephone where her certificate is; her clerk is ill."


class OpenCommand(Schema):
    """Why a case is opened."""

    reason = Text(
        required=True,
        min_length=LEAST_REASON,
        max_length=LONGEST_REASON,
        metadata={"description": "In words; supervisors and the applicant read it.", "example": _REASON},
    )


class ReviewCommand(Schema):
    """What a supervisor says of an opening."""

    verdict = fields.String(
        required=True,
        validate=validate.OneOf([str(one) for one in ReviewVerdict], error="Expected confirmed or objected."),
        metadata={"example": "confirmed"},
    )
    remark = Text(
        load_default=None,
        max_length=LONGEST_REASON,
        metadata={"description": "An objection needs one; the applicant reads it.", "example": "I had asked for it."},
    )


class OpeningQuery(PageQuery):
    """Which openings."""

    unreviewed = Truth(in_query=True, load_default=False, metadata={"description": "Only those not reviewed yet."})


class CaseOpeningSchema(Schema):
    """When staff looked at a case without a task, as its applicant sees it."""

    id = fields.String(required=True)
    agency = fields.String(metadata={"example": "traffic-police"})
    reason = fields.String(metadata={"example": _REASON})
    opened_at = Moment()
    until_at = Moment(metadata={"description": "It is closed to them from then on."})
    verdict = fields.String(allow_none=True, metadata={"example": "confirmed"})
    reviewed_at = Moment(allow_none=True)
    remark = fields.String(allow_none=True, metadata={"example": "I had asked for it."})


class OpeningSchema(CaseOpeningSchema):
    """The same for officials."""

    case_id = fields.String(metadata={"description": "Follow it at /api/v1/applications/{case_id}."})
    case_number = fields.String(allow_none=True, metadata={"example": "AZ-2026-000123-7"})
    account = fields.String(metadata={"description": "Who opened it."})
    account_name = fields.String(allow_none=True, metadata={"example": "Aysel Quliyeva"})
    reviewed_by = fields.String(allow_none=True)


OpeningPage = page_of(OpeningSchema, "OpeningPage")
