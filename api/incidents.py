"""Incidents: failed automatic steps, for the operator who repairs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.idempotency import carry_out, no_content
from api.operation import Noun
from api.schemas.jobs import IncidentPage, IncidentQuery, ResolveCommand, RetriedSchema, RetryManyCommand
from api.wiring import services
from door.access import caller
from engine.casework.policy import Action
from engine.runtime.incidents import resolve_incident, retry_incident
from engine.runtime.retry_many import retry_many
from engine.store.queries import incidents as queries
from engine.store.queries.incidents import IncidentFilter

blueprint = Noun("incidents", __name__, description="Failed automatic steps that await repair.")


@blueprint.operation(
    "GET", "", rule=Action.repair_jobs, summary="List incidents", query=IncidentQuery, answer=IncidentPage
)
def list_incidents(query: Mapping[str, Any]) -> Any:
    """Incidents, the newest first."""
    with services().read() as connection:
        return queries.incident_page(connection, **query)


@blueprint.operation(
    "POST",
    "/retry",
    rule=Action.repair_jobs,
    summary="Try many again",
    body=RetryManyCommand,
    answer=RetriedSchema,
    idempotent=True,
)
def retry_by_filter(command: Mapping[str, Any]) -> Response:
    """Try the failed jobs of all incidents again that fit: after a partner came back, for example."""
    said = dict(command)
    most = said.pop("most")
    return carry_out(lambda runtime: retry_many(runtime, IncidentFilter(**said), by=caller(), most=most), RetriedSchema)


@blueprint.operation(
    "POST", "/<key:incident_id>/retry", rule=Action.repair_jobs, summary="Try again", status=204, idempotent=True
)
def retry(incident_id: str) -> Response:
    """Try the failed step again as it is: after a register came back, for example."""
    return no_content(lambda runtime: retry_incident(runtime, incident_id, by=caller()))


@blueprint.operation(
    "POST",
    "/<key:incident_id>/resolve",
    rule=Action.repair_jobs,
    summary="Set values and try again",
    body=ResolveCommand,
    status=204,
    idempotent=True,
)
def resolve(command: Mapping[str, Any], incident_id: str) -> Response:
    """Correct the values the step stumbled over, then try it again."""
    return no_content(lambda runtime: resolve_incident(runtime, incident_id, command["variables"], by=caller()))
