"""Events: which triggers may stand where, and that what they refer to is complete (BPMN 2.0.2, 10.5)."""

from __future__ import annotations

from collections import Counter
from typing import Final

from engine.bpmn.findings import Findings
from engine.bpmn.inventory import kind_of
from engine.bpmn.model import (
    BoundaryEvent,
    CancelDefinition,
    CatchEvent,
    CompensateDefinition,
    ConditionalDefinition,
    Definitions,
    Element,
    EndEvent,
    ErrorDefinition,
    EscalationDefinition,
    Event,
    EventDefinition,
    FlowNode,
    LinkDefinition,
    MessageDefinition,
    ReceiveTask,
    Scope,
    SignalDefinition,
    StartEvent,
    SubProcess,
    TerminateDefinition,
    ThrowEvent,
    TimerDefinition,
)
from engine.diagnostics import Severity

_E, _W = Severity.error, Severity.warning
_WAITING: Final = (MessageDefinition, TimerDefinition, SignalDefinition, ConditionalDefinition)
_ALLOWED: Final[dict[type[Event], tuple[type, ...]]] = {
    StartEvent: (*_WAITING, ErrorDefinition, EscalationDefinition, CompensateDefinition),
    CatchEvent: (*_WAITING, LinkDefinition),
    ThrowEvent: (MessageDefinition, SignalDefinition, EscalationDefinition, LinkDefinition, CompensateDefinition),
    BoundaryEvent: (*_WAITING, ErrorDefinition, EscalationDefinition, CompensateDefinition, CancelDefinition),
    EndEvent: (
        MessageDefinition,
        SignalDefinition,
        ErrorDefinition,
        EscalationDefinition,
        TerminateDefinition,
        CompensateDefinition,
        CancelDefinition,
    ),
}


def check_references(definitions: Definitions, findings: Findings) -> None:
    """Messages, signals, errors and escalations of the file."""
    for kind, elements in (("message", definitions.messages), ("signal", definitions.signals)):
        names = Counter(element.name for element in elements.values())
        for element in elements.values():
            if not element.name.strip():
                message = f"The {kind} has no name, by which it could be sent or awaited."
                findings.about(element, _E, f"{kind}-without-name", message, "Name it.")
            elif names[element.name] > 1:
                message = f"{names[element.name]} {kind}s of the file are named {element.name!r:.80}."
                findings.about(element, _W, f"duplicate-{kind}-name", message, f"Refer to one {kind} from all events.")


def check_events(definitions: Definitions, scope: Scope, node: FlowNode, findings: Findings) -> None:
    """The triggers of one event, and the message of a receive task."""
    if isinstance(node, ReceiveTask):
        _check_message(definitions, node, node.message, findings, needs_key=not node.instantiate)
    if not isinstance(node, Event):
        return
    if not node.definitions and isinstance(node, CatchEvent | BoundaryEvent):
        message = "The event waits for nothing: it has no trigger."
        findings.about(node, _E, "event-without-trigger", message, "Choose what it waits for.")
    for definition in node.definitions:
        _check_allowed(node, definition, findings)
        _check_complete(definitions, node, definition, findings)
    if isinstance(node, BoundaryEvent):
        _check_boundary(scope, node, findings)


def _check_allowed(node: Event, definition: EventDefinition, findings: Findings) -> None:
    if not isinstance(definition, _ALLOWED[type(node)]):
        message = f"The trigger {kind_of(definition)} cannot stand on {kind_of(node)}."
        findings.about(node, _E, "trigger-not-allowed", message, "Choose another trigger.")


def _check_complete(definitions: Definitions, node: Event, definition: EventDefinition, findings: Findings) -> None:
    throws = isinstance(node, ThrowEvent | EndEvent)
    match definition:
        case MessageDefinition(message=message) if not throws:
            needs_key = not isinstance(node, StartEvent)
            _check_message(definitions, node, message, findings, needs_key=needs_key)
        case MessageDefinition(message=None, task_definition=None) if node.meaning.task_definition is None:
            text = "Nothing says what is sent: the event has neither a message nor a task definition."
            findings.about(node, _E, "message-missing", text, "Choose the message, or the connector that sends it.")
        case SignalDefinition(signal=None):
            findings.about(node, _E, "signal-missing", "The event names no signal.", "Choose one.")
        case ErrorDefinition(error=error) if throws:
            found = definitions.errors.get(error or "")
            if found is None or not (found.code or "").strip():
                text = "The error that is thrown has no code, so nothing could catch it by name."
                findings.about(node, _E, "error-without-code", text, "Choose an error with a code.")
        case EscalationDefinition(escalation=escalation) if throws:
            found_escalation = definitions.escalations.get(escalation or "")
            if found_escalation is None or not (found_escalation.code or "").strip():
                text = "The escalation that is thrown has no code, so nothing could catch it by name."
                findings.about(node, _E, "escalation-without-code", text, "Choose an escalation with a code.")
        case ConditionalDefinition(condition=""):
            findings.about(node, _E, "condition-missing", "The event has no condition.", "Write one.")
        case _:
            pass


def _check_message(
    definitions: Definitions, node: Element, message_id: str | None, findings: Findings, *, needs_key: bool
) -> None:
    message = definitions.messages.get(message_id or "")
    if message is None:
        if message_id is None:
            findings.about(
                node, _E, "message-missing", "The element names no message.", "Choose the message it awaits."
            )
    elif needs_key and message.meaning.correlation_key is None:
        text = f"The message {message.name!r:.80} has no correlation key, so nothing says which case it is for."
        findings.about(node, _W, "no-correlation-key", text, "Give the message a correlation key.")


def _check_boundary(scope: Scope, node: BoundaryEvent, findings: Findings) -> None:
    activity = scope.nodes.get(node.attached_to)
    if isinstance(activity, SubProcess) and activity.triggered_by_event:
        message = "An event sub-process cannot have boundary events."
        findings.about(node, _E, "boundary-not-allowed", message, "Handle the event inside it.")
    compensates = any(isinstance(d, CompensateDefinition) for d in node.definitions)
    if compensates and node.outgoing:
        message = "What compensates is bound by an association; no sequence flow leaves the event."
        findings.about(node, _E, "compensation-with-outgoing", message, "Draw an association to the compensating task.")
    if not node.outgoing and not compensates:
        message = "Nothing follows the boundary event."
        findings.about(node, _W, "boundary-without-outgoing", message, "Draw what happens then.")
    if not node.cancels_activity and any(isinstance(d, ErrorDefinition | CancelDefinition) for d in node.definitions):
        message = "An error always interrupts its activity; cancelActivity false is not possible."
        findings.about(node, _E, "error-must-interrupt", message, "Make the event interrupting.")
    for definition in node.definitions:
        for other in scope.boundary_events_of(node.attached_to):
            if other.line < node.line and any(_same_catch(definition, d) for d in other.definitions):
                message = f"Another boundary event of the same activity ({other.id!r:.80}) catches the same."
                findings.about(node, _E, "caught-twice", message, "Keep one of them.")


def _same_catch(one: EventDefinition, other: EventDefinition) -> bool:
    """Whether two triggers on one activity could not be told apart."""
    match one, other:
        case ErrorDefinition(), ErrorDefinition():
            return one.error == other.error
        case EscalationDefinition(), EscalationDefinition():
            return one.escalation == other.escalation
        case MessageDefinition(), MessageDefinition():
            return one.message is not None and one.message == other.message
        case _:
            return False
