"""Jobs for external workers, and incidents for operators."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.fields import Identifier, Key, Moment, Text, Variables, Whole
from api.paging import PageQuery, page_of


class JobQuery(PageQuery):
    """Which jobs."""

    procedure = Identifier(load_default=None, metadata={"description": "Process of the instance behind it."})
    type = Identifier(load_default=None)
    partner = Text(load_default=None, min_length=1, max_length=255, metadata={"example": "http api.example.gov"})
    error = Text(load_default=None, min_length=1, max_length=200, metadata={"description": "Part of the last error."})
    state = fields.String(
        load_default=None,
        validate=validate.OneOf(
            ("waiting", "running", "suspended", "done", "failed", "cancelled"),
            error="Expected one of waiting, running, suspended, done, failed, cancelled.",
        ),
    )


class JobSchema(Schema):
    """Automatic work: a timer or a call."""

    id = fields.String(required=True)
    instance_id = fields.String(
        allow_none=True, metadata={"description": "None of a job that belongs to no instance, such as a scan."}
    )
    kind = fields.String(metadata={"example": "service"})
    type = fields.String(metadata={"example": "register"})
    partner = fields.String(metadata={"example": "register population", "description": "Whom it calls, if anybody."})
    procedure = fields.String(metadata={"description": "Process of the instance behind it."})
    element_id = fields.String(allow_none=True)
    state = fields.String(metadata={"example": "waiting"})
    due_at = Moment(allow_none=True)
    attempts = fields.Integer()
    retries = fields.Integer(metadata={"description": "Left."})
    lease_until = Moment(allow_none=True)
    last_error = fields.String(allow_none=True)


JobPage = page_of(JobSchema, "JobPage")


class FetchCommand(Schema):
    """An external worker asks for work."""

    worker = Identifier(required=True, metadata={"description": "The worker's own name.", "example": "printer-1"})
    type = Identifier(load_default=None, allow_none=True, metadata={"example": "print-card"})
    types = fields.List(
        Identifier(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=50, error="Expected 1 to 50 types."),
        metadata={"description": "Several types instead of one.", "example": ["print-card", "send-by-post"]},
    )
    most = Whole(least=1, most=50, load_default=10)
    lease_seconds = Whole(least=5, most=3_600, load_default=60, metadata={"example": 60})
    wait_seconds = Whole(
        least=0,
        most=30,
        load_default=0,
        metadata={"description": "How long to wait where there is none. An answer without jobs may come sooner."},
    )

    @validates_schema
    def check_types(self, data: dict[str, Any], **_: Any) -> None:
        """One type or several, not both."""
        if (data.get("type") is None) is (data.get("types") is None):
            raise ValidationError({"type": ["Expected either type or types."]})


class FetchedJobSchema(Schema):
    """A job given to a worker, for the time of its lease."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    instance_id = fields.String()
    type = fields.String(metadata={"example": "print-card"})
    element_id = fields.String(allow_none=True)
    headers = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"example": {"format": "ID-1"}})
    variables = Variables(attribute="payload", metadata={"example": {"holder": "Rəşad Əliyev"}})
    attempts = fields.Integer()
    idempotency_key = fields.String(metadata={"description": "To be sent to whoever carries the work out."})
    lease_until = Moment()


class FetchedSchema(Schema):
    """Jobs given to a worker."""

    items = fields.List(fields.Nested(FetchedJobSchema), required=True)


class JobCompleteCommand(Schema):
    """The work is done."""

    worker = Identifier(required=True, metadata={"example": "printer-1"})
    variables = Variables(load_default=dict, metadata={"example": {"card_number": "AZ0012345"}})


class JobFailCommand(Schema):
    """The work failed. With `error_code` a business error is thrown, which the model may catch."""

    worker = Identifier(required=True, metadata={"example": "printer-1"})
    message = Text(required=True, min_length=1, max_length=2_000, metadata={"example": "The printer is out of cards."})
    error_code = Identifier(load_default=None, allow_none=True, metadata={"example": None})
    retries_left = Whole(
        least=0,
        most=100,
        load_default=None,
        allow_none=True,
        metadata={"description": "How often it is tried again; 0 makes it an incident. As the model says without it."},
    )
    retry_after_seconds = Whole(least=0, most=86_400, load_default=None, allow_none=True, metadata={"example": 600})


class JobErrorCommand(Schema):
    """The work ended in a business error, which an error event of the model catches."""

    worker = Identifier(required=True, metadata={"example": "printer-1"})
    code = Identifier(required=True, metadata={"example": "no-such-address"})
    message = Text(load_default="", max_length=2_000)
    variables = Variables(load_default=dict)


