"""Process definitions: the deployed versions of procedures, and their BPMN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.operation import Noun
from api.schemas.engine import ProcessDefinitionPage, ProcessDefinitionQuery, ProcessDefinitionSchema
from api.wiring import services
from engine.casework.policy import Action
from engine.store.queries import definitions as queries

blueprint = Noun("process-definitions", __name__, description="Deployed versions of procedures.")


@blueprint.operation(
    "GET",
    "",
    rule=Action.read_models,
    summary="List process definitions",
    query=ProcessDefinitionQuery,
    answer=ProcessDefinitionPage,
)
def list_definitions(query: Mapping[str, Any]) -> Any:
    """Every deployed version, the newest first."""
    with services().read() as connection:
        return queries.process_definition_page(connection, **query)


@blueprint.operation(
    "GET",
    "/<key:definition_id>",
    rule=Action.read_models,
    summary="Show a process definition",
    answer=ProcessDefinitionSchema,
)
def show(definition_id: str) -> Any:
    """One deployed version."""
    with services().read() as connection:
        return queries.process_definition(connection, definition_id)


@blueprint.operation(
    "GET",
    "/<key:definition_id>/xml",
    rule=Action.read_models,
    summary="Download the BPMN",
    content_type="application/bpmn+xml",
)
def xml(definition_id: str) -> Response:
    """The BPMN file exactly as it was deployed."""
    with services().read() as connection:
        content = queries.process_xml(connection, definition_id)
    answer = Response(content, content_type="application/bpmn+xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{definition_id}.bpmn"'
    return answer
