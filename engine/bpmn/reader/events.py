"""Event definitions: what an event waits for or causes (BPMN 2.0.2, 10.5.5)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.model import (
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    LinkDefinition,
    MessageDefinition,
    SignalDefinition,
    TerminateDefinition,
    TimerDefinition,
    TimerKind,
)
from engine.bpmn.reader.source import ANY_ACTIVITY, Markup, Source, is_event_definition, kind_of

SharedDefinitions = Mapping[str, EventDefinition]
"""Event definitions that stand at the root of the file, for several events to refer to."""


def read_event_definitions(source: Source, event: Markup, shared: SharedDefinitions) -> tuple[EventDefinition, ...]:
    """The definitions written inside an event, then those it refers to."""
    found = [
        read_event_definition(source, child) for child in source.children(event) if is_event_definition(kind_of(child))
    ]
    for child in source.children(event, "eventDefinitionRef"):
        named = source.reference(source.text(child))
        if named is None or named not in shared:
            source.report(
                child,
                "dangling-reference",
                f"eventDefinitionRef names {named!r:.120}, but no event definition at the root has that id.",
                "Write the event definition inside the event.",
            )
        else:
            found.append(shared[named])
    return tuple(found)


def read_event_definition(source: Source, element: Markup) -> EventDefinition:
    """One event definition, of any of the ten kinds."""
    common = source.common(element)
    match kind_of(element):
        case "timerEventDefinition":
            return _timer(source, element)
        case "messageEventDefinition":
            message = source.referred(element, "messageRef", "message")
            return MessageDefinition(**common, message=message, task_definition=common["meaning"].task_definition)
        case "signalEventDefinition":
            return SignalDefinition(**common, signal=source.referred(element, "signalRef", "signal"))
        case "errorEventDefinition":
            return ErrorDefinition(**common, error=source.referred(element, "errorRef", "error"))
        case "escalationEventDefinition":
            return EscalationDefinition(**common, escalation=source.referred(element, "escalationRef", "escalation"))
        case "linkEventDefinition":
            return LinkDefinition(**common, link_name=common["name"])
        case "conditionalEventDefinition":
            condition = source.expression(source.child(element, "condition"), element)
            return ConditionalDefinition(**common, condition=condition or "")
        case "compensateEventDefinition":
            return CompensateDefinition(
                **common,
                activity=source.referred(element, "activityRef", *ANY_ACTIVITY),
                wait_for_completion=source.flag(element, "waitForCompletion", True),
            )
        case "cancelEventDefinition":
            return CancelDefinition(**common)
        case _:
            return TerminateDefinition(**common)


def _timer(source: Source, element: Markup) -> TimerDefinition:
    """A timer; one without a time has an empty expression, which the lint refuses."""
    times = list(source.children(element, *(kind.value for kind in TimerKind)))
    if len(times) > 1:
        message = f"A timer has one of timeDate, timeDuration and timeCycle, found {len(times)}."
        source.report(element, "timer-with-many-times", message, "Keep one of them.")
    time = times[0] if times else None
    kind = TimerKind(kind_of(time) or "") if time is not None else TimerKind.duration
    expression = source.expression(time, element)
    return TimerDefinition(**source.common(element), kind=kind, expression=expression or "")
