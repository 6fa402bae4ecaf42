"""Flow nodes: events, activities and gateways, each from its element (BPMN 2.0.2, 10.3 to 10.6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.bpmn.model import (
    AdHocSubProcess,
    BoundaryEvent,
    BusinessRuleTask,
    CallActivity,
    CatchEvent,
    ComplexGateway,
    DataAssociation,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    FlowNode,
    InclusiveGateway,
    ManualTask,
    MultiInstance,
    ParallelGateway,
    ReceiveTask,
    Scope,
    ScriptTask,
    SendTask,
    ServiceTask,
    StandardLoop,
    StartEvent,
    SubProcess,
    Task,
    ThrowEvent,
    Transaction,
    UserTask,
)
from engine.bpmn.reader.events import SharedDefinitions, read_event_definitions
from engine.bpmn.reader.source import ANY_ACTIVITY, Markup, Source, kind_of
from engine.bpmn.vocabulary import ACTIVITIES, EVENTS, GATEWAYS, SUB_PROCESSES
from engine.diagnostics import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What stands around a node: the flows that touch it, its lane, and its own scope when it is a sub-process."""

    incoming: Sequence[str] = ()
    outgoing: Sequence[str] = ()
    lane: str | None = None
    scope: Scope | None = None


def read_node(source: Source, element: Markup, wiring: Wiring, shared: SharedDefinitions) -> FlowNode:
    """The flow node of an element."""
    kind = kind_of(element) or ""
    given: dict[str, Any] = {
        **source.common(element),
        "incoming": tuple(wiring.incoming),
        "outgoing": tuple(wiring.outgoing),
        "lane": wiring.lane,
        "data_associations": _data_associations(source, element),
    }
    if kind in EVENTS:
        given["definitions"] = read_event_definitions(source, element, shared)
        given["parallel_multiple"] = source.flag(element, "parallelMultiple", False)
    if kind in ACTIVITIES:
        given["loop"] = _loop(source, element)
        given["is_for_compensation"] = source.flag(element, "isForCompensation", False)
        _check_quantities(source, element)
    if kind in ACTIVITIES | GATEWAYS:
        given["default"] = _default(source, element, wiring)
    if kind in SUB_PROCESSES:
        given["scope"] = wiring.scope or Scope()
        given["triggered_by_event"] = source.flag(element, "triggeredByEvent", False)
    return _KINDS[kind](source, element, given)


def _default(source: Source, element: Markup, wiring: Wiring) -> str | None:
    """The default flow, which must leave this very node."""
    named = source.reference(element.get("default"))
    if named is not None and source.expect(element, "default", named, "sequenceFlow") and named not in wiring.outgoing:
        source.report(
            element,
            "default-not-outgoing",
            f"The default flow {named!r:.120} does not leave this {kind_of(element)}.",
            "Choose one of its outgoing flows as default.",
        )
    return named


def _check_quantities(source: Source, element: Markup) -> None:
    for name in ("startQuantity", "completionQuantity"):
        if (element.get(name) or "1").strip() != "1":
            message = f"{name} other than 1 cannot be run."
            source.report(element, "unsupported-attribute", message, "Draw a parallel gateway that makes the tokens.")


def _loop(source: Source, element: Markup) -> StandardLoop | MultiInstance | None:
    """The loop marker of an activity. More than one is refused."""
    found = list(source.children(element, "standardLoopCharacteristics", "multiInstanceLoopCharacteristics"))
    if len(found) > 1:
        source.report(element, "many-loops", "An activity has at most one loop marker.", "Keep one of them.")
    if not found:
        return None
    loop = found[0]
    if kind_of(loop) == "standardLoopCharacteristics":
        return StandardLoop(
            **source.common(loop),
            condition=source.expression(source.child(loop, "loopCondition"), loop),
            maximum=loop.get("loopMaximum"),
            test_before=source.flag(loop, "testBefore", False),
        )
    if (loop.get("behavior") or "All") != "All":
        message = f"The behaviour {loop.get('behavior')!r:.60} of a multi-instance throws events that cannot be run."
        source.report(loop, "unsupported-attribute", message, "Take the attribute out.")
    common = source.common(loop)
    return MultiInstance(
        **common,
        sequential=source.flag(loop, "isSequential", False),
        cardinality=source.expression(source.child(loop, "loopCardinality"), loop),
        completion_condition=source.expression(source.child(loop, "completionCondition"), loop),
        data=common["meaning"].loop,
    )


