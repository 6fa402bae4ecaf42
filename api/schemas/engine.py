"""Models and instances: deployments, process definitions, instances, messages, signals, decision definitions."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.fields import Identifier, Language, Moment, Name, Text, Values, Variables, Whole
from api.paging import PageQuery, page_of


class ProcessDefinitionSchema(Schema):
    """One deployed version of a procedure's BPMN."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    process_id = fields.String(metadata={"example": "driving-licence"})
    name = fields.String(allow_none=True)
    version = fields.Integer(metadata={"example": 3})
    version_tag = fields.String(allow_none=True)
    deployment_id = fields.String()
    service_key = fields.String(allow_none=True)
    checksum = fields.String(metadata={"description": "SHA-256 of the file."})
    deployed_at = Moment()


ProcessDefinitionPage = page_of(ProcessDefinitionSchema, "ProcessDefinitionPage")


class ProcessDefinitionQuery(PageQuery):
    """Which process definitions."""

    process_id = Identifier(load_default=None)


class DeployedSchema(Schema):
    """One file of a deployment."""

    kind = fields.String(metadata={"example": "process"})
    key = fields.String(metadata={"example": "driving-licence"})
    version = fields.Integer(allow_none=True, metadata={"example": 1})
    id = fields.String(allow_none=True)
    version_tag = fields.String(allow_none=True)
    file = fields.String(attribute="file_name", metadata={"example": "driving-licence.bpmn"})
    is_new = fields.Boolean(metadata={"description": "False when the file was deployed before, unchanged."})


class DeploymentSchema(Schema):
    """What was deployed together."""

    id = fields.String(
        allow_none=True,
        metadata={
            "description": "Null when everything was deployed before, unchanged.",
            "example": "01hk3v8b6s9e4w2m7q5t0x1y2z",
        },
    )
    definitions = fields.List(fields.Nested(DeployedSchema))
    diagnostics = fields.List(
        fields.Dict(), metadata={"description": "Warnings and remarks about the files.", "example": []}
    )


