"""What the kernel does not run faithfully, and therefore does not run: each with a finding at its element.

The constructs that run are those of the issue that built this kernel; everything else of BPMN 2.0.2 is refused here,
never ignored (design.md, "The engine's heart", 4).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.bpmn.findings import Findings
from engine.bpmn.model import (
    Activity,
    AdHocSubProcess,
    BoundaryEvent,
    BusinessRuleTask,
    CallActivity,
    CatchEvent,
    CompensateDefinition,
    ComplexGateway,
    ConditionalDefinition,
    Element,
    EndEvent,
    ErrorDefinition,
    EscalationDefinition,
    Event,
    EventBasedGateway,
    FlowNode,
    LinkDefinition,
    MessageDefinition,
    MultiInstance,
    ParallelGateway,
    ReceiveTask,
    Scope,
    ScriptTask,
    SendTask,
    ServiceTask,
    SignalDefinition,
    StandardLoop,
    StartEvent,
    SubProcess,
    TerminateDefinition,
    ThrowEvent,
    TimerDefinition,
    Transaction,
)
from engine.diagnostics import Severity

_WAITED = (TimerDefinition, MessageDefinition, SignalDefinition)
_CAUGHT = (*_WAITED, ErrorDefinition, EscalationDefinition)
_ALLOWED: dict[type[Event], tuple[type[Any], ...]] = {
    StartEvent: _WAITED,
    BoundaryEvent: _CAUGHT,
    CatchEvent: (*_WAITED, LinkDefinition),
    ThrowEvent: (MessageDefinition, SignalDefinition, EscalationDefinition, LinkDefinition),
    EndEvent: (MessageDefinition, SignalDefinition, EscalationDefinition, ErrorDefinition, TerminateDefinition),
}
_NAMES: dict[type[Any], str] = {
    ConditionalDefinition: "conditional event",
    CompensateDefinition: "compensation event",
    ComplexGateway: "complex gateway",
    Transaction: "transaction",
    AdHocSubProcess: "ad-hoc sub-process",
}
_INSTEAD = "Draw it with the constructs that run; docs/decisions/0005-kernel.md lists them."


def check_node(findings: Findings, scope: Scope, node: FlowNode, *, event_sub_process: bool) -> None:
    """Write down what of a node cannot run. `event_sub_process` says whether the scope is one."""
    refuse = _refuser(findings, node)
    if isinstance(node, ComplexGateway | Transaction | AdHocSubProcess):
        refuse("not-supported", f"A {_NAMES[type(node)]} does not run here.", _INSTEAD)
    if node.meaning.listeners:
        refuse("listener", "Listeners do not run here.", "Draw what they do as a task before or after.")
    if isinstance(node, Event):
        _check_event(refuse, scope, node, event_sub_process=event_sub_process)
    elif isinstance(node, Activity):
        _check_activity(refuse, node)
    elif isinstance(node, EventBasedGateway):
        _check_event_based(refuse, scope, node)
    _check_flows(findings, refuse, scope, node)


def _check_event(refuse: Refuse, scope: Scope, node: Event, *, event_sub_process: bool) -> None:
    if len(node.definitions) > 1 or node.parallel_multiple:
        refuse("multiple-event", "An event with several definitions does not run here.", "Draw an event for each.")
    allowed = _ALLOWED[type(node)]
    if isinstance(node, StartEvent) and event_sub_process:
        allowed = _CAUGHT
    for definition in node.definitions:
        if not isinstance(definition, allowed):
            kind = _NAMES.get(type(definition), type(definition).__name__.removesuffix("Definition").lower() + " event")
            refuse("not-supported", f"A {kind} cannot stand as {type(node).__name__} here.", _INSTEAD)
    if isinstance(node, CatchEvent | BoundaryEvent) and not node.definitions:
        refuse("nothing-to-catch", "Expected what the event waits for, found no event definition.", "Choose one.")
    if isinstance(node, StartEvent | BoundaryEvent) and node.incoming:
        refuse("flow-into-event", "No flow may lead to this event.", "Lead it to the node behind.")
    if isinstance(node, EndEvent) and node.outgoing:
        refuse("flow-out-of-end", "No flow may lead out of an end event.", "Use an intermediate event.")
    if isinstance(node, BoundaryEvent):
        host = scope.nodes.get(node.attached_to)
        if not isinstance(host, Activity):
            refuse("not-attached", f"Expected it on the edge of an activity, found {node.attached_to!r}.", "Attach it.")
        elif isinstance(host, SubProcess) and host.triggered_by_event:
            refuse("not-attached", "An event sub-process has no events on its edge.", "Remove it.")
        if not node.cancels_activity and any(isinstance(found, ErrorDefinition) for found in node.definitions):
            refuse("error-interrupts", "An error always interrupts its activity.", "Make the event interrupting.")


def _check_activity(refuse: Refuse, node: Activity) -> None:
    meaning = node.meaning
    if node.is_for_compensation:
        refuse("not-supported", "Compensation does not run here.", _INSTEAD)
    if isinstance(node.loop, StandardLoop):
        refuse("not-supported", "A standard loop does not run here.", "Draw the loop with an exclusive gateway.")
    if isinstance(node.loop, MultiInstance) and node.loop.data is None and node.loop.cardinality is None:
        refuse("multi-instance", "Expected an input collection or a cardinality.", "Say how many visits there are.")
    if isinstance(node, ServiceTask | SendTask) and meaning.task_definition is None and not _message_of(node):
        refuse("no-connector", "Expected the connector that does this task.", "Give it a zeebe:taskDefinition.")
    if isinstance(node, BusinessRuleTask) and meaning.task_definition is None and meaning.called_decision is None:
        refuse("no-decision", "Expected a decision or a connector.", "Give it a zeebe:calledDecision.")
    if isinstance(node, ScriptTask) and meaning.task_definition is None and meaning.script is None:
        what = f"a script in {node.script_format or 'another language'}" if node.script_text else "none"
        refuse("no-script", f"Expected a FEEL expression, found {what}.", "Give it a zeebe:script.")
    if isinstance(node, CallActivity) and meaning.called_element is None:
        refuse("no-called-process", "Expected the process it calls.", "Give it a zeebe:calledElement.")
    if isinstance(node, ReceiveTask):
        if node.instantiate:
            refuse("not-supported", "A receive task that begins a process does not run here.", "Use a start event.")
        if node.message is None:
            refuse("no-message", "Expected the message it waits for.", "Choose one.")
    if isinstance(node, SubProcess) and node.triggered_by_event:
        if node.incoming or node.outgoing:
            refuse("flow-at-event-sub-process", "No flow may touch an event sub-process.", "Remove the flow.")
        starts = [inner for inner in node.scope.nodes.values() if isinstance(inner, StartEvent)]
        if len(starts) != 1 or len(starts[0].definitions) != 1:
            refuse("event-sub-process-start", "Expected exactly one start event that says what begins it.", "Draw it.")
        if node.loop is not None:
            refuse("not-supported", "An event sub-process cannot be repeated.", "Put a sub-process into it.")
    elif isinstance(node, SubProcess):
        _check_embedded_start(refuse, node)


def _check_embedded_start(refuse: Refuse, node: SubProcess) -> None:
    starts = [inner for inner in node.scope.nodes.values() if isinstance(inner, StartEvent)]
    if len(starts) > 1 or any(start.definitions for start in starts):
        refuse("sub-process-start", "Expected one start event without a trigger inside.", "An embedded scope has one.")


def _message_of(node: Activity) -> str | None:
    return node.message if isinstance(node, SendTask) else None


def _check_event_based(refuse: Refuse, scope: Scope, node: EventBasedGateway) -> None:
    if node.instantiate or node.parallel:
        refuse("not-supported", "An event-based gateway that begins a process does not run here.", "Use start events.")
    if not node.outgoing:
        refuse("nothing-to-catch", "Expected events behind the gateway.", "Draw a flow to each.")
    for flow in node.outgoing:
        target = scope.nodes.get(scope.flows[flow].target) if flow in scope.flows else None
        if isinstance(target, CatchEvent) and all(isinstance(found, _WAITED) for found in target.definitions):
            continue
        if not isinstance(target, ReceiveTask) or target.loop is not None:
            refuse("not-an-event", f"Flow {flow} must lead to a catching event.", "Draw the event between.")


def _check_flows(findings: Findings, refuse: Refuse, scope: Scope, node: FlowNode) -> None:
    for flow_id in (*node.incoming, *node.outgoing):
        if flow_id not in scope.flows:
            refuse("lost-flow", f"Flow {flow_id} is not in this scope.", "Draw flows within one scope only.")
    default = getattr(node, "default", None)
    if default is not None and default not in node.outgoing:
        refuse("default-flow", f"The default flow {default} does not leave this node.", "Choose one that does.")
    if isinstance(node, ParallelGateway | EventBasedGateway):
        for flow_id in node.outgoing:
            flow = scope.flows.get(flow_id)
            if flow is not None and flow.condition is not None:
                message = f"The condition of this flow has no effect behind a {type(node).__name__}."
                findings.about(flow, Severity.warning, "condition-without-effect", message, "Remove it.")


Refuse = Callable[[str, str, str], None]


def _refuser(findings: Findings, element: Element) -> Refuse:
    def refuse(rule: str, message: str, remedy: str) -> None:
        findings.about(element, Severity.error, rule, message, remedy)

    return refuse