class JobReleaseCommand(Schema):
    """The worker gives a job back."""

    worker = Identifier(required=True, metadata={"example": "printer-1"})


class JobFailedSchema(Schema):
    """What became of a job that failed."""

    state = fields.String(
        required=True,
        metadata={
            "description": "waiting for the next try, failed for good, or done when an error was thrown.",
            "example": "waiting",
        },
    )


class JobExtendCommand(Schema):
    """The work takes longer."""

    worker = Identifier(required=True, metadata={"example": "printer-1"})
    lease_seconds = Whole(required=True, least=5, most=3_600, metadata={"example": 300})


class ExtendedSchema(Schema):
    """A lease that begins anew."""

    lease_until = Moment(required=True, metadata={"example": "2026-03-02T10:20:00Z"})


class IncidentFilterSchema(Schema):
    """Which incidents; what is left out leaves all."""

    procedure = Identifier(
        load_default=None, metadata={"description": "Process of the instance behind it.", "example": "permit"}
    )
    type = Identifier(
        load_default=None, metadata={"description": "Connector of the job that failed.", "example": "register"}
    )
    partner = Text(load_default=None, min_length=1, max_length=255, metadata={"example": "register population"})
    error = Text(
        load_default=None,
        min_length=1,
        max_length=200,
        metadata={"description": "The incident's code, or part of its message.", "example": "partner-unavailable"},
    )
    instance_id = Key(load_default=None)


class IncidentQuery(PageQuery, IncidentFilterSchema):
    """Which incidents."""

    state = fields.String(
        load_default="open", validate=validate.OneOf(("open", "resolved"), error="Expected open or resolved.")
    )


class RetryManyCommand(IncidentFilterSchema):
    """Which failed jobs are tried again."""

    most = Whole(least=1, most=500, load_default=100, metadata={"description": "At once; the oldest first."})


class RetriedSchema(Schema):
    """What came of it."""

    retried = fields.Integer(required=True, metadata={"example": 12})
    passed_over = fields.Integer(
        required=True, metadata={"description": "Somebody else had them in hand; ask again for these.", "example": 0}
    )
    is_more = fields.Boolean(
        required=True, metadata={"description": "Whether more may be left: ask again.", "example": False}
    )


class ExchangeSchema(Schema):
    """One request to a partner and its answer: its form, without secrets and without data of persons."""

    attempt = fields.Integer()
    position = fields.Integer(metadata={"description": "Within the attempt, from 1."})
    at = Moment()
    partner = fields.String()
    milliseconds = fields.Integer()
    method = fields.String(metadata={"example": "POST"})
    url = fields.String(metadata={"example": "https://api.example.gov/v1/parcels/..."})
    request_headers = fields.Dict(keys=fields.String(), values=fields.String())
    request_body = fields.String(allow_none=True, metadata={"example": '{"parcel": "(text of 8)"}'})
    status = fields.Integer(allow_none=True, metadata={"description": "None when no answer came."})
    answer_headers = fields.Dict(keys=fields.String(), values=fields.String())
    answer_body = fields.String(allow_none=True)
    error = fields.String(allow_none=True)


ExchangePage = page_of(ExchangeSchema, "ExchangePage")


class PartnerSchema(Schema):
    """A partner that has work waiting, or failed lately."""

    name = fields.String(required=True, metadata={"example": "http api.example.gov"})
    state = fields.String(required=True, metadata={"description": "closed (called), open (left alone) or half-open."})
    failures = fields.Integer(metadata={"description": "In a row."})
    open_until = Moment(allow_none=True)
    last_error = fields.String(allow_none=True)
    changed_at = Moment(allow_none=True)
    waiting = fields.Integer(metadata={"description": "Jobs that wait for it, counted up to 10,000."})


PartnerPage = page_of(PartnerSchema, "PartnerPage")


class PartnerCommand(Schema):
    """Which partner."""

    partner = Text(required=True, min_length=1, max_length=255, metadata={"example": "http api.example.gov"})


class IncidentSchema(Schema):
    """A failed automatic step that awaits repair."""

    id = fields.String(required=True)
    instance_id = fields.String(allow_none=True)
    element_id = fields.String()
    code = fields.String(metadata={"example": "feel"})
    message = fields.String()
    remedy = fields.String(allow_none=True)
    state = fields.String(metadata={"example": "open"})
    created_at = Moment()
    resolved_at = Moment(allow_none=True)
    job_id = fields.String(allow_none=True)


IncidentPage = page_of(IncidentSchema, "IncidentPage")


class ResolveCommand(Schema):
    """How an incident was repaired: values to set before the step is tried again."""

    variables = Variables(load_default=dict, metadata={"example": {"fee": 25}})
