"""The types of events that programs outside can subscribe to, with their JSON Schemas."""

from __future__ import annotations

from typing import Any

from api.operation import Noun
from api.schemas.webhooks import EventTypesSchema, JsonSchemaSchema
from engine.casework.event import data_schema
from engine.casework.event_kinds import KINDS, kind_named
from engine.casework.policy import Action

blueprint = Noun("events", __name__, description="The types of events that webhooks tell.")


@blueprint.operation("GET", "", rule=Action.read_public, summary="List the types of events", answer=EventTypesSchema)
def list_types() -> Any:
    """All types, in the order of a case."""
    return {
        "items": [
            {"type": kind.type, "meaning": kind.meaning, "subject": kind.subject, "schema": f"events/{kind.name}"}
            for kind in KINDS.values()
        ]
    }


@blueprint.operation(
    "GET",
    "/<name:event_name>",
    rule=Action.read_public,
    summary="Read the schema of a type of event",
    answer=JsonSchemaSchema,
)
def read_schema(event_name: str) -> Any:
    """JSON Schema of the `data` of one type, named without `onewindow.`; events name it in `dataschema`."""
    return data_schema(kind_named(event_name))
