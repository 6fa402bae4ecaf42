"""The proof that reading lost nothing: what the raw XML holds is counted apart from the reader, and compared.

The count is made by another parser (expat, as a stream), which knows nothing of the model: only names, and the few
places where a name means something else. Source of the duty: "lossless is checked, not hoped".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final
from xml.parsers import expat

from engine.bpmn import model
from engine.bpmn.vocabulary import BPMN, GLOBAL_TASKS, HELD, NOT_READ
from engine.diagnostics import Diagnostic

_CLOSED: Final = NOT_READ | GLOBAL_TASKS | {"extensionElements", "documentation", "text", "script"}
"""What stands inside these is not of the model: extensions, texts, and kinds that are refused whole."""

_KINDS: Final[Mapping[type, str]] = {
    model.StartEvent: "startEvent",
    model.EndEvent: "endEvent",
    model.CatchEvent: "intermediateCatchEvent",
    model.ThrowEvent: "intermediateThrowEvent",
    model.BoundaryEvent: "boundaryEvent",
    model.Task: "task",
    model.UserTask: "userTask",
    model.ManualTask: "manualTask",
    model.ServiceTask: "serviceTask",
    model.ScriptTask: "scriptTask",
    model.BusinessRuleTask: "businessRuleTask",
    model.SendTask: "sendTask",
    model.ReceiveTask: "receiveTask",
    model.CallActivity: "callActivity",
    model.SubProcess: "subProcess",
    model.Transaction: "transaction",
    model.AdHocSubProcess: "adHocSubProcess",
    model.ExclusiveGateway: "exclusiveGateway",
    model.InclusiveGateway: "inclusiveGateway",
    model.ParallelGateway: "parallelGateway",
    model.EventBasedGateway: "eventBasedGateway",
    model.ComplexGateway: "complexGateway",
    model.TimerDefinition: "timerEventDefinition",
    model.MessageDefinition: "messageEventDefinition",
    model.SignalDefinition: "signalEventDefinition",
    model.ErrorDefinition: "errorEventDefinition",
    model.EscalationDefinition: "escalationEventDefinition",
    model.LinkDefinition: "linkEventDefinition",
    model.TerminateDefinition: "terminateEventDefinition",
    model.ConditionalDefinition: "conditionalEventDefinition",
    model.CompensateDefinition: "compensateEventDefinition",
    model.CancelDefinition: "cancelEventDefinition",
    model.StandardLoop: "standardLoopCharacteristics",
    model.MultiInstance: "multiInstanceLoopCharacteristics",
    model.SequenceFlow: "sequenceFlow",
    model.Lane: "lane",
    model.Process: "process",
    model.Message: "message",
    model.Signal: "signal",
    model.Error: "error",
    model.Escalation: "escalation",
    model.Participant: "participant",
    model.MessageFlow: "messageFlow",
}


def kind_of(element: model.Element) -> str:
    """The BPMN name of an element of the model, such as `userTask`."""
    if isinstance(element, model.Datum | model.Artifact):
        return element.kind
    if isinstance(element, model.DataAssociation):
        return "dataInputAssociation" if element.direction == "input" else "dataOutputAssociation"
    return _KINDS[type(element)]


def inventory(data: bytes) -> dict[str, int]:
    """How many elements of each kind the model must hold, counted in the raw XML.

    Expects XML that `parse_xml` let pass. Raises expat.ExpatError otherwise.
    """
    found: Counter[str] = Counter()
    prefix = f"{BPMN} "
    closed_at: list[int] = []
    depth = 0

    def on_start(name: str, _attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        kind = name.removeprefix(prefix) if name.startswith(prefix) else None
        if closed_at:
            return
        if kind is None or kind in _CLOSED:
            closed_at.append(depth)
        elif kind in HELD:
            found[kind] += 1

    def on_end(_name: str) -> None:
        nonlocal depth
        if closed_at and closed_at[-1] == depth:
            closed_at.pop()
        depth -= 1

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.Parse(data, True)
    return dict(found)


def elements_of(definitions: model.Definitions) -> Iterator[model.Element]:
    """Every element the model holds, once each, without the root itself."""
    shared = definitions.event_definitions
    for elements in (
        definitions.messages,
        definitions.signals,
        definitions.errors,
        definitions.escalations,
        definitions.participants,
        definitions.message_flows,
        shared,
        definitions.data,
        definitions.artifacts,
    ):
        yield from elements.values()
    for process in definitions.processes.values():
        yield process
        for scope in (process.scope, *(n.scope for _, n in process.scope.walk() if isinstance(n, model.SubProcess))):
            for contents in (scope.flows, scope.lanes, scope.data, scope.artifacts):
                yield from contents.values()
        for _, node in process.scope.walk():
            yield node
            yield from node.data_associations
            if isinstance(node, model.Event):
                yield from (d for d in node.definitions if d.id not in shared)
            if isinstance(node, model.Activity) and node.loop is not None:
                yield node.loop


def count(definitions: model.Definitions) -> dict[str, int]:
    """How many elements of each kind the model holds."""
    found = Counter(kind_of(element) for element in elements_of(definitions))
    for process in definitions.processes.values():
        for _, node in process.scope.walk():
            if isinstance(node, model.Event):
                found["eventDefinitionRef"] += sum(d.id in definitions.event_definitions for d in node.definitions)
    return {kind: number for kind, number in found.items() if number}


def check_lossless(definitions: model.Definitions, *, file: str | None = None) -> tuple[Diagnostic, ...]:
    """Compare the model with the raw count it carries; each kind that differs is an error `lost-elements`."""
    held = count(definitions)
    kinds = sorted(held.keys() | definitions.counted.keys())
    return tuple(
        Diagnostic(
            "lost-elements",
            f"The file holds {definitions.counted.get(kind, 0)} {kind}, the model {held.get(kind, 0)}.",
            "Elements stand where BPMN does not allow them, or are written twice: save the model anew in a modeler.",
            file=file,
        )
        for kind in kinds
        if held.get(kind, 0) != definitions.counted.get(kind, 0)
    )
