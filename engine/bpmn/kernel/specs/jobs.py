"""Work that a connector does: any task or message event with a task definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.kernel.expressions import Text
from engine.bpmn.kernel.port import JobWait
from engine.bpmn.kernel.scopes import visible
from engine.bpmn.kernel.specs.node import NodeSpec
from engine.bpmn.kernel.token import Token


@dataclass(frozen=True, slots=True)
class JobPlan:
    """Which connector, how often, with which headers."""

    type: Text
    retries: Text
    headers: Mapping[str, str]


def open_job(spec: NodeSpec, token: Token, plan: JobPlan) -> None:
    """Wait for a connector. Raises Fault."""
    instance, element, scope = token.workflow, spec.element, visible(token)
    evaluator = instance.evaluator
    own = token.variables.values if spec.inputs_mapped and token.variables is not None else None
    wait = JobWait(
        wait=token.id,
        element_id=element.id,
        element_name=element.name,
        scope_instance=instance.scope_instance(token),
        process_id=token.process.process_id,
        properties=element.meaning.properties,
        documentation=element.documentation,
        type=evaluator.words(plan.type, scope, f"the connector of {element.id}"),
        retries=evaluator.number(plan.retries, scope, f"the retries of {element.id}"),
        headers=plan.headers,
        variables=scope.flat() if own is None else dict(own),
    )
    instance.open_wait(wait, "job", token, [])
