"""Jobs for external workers, and incidents for operators."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.fields import Identifier, Key, Moment, Text, Variables, Whole
from api.paging import PageQuery, page_of


class JobQuery(PageQuery):
    """Which jobs."""

    type = Identifier(load_default=None)
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
    instance_id = fields.String()
    kind = fields.String(metadata={"example": "service"})
    type = fields.String(metadata={"example": "register"})
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
    type = Identifier(required=True, metadata={"example": "print-card"})
    most = Whole(least=1, most=50, load_default=10)
    lease_seconds = Whole(least=5, most=3_600, load_default=60)


class FetchedJobSchema(Schema):
    """A job given to a worker, for the time of its lease."""

    id = fields.String(required=True)
    instance_id = fields.String()
    type = fields.String()
    element_id = fields.String(allow_none=True)
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    variables = Variables(attribute="payload")
    attempts = fields.Integer()
    idempotency_key = fields.String(metadata={"description": "To be sent to whoever carries the work out."})
    lease_until = Moment()


class FetchedSchema(Schema):
    """Jobs given to a worker."""

    items = fields.List(fields.Nested(FetchedJobSchema), required=True)


class JobCompleteCommand(Schema):
    """The work is done."""

    worker = Identifier(required=True)
    variables = Variables(load_default=dict)


class JobFailCommand(Schema):
    """The work failed. With `error_code` a business error is thrown, which the model may catch."""

    worker = Identifier(required=True)
    message = Text(required=True, min_length=1, max_length=2_000)
    error_code = Identifier(load_default=None, allow_none=True)
    retry_after_seconds = Whole(least=0, most=86_400, load_default=None, allow_none=True)


class JobFailedSchema(Schema):
    """What became of a job that failed."""

    state = fields.String(
        required=True,
        metadata={"description": "waiting for the next try, failed for good, or done when an error was thrown."},
    )


class JobExtendCommand(Schema):
    """The work takes longer."""

    worker = Identifier(required=True)
    lease_seconds = Whole(required=True, least=5, most=3_600)


class ExtendedSchema(Schema):
    """A lease that begins anew."""

    lease_until = Moment(required=True)


class IncidentQuery(PageQuery):
    """Which incidents."""

    state = fields.String(
        load_default="open", validate=validate.OneOf(("open", "resolved"), error="Expected open or resolved.")
    )
    instance_id = Key(load_default=None)


class IncidentSchema(Schema):
    """A failed automatic step that awaits repair."""

    id = fields.String(required=True)
    instance_id = fields.String()
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