def _data_associations(source: Source, element: Markup) -> tuple[DataAssociation, ...]:
    """Data that flows in and out; what it refers to may be any item, so a wrong reference is only a warning."""
    found = []
    for child in source.children(element, "dataInputAssociation", "dataOutputAssociation"):
        ends = {
            end: tuple(
                named
                for named in (source.reference(source.text(ref)) for ref in source.children(child, end))
                if named is not None
            )
            for end in ("sourceRef", "targetRef")
        }
        for end, named_ids in ends.items():
            for named in named_ids:
                source.expect(child, end, named, severity=Severity.warning)
        found.append(
            DataAssociation(
                **source.common(child),
                direction="input" if kind_of(child) == "dataInputAssociation" else "output",
                sources=ends["sourceRef"],
                target=next(iter(ends["targetRef"]), None),
            )
        )
    return tuple(found)


_Reader = Callable[[Source, Markup, dict[str, Any]], FlowNode]


def _plain(kind: type[FlowNode]) -> _Reader:
    return lambda _source, _element, given: kind(**given)


def _start(source: Source, element: Markup, given: dict[str, Any]) -> FlowNode:
    return StartEvent(**given, interrupting=source.flag(element, "isInterrupting", True))


def _boundary(source: Source, element: Markup, given: dict[str, Any]) -> FlowNode:
    attached_to = source.referred(element, "attachedToRef", *ANY_ACTIVITY)
    if attached_to is None:
        source.report(
            element, "boundary-unattached", "A boundary event stands on an activity, this one on none.", "Attach it."
        )
    return BoundaryEvent(
        **given, attached_to=attached_to or "", cancels_activity=source.flag(element, "cancelActivity", True)
    )


def _script(source: Source, element: Markup, given: dict[str, Any]) -> FlowNode:
    text = source.text(source.child(element, "script"))
    return ScriptTask(**given, script_format=element.get("scriptFormat"), script_text=text)


def _send(source: Source, element: Markup, given: dict[str, Any]) -> FlowNode:
    return SendTask(**given, message=source.referred(element, "messageRef", "message"))


def _receive(source: Source, element: Markup, given: dict[str, Any]) -> FlowNode:
    message = source.referred(element, "messageRef", "message")
    return ReceiveTask(**given, message=message, instantiate=source.flag(element, "instantiate", False))


def _ad_hoc(source: Source, element: Markup, given: dict[str, Any]) -> FlowNode:
    return AdHocSubProcess(
        **given,
        completion_condition=source.expression(source.child(element, "completionCondition"), element),
        cancel_remaining=source.flag(element, "cancelRemainingInstances", True),
        sequential=(element.get("ordering") or "Parallel") == "Sequential",
    )


def _event_based(source: Source, element: Markup, given: dict[str, Any]) -> FlowNode:
    return EventBasedGateway(
        **given,
        instantiate=source.flag(element, "instantiate", False),
        parallel=(element.get("eventGatewayType") or "Exclusive") == "Parallel",
    )


def _complex(source: Source, element: Markup, given: dict[str, Any]) -> FlowNode:
    condition = source.expression(source.child(element, "activationCondition"), element)
    return ComplexGateway(**given, activation_condition=condition)


_KINDS: Final[dict[str, _Reader]] = {
    "startEvent": _start,
    "endEvent": _plain(EndEvent),
    "intermediateCatchEvent": _plain(CatchEvent),
    "intermediateThrowEvent": _plain(ThrowEvent),
    "boundaryEvent": _boundary,
    "task": _plain(Task),
    "userTask": _plain(UserTask),
    "manualTask": _plain(ManualTask),
    "serviceTask": _plain(ServiceTask),
    "scriptTask": _script,
    "businessRuleTask": _plain(BusinessRuleTask),
    "sendTask": _send,
    "receiveTask": _receive,
    "callActivity": _plain(CallActivity),
    "subProcess": _plain(SubProcess),
    "transaction": _plain(Transaction),
    "adHocSubProcess": _ad_hoc,
    "exclusiveGateway": _plain(ExclusiveGateway),
    "inclusiveGateway": _plain(InclusiveGateway),
    "parallelGateway": _plain(ParallelGateway),
    "eventBasedGateway": _event_based,
    "complexGateway": _complex,
}
