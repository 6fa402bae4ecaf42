"""Looks at the caller's own data."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.fields import Identifier, Key, Language, Moment, Text
from api.paging import PageQuery, page_of
from engine.casework.look import LookKind

_AN_AGENCY = {"example": "traffic-police"}


class AccessFilterSchema(Schema):
    """Which looks; what is left out leaves all."""

    agency = Identifier(load_default=None, metadata=_AN_AGENCY)
    application = Key(load_default=None, metadata={"description": "Key of an application of one's own."})
    kind = fields.String(
        load_default=None, validate=validate.OneOf([str(kind) for kind in LookKind], error="Expected a kind of look.")
    )
    since = Moment(load_default=None, metadata={"description": "From this moment on."})
    until = Moment(load_default=None, metadata={"description": "Before this moment."})


class AccessQuery(PageQuery, AccessFilterSchema):
    """Which looks, and which page of them."""


class AccessGroupQuery(AccessFilterSchema):
    """How looks are counted."""

    by = fields.String(
        load_default="agency",
        validate=validate.OneOf(("agency", "case", "day"), error="Expected one of agency, case, day."),
    )


class WithheldSchema(Schema):
    """Why a look is told of only now."""

    until_at = Moment()
    legal_basis = fields.String(metadata={"example": "Criminal Procedure Code, art. 222"})
    reference = fields.String(metadata={"example": "2026/17"})
    lift_reason = fields.String()


class AccessSchema(Schema):
    """One look at the caller's data."""

    id = fields.String(required=True, metadata={"description": "The hash of its entry in the journal."})
    at = Moment(required=True)
    sentence = fields.String(
        required=True,
        metadata={"example": "An official (Traffic Police, Examiner) saw your answers, to work on your case."},
    )
    kind = fields.String(metadata={"description": "What was shown.", "example": "task.read"})
    what = fields.String(metadata={"description": "The same, in words.", "example": "the answers in your application"})
    ground = fields.String(metadata={"description": "Why, in one word.", "example": "task"})
    purpose = fields.String(allow_none=True, metadata={"example": "to work on your case"})
    stated_purpose = fields.String(
        allow_none=True, metadata={"description": "The reason in the reader's own words, where one was stated."}
    )
    legal_basis = fields.String(allow_none=True, metadata={"example": "Law on Road Traffic, art. 30"})
    agency = fields.String(allow_none=True, metadata=_AN_AGENCY)
    agency_name = fields.String(allow_none=True)
    role = fields.String(allow_none=True, metadata={"example": "examiner"})
    role_name = fields.String(allow_none=True)
    reader_name = fields.String(
        allow_none=True, metadata={"description": "Of a representative; of an official only where the law wants it."}
    )
    register = fields.String(allow_none=True, metadata={"description": "The register that was asked."})
    answered = fields.Boolean(allow_none=True, metadata={"description": "Whether it answered."})
    case_id = fields.String(allow_none=True)
    case_number = fields.String(allow_none=True, metadata={"example": "AZ-2026-000123-8"})
    service = fields.String(allow_none=True, metadata={"example": "driving-licence"})
    service_title = fields.String(allow_none=True)
    withheld = fields.Nested(
        WithheldSchema,
        allow_none=True,
        metadata={"description": "Set where an investigation kept it back until now."},
    )


AccessPage = page_of(AccessSchema, "AccessPage")


class ComplaintCommand(Schema):
    """A complaint about a look."""

    complaint = Text(
        required=True,
        min_length=10,
        max_length=4_000,
        metadata={"example": "I have no case with this agency; nobody there should look at my data."},
    )


class ExportCommand(Schema):
    """In which language an export is told."""

    language = Language(metadata={"example": "az", "description": "Of the export; by Accept-Language without it."})


class ExportSchema(Schema):
    """An export of the caller's own data."""

    id = fields.String(required=True)
    is_ready = fields.Boolean(required=True, metadata={"description": "Whether it was made."})
    language = fields.String(metadata={"example": "az"})
    asked_at = Moment()
    ready_at = Moment(allow_none=True)
    expires_at = Moment(metadata={"description": "Its files are removed then."})
    json_size = fields.Integer(allow_none=True)
    pdf_size = fields.Integer(allow_none=True)
    pdf_fault = fields.String(allow_none=True, metadata={"description": "Why there is no PDF, where there is none."})


class ExportsSchema(Schema):
    """Exports of the caller's own data, the newest first."""

    items = fields.List(fields.Nested(ExportSchema), required=True)


class AccessGroupSchema(Schema):
    """Looks of one agency, case or day."""

    key = fields.String(metadata={"description": "Empty where there is no agency or case.", **_AN_AGENCY})
    number = fields.Integer(metadata={"example": 4})
    first_at = Moment()
    last_at = Moment()
    kinds = fields.Dict(
        keys=fields.String(), values=fields.Integer(), metadata={"example": {"task.read": 3, "case.read": 1}}
    )


class AccessGroupsSchema(Schema):
    """Looks, counted."""

    items = fields.List(fields.Nested(AccessGroupSchema), required=True)