class DeploymentShortSchema(Schema):
    """A deployment in the list."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    deployed_at = Moment()
    deployed_by = fields.String(allow_none=True)
    files = fields.List(fields.String(), metadata={"example": ["permit.bpmn", "permit.form"]})


DeploymentPage = page_of(DeploymentShortSchema, "DeploymentPage")


class InstanceQuery(PageQuery):
    """Which instances."""

    process_id = Identifier(load_default=None)
    state = fields.String(
        load_default=None,
        validate=validate.OneOf(
            ("active", "completed", "terminated", "cancelled"),
            error="Expected one of active, completed, terminated, cancelled.",
        ),
    )


class StartCommand(Schema):
    """The start of an instance: of the newest version of a process, or of the version named."""

    process_id = Identifier(required=True, metadata={"example": "permit"})
    version = Whole(least=1, most=1_000_000, load_default=None, allow_none=True)
    variables = Variables(load_default=dict, metadata={"example": {"area": 120}})


class CancelCommand(Schema):
    """Why an instance is ended."""

    reason = Text(required=True, min_length=3, max_length=1_000, metadata={"example": "Started by mistake."})


class OpenTaskOfInstanceSchema(Schema):
    """A task that waits."""

    id = fields.String(required=True)
    name = fields.String()
    element_id = fields.String()
    queue = fields.String(allow_none=True)


class InstanceSchema(Schema):
    """An instance in short."""

    id = fields.String(required=True, metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
    process_id = fields.String(metadata={"example": "permit"})
    definition_id = fields.String()
    definition_version = fields.Integer()
    state = fields.String(metadata={"example": "active"})
    version = fields.Integer()
    case_number = fields.String(allow_none=True)
    parent_id = fields.String(allow_none=True)
    started_at = Moment()
    ended_at = Moment(allow_none=True)


InstancePage = page_of(InstanceSchema, "InstancePage")


class InstanceDetailSchema(InstanceSchema):
    """An instance with what it waits for."""

    open_tasks = fields.List(fields.Nested(OpenTaskOfInstanceSchema))
    visits = fields.Integer(metadata={"description": "Elements visited so far."})


class StartedSchema(Schema):
    """What a start led to."""

    id = fields.String(required=True)
    state = fields.String(metadata={"example": "active"})
    open_tasks = fields.List(fields.Nested(OpenTaskOfInstanceSchema))


class ActivitySchema(Schema):
    """One visit of one element."""

    seq = fields.Integer()
    at = Moment(metadata={"description": "When the element was entered."})
    ended_at = Moment(allow_none=True)
    change = fields.String(metadata={"description": "entered while open; completed, cancelled or failed."})
    element_id = fields.String(metadata={"example": "examine"})
    element_type = fields.String(metadata={"example": "UserTask"})
    element_instance = fields.Integer(metadata={"description": "Number of this visit, unique in the instance."})
    detail = fields.Dict(allow_none=True)


ActivityPage = page_of(ActivitySchema, "ActivityPage")


class VariablesSchema(Schema):
    """Values of an instance by name. Analysts see the kinds only, for values may be data of persons."""

    variables = Variables(metadata={"example": {"area": 120}})


class PublishCommand(Schema):
    """A message for the one instance that waits for its name and key."""

    name = Name(required=True, metadata={"example": "payment-received"})
    correlation_key = Text(
        required=True, max_length=200, one_line=True, metadata={"description": "Fits the waiting key."}
    )
    variables = Variables(load_default=dict)
    time_to_live_seconds = Whole(
        least=0,
        most=31_536_000,
        load_default=0,
        metadata={"description": "How long it is kept when nothing waits yet; 0 keeps it not at all."},
    )
    message_id = Text(
        load_default=None,
        max_length=200,
        min_length=1,
        one_line=True,
        allow_none=True,
        metadata={"description": "The same id with the same name and key is taken once."},
    )


class PublishedSchema(Schema):
    """What became of a message."""

    outcome = fields.String(metadata={"description": "correlated, started or buffered.", "example": "correlated"})
    instance_id = fields.String(allow_none=True)


class SignalCommand(Schema):
    """A signal for everything that waits for its name."""

    name = Name(required=True, metadata={"example": "tariff-changed"})
    variables = Variables(load_default=dict, metadata={"example": {"rate": 1.7}})


class BroadcastSchema(Schema):
    """A signal on its way: a job hands it to each instance that waits."""

    job_id = fields.String(metadata={"example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})


class DecisionDefinitionSchema(Schema):
    """One deployed version of a decision definition."""

    id = fields.String(required=True)
    decision_id = fields.String(metadata={"example": "licence-validity"})
    name = fields.String(allow_none=True)
    version = fields.Integer()
    version_tag = fields.String(allow_none=True)
    deployment_id = fields.String()


DecisionDefinitionPage = page_of(DecisionDefinitionSchema, "DecisionDefinitionPage")


class EvaluateCommand(Schema):
    """Inputs of a decision definition."""

    inputs = Variables(required=True, metadata={"example": {"age": 61, "listed_illness": False}})
    version = Whole(least=1, most=1_000_000, load_default=None, allow_none=True)


class EvaluatedSchema(Schema):
    """What a decision definition said, and why."""

    value = Values(allow_none=True, metadata={"example": {"years": 9}})
    trace = fields.Raw(metadata={"description": "Which rules of which tables matched, with which inputs."})
    version = fields.Integer(metadata={"example": 1})
    warnings = fields.List(fields.String(), metadata={"description": "Why something became null."})


class ExplainCommand(EvaluateCommand):
    """Inputs of a decision definition, and the language of its explanation."""

    language = Language(
        metadata={"description": "By default the one of Accept-Language that is known, else az."},
    )


class ExplainedSchema(EvaluatedSchema):
    """What a decision definition said, and why, in plain sentences."""

    language = fields.String(metadata={"example": "en"})
    sentences = fields.List(
        fields.String(),
        metadata={"example": ["validity: 9.", "What was considered: Age – 61.", "Rule 2 applied."]},
    )
    decisions = fields.List(
        fields.Dict(),
        metadata={
            "description": "Each decision made on the way, the one asked for last: its sentences, facts, rules, and "
            "what another outcome would have needed, where the table tells."
        },
    )


class FormSchema(Schema):
    """A deployed form (form-js JSON)."""

    form_id = fields.String(metadata={"example": "driving-licence-application"})
    version = fields.Integer()
    form = fields.Dict(metadata={"description": "The form as it was deployed."})
