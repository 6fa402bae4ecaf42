"""Flows that part: conditions, default flows, and what may follow an event-based gateway (BPMN 2.0.2, 8.4.13, 10.6)."""

from __future__ import annotations

from engine.bpmn.findings import Findings
from engine.bpmn.model import (
    Activity,
    CatchEvent,
    ConditionalDefinition,
    EventBasedGateway,
    ExclusiveGateway,
    FlowNode,
    Gateway,
    InclusiveGateway,
    MessageDefinition,
    ParallelGateway,
    ReceiveTask,
    Scope,
    SignalDefinition,
    TimerDefinition,
)
from engine.diagnostics import Severity

_E, _W, _I = Severity.error, Severity.warning, Severity.info
_AWAITED = (TimerDefinition, MessageDefinition, SignalDefinition, ConditionalDefinition)


def check_gateways(scope: Scope, node: FlowNode, findings: Findings) -> None:
    """The flows out of one node."""
    if isinstance(node, ExclusiveGateway | InclusiveGateway):
        _check_choice(scope, node, findings)
    elif isinstance(node, ParallelGateway | EventBasedGateway):
        for flow in (scope.flows[id] for id in node.outgoing):
            if flow.condition is not None:
                message = "A flow out of this kind of gateway cannot have a condition."
                findings.about(flow, _E, "condition-not-allowed", message, "Use an exclusive or inclusive gateway.")
    if isinstance(node, EventBasedGateway):
        _check_event_based(scope, node, findings)
    if isinstance(node, Gateway | Activity):
        default = scope.flows.get(node.default or "")
        if default is not None and default.condition is not None:
            message = "The default flow has a condition, which is never asked."
            findings.about(default, _W, "condition-on-default", message, "Take the condition away.")


def _check_choice(scope: Scope, node: ExclusiveGateway | InclusiveGateway, findings: Findings) -> None:
    flows = [scope.flows[id] for id in node.outgoing]
    if len(flows) < 2:
        return
    if not node.name.strip():
        findings.about(node, _I, "no-name", "The gateway has no name.", "Name it with the question it asks.")
    for flow in flows:
        if flow.condition is None and flow.id != node.default:
            message = "The flow has no condition and is not the default, so it is always taken when it is asked."
            findings.about(flow, _W, "flow-without-condition", message, "Write its condition, or make it the default.")
    if node.default is None and all(flow.condition is not None for flow in flows):
        message = "No flow is the default: when no condition holds, the case stops with an incident."
        findings.about(node, _I, "no-default-flow", message, "Make one flow the default.")


def _check_event_based(scope: Scope, node: EventBasedGateway, findings: Findings) -> None:
    if not node.outgoing:
        message = "The gateway waits for an event, but no event follows it."
        findings.about(node, _E, "event-gateway-without-events", message, "Draw the events it waits for.")
    elif len(node.outgoing) == 1:
        message = "The gateway waits for one event only."
        findings.about(node, _W, "event-gateway-with-one-event", message, "Take the gateway out.")
    for flow in (scope.flows[id] for id in node.outgoing):
        target = scope.nodes.get(flow.target)
        if target is None or (isinstance(target, ReceiveTask) and not scope.boundary_events_of(target.id)):
            continue
        awaited = target.definitions if isinstance(target, CatchEvent) else ()
        if len(awaited) != 1 or not isinstance(awaited[0], _AWAITED):
            message = (
                "After an event-based gateway come catching events (message, timer, signal) and receive tasks only."
            )
            findings.about(flow, _E, "event-gateway-target", message, "Put such an event between the two.")
