"""Connectors: what service tasks can call, as forms for the tools that models are drawn with."""

from __future__ import annotations

from typing import Any

from api.operation import Noun
from api.schemas.connectors import ElementTemplateSchema
from api.wiring import services
from door.language import asked_language
from engine.casework.policy import Action

blueprint = Noun("connectors", __name__, description="What service tasks can call.")


@blueprint.operation(
    "GET",
    "/templates",
    rule=Action.see_deployments,
    summary="List element templates",
    answer=ElementTemplateSchema(many=True),
)
def list_element_templates() -> Any:
    """Element templates of all connectors in the format of Camunda 8: save the answer as it is for Camunda Modeler.

    Partners, operations and registers are those that the operator lists. Labels are in the language of
    Accept-Language; in English without one.
    """
    return services().element_templates(asked_language() or "en")
