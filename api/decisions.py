"""Decision definitions: the deployed decision tables, tried with inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.operation import Noun
from api.paging import PageQuery
from api.schemas.engine import (
    DecisionDefinitionPage,
    EvaluateCommand,
    EvaluatedSchema,
    ExplainCommand,
    ExplainedSchema,
)
from api.wiring import services
from door.access import caller
from door.language import preferred_language
from engine.casework.policy import Action
from engine.runtime.evaluate import evaluate_decision, explain_decision
from engine.store.queries import definitions as queries

blueprint = Noun("decisions", __name__, description="Decision definitions (DMN): rules, and trying them.")


@blueprint.operation(
    "GET",
    "",
    rule=Action.try_rules,
    summary="List decision definitions",
    query=PageQuery,
    answer=DecisionDefinitionPage,
)
def list_decisions(query: Mapping[str, Any]) -> Any:
    """Every deployed version, the newest first."""
    with services().read() as connection:
        return queries.decision_page(connection, **query)


@blueprint.operation(
    "POST",
    "/<name:decision_id>/evaluate",
    rule=Action.try_rules,
    summary="Evaluate a decision definition",
    body=EvaluateCommand,
    answer=EvaluatedSchema,
)
def evaluate(command: Mapping[str, Any], decision_id: str) -> Any:
    """Try a decision definition with inputs: its value, and which rules led to it. Nothing is kept."""
    return evaluate_decision(
        services().runtime, decision_id, command["inputs"], by=caller(), version=command["version"]
    )


@blueprint.operation(
    "POST",
    "/<name:decision_id>/explain",
    rule=Action.try_rules,
    summary="Evaluate a decision definition and explain it",
    body=ExplainCommand,
    answer=ExplainedSchema,
)
def explain(command: Mapping[str, Any], decision_id: str) -> Any:
    """Try a decision definition with inputs: its value, and why, in plain sentences. Nothing is kept."""
    return explain_decision(
        services().runtime,
        decision_id,
        command["inputs"],
        by=caller(),
        language=command.get("language") or preferred_language(),
        version=command["version"],
    )
