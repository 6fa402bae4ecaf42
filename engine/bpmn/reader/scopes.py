"""Scopes: the nodes, flows, lanes, data and artifacts of a process and of the sub-processes in it.

Depth is bounded and nothing recurses: the scopes of a process are listed first, outer before inner, wired, and then
built from the innermost outwards, because a sub-process holds its finished scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from engine.bpmn.model import Artifact, Datum, Element, FlowNode, Lane, Scope, SequenceFlow
from engine.bpmn.reader.events import SharedDefinitions
from engine.bpmn.reader.nodes import Wiring, read_node
from engine.bpmn.reader.source import ANY_FLOW_NODE, Markup, Source, kind_of
from engine.bpmn.vocabulary import ARTIFACTS, DATA, FLOW_NODES, SUB_PROCESSES
from engine.diagnostics import Diagnostic, ModelRefused, Severity

E = TypeVar("E", bound=Element)


def by_id(elements: Iterator[E]) -> Mapping[str, E]:
    """Elements by id, in their order, not to be changed."""
    return MappingProxyType({element.id: element for element in elements})


@dataclass(slots=True)
class _Draft:
    """A scope while it is wired."""

    element: Markup
    depth: int
    nodes: list[Markup] = field(default_factory=list)
    flows: list[SequenceFlow] = field(default_factory=list)


def read_scope(source: Source, process: Markup, shared: SharedDefinitions, nesting: int) -> Scope:
    """The scope of a process with all scopes inside it. Raises ModelRefused beyond `nesting` levels."""
    drafts = _drafts(source, process, nesting)
    scope_of = {source.id_of(node): draft for draft in drafts for node in draft.nodes}
    for draft in drafts:
        for element in source.children(draft.element, "sequenceFlow"):
            flow = _read_flow(source, element)
            _home_of(source, element, flow, draft, scope_of).flows.append(flow)
    scopes: dict[Markup, Scope] = {}
    for draft in reversed(drafts):
        scopes[draft.element] = _finish(source, draft, scopes, shared)
        _check_attachments(source, draft, scopes[draft.element])
    return scopes[process]


def _drafts(source: Source, process: Markup, nesting: int) -> list[_Draft]:
    drafts = [_Draft(process, 0)]
    for draft in drafts:  # grows while it is walked: breadth first
        if draft.depth > nesting:
            place = Diagnostic(
                "nested-too-deep",
                f"Expected at most {nesting} sub-processes inside one another.",
                "Make the inner ones processes of their own and call them.",
                element_id=source.id_of(draft.element),
                line=source.line_of(draft.element),
                file=source.findings.file,
            )
            raise ModelRefused([place])
        for child in source.children(draft.element):
            if kind_of(child) in FLOW_NODES:
                draft.nodes.append(child)
            if kind_of(child) in SUB_PROCESSES:
                drafts.append(_Draft(child, draft.depth + 1))
    return drafts


def _read_flow(source: Source, element: Markup) -> SequenceFlow:
    ends = {}
    for end in ("sourceRef", "targetRef"):
        ends[end] = source.reference(element.get(end))
        if ends[end] is None:
            message = f"A sequence flow needs a {end}, this one has none."
            source.report(element, "flow-without-end", message, "Connect it at both ends, or take it out.")
        else:
            source.expect(element, end, ends[end] or "", *ANY_FLOW_NODE)
    return SequenceFlow(
        **source.common(element),
        source=ends["sourceRef"] or "",
        target=ends["targetRef"] or "",
        condition=source.expression(source.child(element, "conditionExpression"), element),
    )


def _home_of(
    source: Source, element: Markup, flow: SequenceFlow, written_in: _Draft, scope_of: Mapping[str, _Draft]
) -> _Draft:
    """The scope a flow belongs to: that of its two ends."""
    start, end = scope_of.get(flow.source), scope_of.get(flow.target)
    if start is None or end is None:
        return start or end or written_in
    if start is not end:
        source.report(
            element,
            "flow-crosses-scopes",
            f"The flow goes from {flow.source!r:.120} to {flow.target!r:.120}, across the edge of a sub-process.",
            "End the sub-process with an end event and go on from its edge.",
        )
    elif start is not written_in:
        message = "The flow is written outside the sub-process that holds both its ends; it is read as standing inside."
        source.report(element, "flow-misplaced", message, "Save the model anew in a modeler.", Severity.warning)
    return start


def _finish(source: Source, draft: _Draft, scopes: Mapping[Markup, Scope], shared: SharedDefinitions) -> Scope:
    incoming: dict[str, list[str]] = {}
    outgoing: dict[str, list[str]] = {}
    for flow in draft.flows:
        outgoing.setdefault(flow.source, []).append(flow.id)
        incoming.setdefault(flow.target, []).append(flow.id)
    lanes, lane_of = _read_lanes(source, draft)
    nodes: list[FlowNode] = []
    for element in draft.nodes:
        id = source.id_of(element)
        wiring = Wiring(
            incoming=incoming.get(id, ()),
            outgoing=outgoing.get(id, ()),
            lane=lane_of.get(id),
            scope=scopes.get(element),
        )
        _compare_with_children(source, element, wiring)
        nodes.append(read_node(source, element, wiring, shared))
    return Scope(
        nodes=by_id(iter(nodes)),
        flows=by_id(iter(draft.flows)),
        lanes=by_id(iter(lanes)),
        data=by_id(_read_data(source, draft)),
        artifacts=by_id(read_artifacts(source, draft.element)),
    )


def _compare_with_children(source: Source, element: Markup, wiring: Wiring) -> None:
    """The flows decide; `incoming` and `outgoing` children that say otherwise are worth a warning."""
    for kind, flows in (("incoming", wiring.incoming), ("outgoing", wiring.outgoing)):
        said = [source.reference(source.text(child)) for child in source.children(element, kind)]
        if said and set(said) != set(flows):
            source.report(
                element,
                "flows-contradict",
                f"The {kind} flows written inside the {kind_of(element)} are not those that the sequence flows name; "
                "the sequence flows count.",
                "Save the model anew in a modeler.",
                Severity.warning,
            )


def _check_attachments(source: Source, draft: _Draft, scope: Scope) -> None:
    for element in draft.nodes:
        attached_to = source.reference(element.get("attachedToRef"))
        if kind_of(element) == "boundaryEvent" and attached_to is not None and attached_to not in scope.nodes:
            message = f"The boundary event is attached to {attached_to!r:.120}, which does not stand in the same scope."
            source.report(element, "attached-elsewhere", message, "Draw both in the same process or sub-process.")


def _read_lanes(source: Source, draft: _Draft) -> tuple[Sequence[Lane], Mapping[str, str]]:
    """The lanes of a scope, outer before inner, and the innermost lane of each node."""
    lanes: list[Lane] = []
    lane_of: dict[str, str] = {}
    own = {source.id_of(node) for node in draft.nodes}
    waiting: list[tuple[Markup, str | None]] = [(s, None) for s in source.children(draft.element, "laneSet")]
    for lane_set, parent in waiting:
        for element in source.children(lane_set, "lane"):
            refs = [source.reference(source.text(ref)) for ref in source.children(element, "flowNodeRef")]
            nodes = tuple(ref for ref in refs if ref is not None)
            lane = Lane(**source.common(element), nodes=nodes, parent=parent)
            lanes.append(lane)
            for node in nodes:
                source.expect(element, "flowNodeRef", node, severity=Severity.warning)
                if node in own:
                    lane_of[node] = lane.id
            waiting.extend((inner, lane.id) for inner in source.children(element, "childLaneSet"))
    return lanes, lane_of


def _read_data(source: Source, draft: _Draft) -> Iterator[Datum]:
    """Data of the scope itself and of its nodes, whose inputs and outputs have no place of their own."""
    holders = [draft.element, *(node for node in draft.nodes if kind_of(node) not in SUB_PROCESSES)]
    for holder in holders:
        for place in (holder, *source.children(holder, "ioSpecification")):
            for element in source.children(place, *DATA):
                yield read_datum(source, element)


def read_datum(source: Source, element: Markup) -> Datum:
    """A data object, a store, a reference to one, a property, a data input or output."""
    refers_to = source.reference(element.get("dataObjectRef") or element.get("dataStoreRef"))
    if refers_to is not None:
        source.expect(element, "dataObjectRef", refers_to, "dataObject", "dataStore", severity=Severity.warning)
    return Datum(
        **source.common(element),
        kind=kind_of(element) or "",
        refers_to=refers_to,
        is_collection=source.flag(element, "isCollection", False),
    )


def read_artifacts(source: Source, holder: Markup) -> Iterator[Artifact]:
    """Text annotations, groups and associations."""
    for element in source.children(holder, *ARTIFACTS):
        ends = [source.reference(element.get(end)) for end in ("sourceRef", "targetRef")]
        for end, named in zip(("sourceRef", "targetRef"), ends, strict=True):
            if named is not None:
                source.expect(element, end, named, severity=Severity.warning)
        text = source.text(source.child(element, "text")) or ""
        yield Artifact(**source.common(element), kind=kind_of(element) or "", text=text, source=ends[0], target=ends[1])
