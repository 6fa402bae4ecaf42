"""The shape of a scope: where it begins, where it ends, what cannot be reached (BPMN 2.0.2, 10.3 and 13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from engine.bpmn.findings import Findings
from engine.bpmn.model import (
    Activity,
    AdHocSubProcess,
    BoundaryEvent,
    CatchEvent,
    CompensateDefinition,
    EndEvent,
    ErrorDefinition,
    EscalationDefinition,
    FlowNode,
    LinkDefinition,
    MessageDefinition,
    Process,
    Scope,
    StartEvent,
    SubProcess,
    ThrowEvent,
)
from engine.diagnostics import Severity

_E, _W, _I = Severity.error, Severity.warning, Severity.info
_ONLY_INSIDE: Final = (ErrorDefinition, EscalationDefinition, CompensateDefinition)


def check_scope(owner: Process | SubProcess, scope: Scope, findings: Findings) -> None:
    """Starts, ends, links and reach of one scope, without those inside it."""
    if isinstance(owner, SubProcess) and owner.triggered_by_event:
        _check_event_sub_process(owner, findings)
    elif not isinstance(owner, AdHocSubProcess):
        _check_starts(owner, scope, findings)
    for node in scope.nodes.values():
        _check_ends(node, findings)
    _check_links(scope, findings)
    if not isinstance(owner, AdHocSubProcess):
        _check_reach(scope, findings)


def _starts(scope: Scope) -> list[StartEvent]:
    return [node for node in scope.nodes.values() if isinstance(node, StartEvent)]


def _check_starts(owner: Process | SubProcess, scope: Scope, findings: Findings) -> None:
    starts = _starts(scope)
    what = "process" if isinstance(owner, Process) else "sub-process"
    if not starts:
        message = f"The {what} has no start event, so nothing says where it begins."
        findings.about(owner, _E, "no-start-event", message, "Draw a start event and a flow from it.")
    none_starts = [start for start in starts if not start.definitions]
    for start in none_starts[1:]:
        message = f"The {what} has {len(none_starts)} start events without a trigger; only one can be meant."
        findings.about(start, _E, "start-events-clash", message, "Keep one, or give the others a trigger.")
    _check_same_message(starts, findings)
    for start in starts:
        if not start.interrupting:
            message = "Only the start of an event sub-process can be non-interrupting."
            findings.about(start, _W, "interrupting-without-effect", message, "Take isInterrupting away.")
        if isinstance(owner, SubProcess) and start.definitions:
            message = "An embedded sub-process begins when its token arrives, not by an event of its own."
            remedy = "Use a start event without trigger, or make it an event sub-process."
            findings.about(start, _E, "start-not-allowed", message, remedy)
        elif any(isinstance(definition, _ONLY_INSIDE) for definition in start.definitions):
            message = "Errors, escalations and compensation start event sub-processes only, never a process."
            findings.about(start, _E, "start-not-allowed", message, "Choose another trigger.")


def _check_same_message(starts: list[StartEvent], findings: Findings) -> None:
    seen: set[str] = set()
    for start in starts:
        for definition in start.definitions:
            if isinstance(definition, MessageDefinition) and definition.message is not None:
                if definition.message in seen:
                    message = "Another start event of the process waits for the same message."
                    findings.about(start, _E, "start-events-clash", message, "Keep one of them.")
                seen.add(definition.message)


def _check_event_sub_process(owner: SubProcess, findings: Findings) -> None:
    starts = _starts(owner.scope)
    if len(starts) != 1 or len(starts[0].definitions) != 1:
        message = "An event sub-process begins with exactly one start event, which has exactly one trigger."
        findings.about(owner, _E, "event-sub-process-start", message, "Draw one start event with a trigger.")
    if owner.incoming or owner.outgoing:
        message = "An event sub-process is begun by its event; no sequence flow may touch it."
        findings.about(owner, _E, "event-sub-process-flows", message, "Take the flows away.")
    if owner.loop is not None:
        message = "An event sub-process cannot be a loop."
        findings.about(owner, _E, "event-sub-process-loop", message, "Put the loop inside it.")


def _check_ends(node: FlowNode, findings: Findings) -> None:
    if isinstance(node, StartEvent) and node.incoming:
        message = "A sequence flow leads into a start event."
        findings.about(node, _E, "start-with-incoming", message, "Lead it to the first activity instead.")
    if isinstance(node, EndEvent) and node.outgoing:
        message = "A sequence flow leads out of an end event."
        findings.about(node, _E, "end-with-outgoing", message, "Use an intermediate event, or take the flow away.")
    if isinstance(node, BoundaryEvent) and node.incoming:
        message = "A sequence flow leads into a boundary event."
        findings.about(
            node, _E, "boundary-with-incoming", message, "Boundary events are reached through their activity."
        )


def _stands_alone(node: FlowNode) -> bool:
    """Whether a node may be without incoming flows: it is reached otherwise."""
    return (
        isinstance(node, StartEvent | BoundaryEvent)
        or (isinstance(node, SubProcess) and node.triggered_by_event)
        or (isinstance(node, Activity) and node.is_for_compensation)
        or (isinstance(node, CatchEvent) and any(isinstance(d, LinkDefinition) for d in node.definitions))
    )


def _ends_here(node: FlowNode) -> bool:
    """Whether a node may be without outgoing flows and nobody wonders."""
    return (
        isinstance(node, EndEvent | BoundaryEvent)
        or (isinstance(node, SubProcess) and node.triggered_by_event)
        or (isinstance(node, Activity) and node.is_for_compensation)
        or (isinstance(node, ThrowEvent) and any(isinstance(d, LinkDefinition) for d in node.definitions))
    )


def _check_reach(scope: Scope, findings: Findings) -> None:
    reached = _reached(scope)
    has_start = any(_starts(scope))
    for node in scope.nodes.values():
        if not node.incoming and not _stands_alone(node):
            message = "No sequence flow leads to this element, so it would never run."
            findings.about(node, _E, "not-connected", message, "Connect it, or take it out.")
        elif has_start and node.id not in reached:
            message = "No way leads from a start event to this element."
            findings.about(node, _W, "unreachable", message, "Connect it, or take it out.")
        if not node.outgoing and not _ends_here(node):
            message = "The way ends here without an end event."
            findings.about(node, _I, "implicit-end", message, "Draw an end event, so that the reader sees the end.")


def _reached(scope: Scope) -> set[str]:
    """What can be reached from starts, edges and links, however conditions turn out."""
    boundary: dict[str, list[str]] = {}
    catches: dict[str, list[str]] = {}
    for node in scope.nodes.values():
        if isinstance(node, BoundaryEvent):
            boundary.setdefault(node.attached_to, []).append(node.id)
        for link in _links(node) if isinstance(node, CatchEvent) else ():
            catches.setdefault(link, []).append(node.id)
    waiting = [n.id for n in scope.nodes.values() if _stands_alone(n) and not isinstance(n, BoundaryEvent | CatchEvent)]
    reached: set[str] = set()
    while waiting:
        id = waiting.pop()
        node_here = scope.nodes.get(id)
        if node_here is None or id in reached:
            continue
        reached.add(id)
        waiting.extend(scope.flows[flow].target for flow in node_here.outgoing)
        waiting.extend(boundary.get(id, ()))
        for link in _links(node_here) if isinstance(node_here, ThrowEvent) else ():
            waiting.extend(catches.get(link, ()))
    return reached


def _links(node: CatchEvent | ThrowEvent) -> Iterable[str]:
    return [d.link_name for d in node.definitions if isinstance(d, LinkDefinition)]


def _check_links(scope: Scope, findings: Findings) -> None:
    catches: list[tuple[FlowNode, str]] = []
    throws: list[tuple[FlowNode, str]] = []
    for node in scope.nodes.values():
        if isinstance(node, CatchEvent):
            catches.extend((node, name) for name in _links(node))
        elif isinstance(node, ThrowEvent):
            throws.extend((node, name) for name in _links(node))
    caught = Counter(name for _, name in catches)
    for node, name in [*catches, *throws]:
        if not name.strip():
            findings.about(node, _E, "link-without-name", "The link has no name.", "Name both ends of it alike.")
    for node, name in throws:
        if name not in caught:
            message = f"The link {name!r:.80} leads nowhere: no catching link of this scope has that name."
            findings.about(node, _E, "link-without-catch", message, "Draw the catching link, or correct the name.")
    for node, name in catches:
        if caught[name] > 1:
            message = f"{caught[name]} catching links of this scope are named {name!r:.80}."
            findings.about(node, _E, "link-caught-twice", message, "Give each its own name.")
        if name not in {thrown for _, thrown in throws}:
            message = f"Nothing throws the link {name!r:.80} in this scope."
            findings.about(node, _E, "link-without-throw", message, "Draw the throwing link, or take this one out.")
