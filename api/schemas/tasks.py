"""Tasks: the queue, one task with its form, and the commands on it."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.fields import Answers, Key, Language, Moment, Queue, Text, Truth, Variables
from api.paging import PageQuery, page_of


class TaskQuery(PageQuery):
    """Which tasks of the caller's own queues."""

    queue = Queue(load_default=None, metadata={"description": "Only this queue.", "example": "traffic-police:examiner"})
    state = fields.String(
        load_default="active",
        validate=validate.OneOf(
            ("active", "open", "claimed", "completed", "cancelled"),
            error="Expected one of active, open, claimed, completed, cancelled.",
        ),
        metadata={"description": "`active` means open or claimed."},
    )
    mine = Truth(in_query=True, load_default=False, metadata={"description": "Only tasks the caller holds."})
    offered = Truth(
        in_query=True, load_default=False, metadata={"description": "Only tasks that a colleague offers to the caller."}
    )
    overdue = Truth(in_query=True, load_default=False, metadata={"description": "Only tasks past their due date."})
    search = Text(
        max_length=100, one_line=True, load_default=None, metadata={"description": "In the name or case number."}
    )
    sort = fields.String(
        load_default="due",
        validate=validate.OneOf(("due", "created", "priority"), error="Expected one of due, created, priority."),
    )


class TaskSchema(Schema):
    """A task in short."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    name = fields.String(metadata={"example": "Check the medical certificate"})
    element_id = fields.String(metadata={"example": "check-medical"})
    queue = fields.String(allow_none=True, metadata={"example": "traffic-police:examiner"})
    state = fields.String(metadata={"example": "open"})
    assignee = fields.String(allow_none=True, metadata={"description": "Account that holds it."})
    assignee_name = fields.String(allow_none=True, metadata={"example": "Aysel Quliyeva"})
    acted_for = fields.String(
        allow_none=True, metadata={"description": "Account that the holder acts for, in whose place she stands."}
    )
    acted_for_name = fields.String(allow_none=True, metadata={"example": "Leyla İsmayılova"})
    offered_to = fields.String(allow_none=True, metadata={"description": "Account of who is asked to take it over."})
    priority = fields.Integer(metadata={"example": 50})
    created_at = Moment(metadata={"example": "2026-03-02T05:30:00Z"})
    due_at = Moment(allow_none=True, metadata={"example": "2026-03-06T14:00:00Z"})
    follow_up_at = Moment(allow_none=True)
    claimed_at = Moment(allow_none=True)
    completed_at = Moment(allow_none=True)
    instance_id = fields.String(metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2y"})
    case_number = fields.String(allow_none=True, metadata={"example": "AZ-2026-000123-7"})
    service_key = fields.String(allow_none=True, metadata={"example": "driving-licence"})
    version = fields.Integer(metadata={"description": "Changes with every change; also the ETag."})
    may_claim = fields.Boolean(
        metadata={"description": "In lists and details: whether the caller would get it by claiming it now."}
    )
    claim_barred = fields.String(
        allow_none=True,
        metadata={
            "description": "Why not, where the model wants another person.",
            "example": "The task 'Approve' is not done by who did 'Check' in this case.",
        },
    )


class TaskDetailSchema(TaskSchema):
    """A task with its form and the data the form shows."""

    form_id = fields.String(allow_none=True, metadata={"example": "examine-application"})
    form = fields.Dict(allow_none=True, metadata={"description": "The form with labels, values and what is visible."})
    variables = Variables(metadata={"description": "The values this task sees."})
    draft = Variables(allow_none=True, metadata={"description": "Answers saved and not yet sent."})


TaskPage = page_of(TaskSchema, "TaskPage")


class TaskDetailQuery(Schema):
    """How a task is shown."""

    language = Language(load_default="az")


class AssignCommand(Schema):
    """To whom a task is given."""

    account = Key(required=True, metadata={"description": "Key of an account that is a member of the task's queue."})


class DelegateCommand(Schema):
    """To whom a task is offered."""

    account = Key(
        required=True, metadata={"description": "Key of a colleague.", "example": "01hk3v8b6s9e4w2m7q5t0x1y2w"}
    )


class DraftCommand(Schema):
    """Answers to keep."""

    answers = Answers(required=True, metadata={"example": {"complete": True}})


class CompleteCommand(Schema):
    """Answers that finish a task."""

    answers = Answers(load_default=dict, metadata={"example": {"complete": True}})


class OpenTaskSchema(Schema):
    """A task that is open now."""

    id = fields.String(required=True)
    name = fields.String()
    element_id = fields.String()
    queue = fields.String(allow_none=True)


class CompletedSchema(Schema):
    """What a completion led to."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    state = fields.String(metadata={"example": "completed"})
    instance_id = fields.String()
    open_tasks = fields.List(
        fields.Nested(OpenTaskSchema), metadata={"description": "Tasks this step opened that the caller may see."}
    )


__all__ = [
    "AssignCommand",
    "CompleteCommand",
    "CompletedSchema",
    "DelegateCommand",
    "DraftCommand",
    "OpenTaskSchema",
    "TaskDetailQuery",
    "TaskDetailSchema",
    "TaskPage",
    "TaskQuery",
    "TaskSchema",
    "Variables",
]
