"""Opening waits for timers, messages and signals, wherever they are drawn."""

from __future__ import annotations

from typing import Any

from engine.bpmn.kernel.expressions import as_words, shown
from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.instance import Instance
from engine.bpmn.kernel.plan import Catch
from engine.bpmn.kernel.port import MessageWait, SignalWait, TimerWait, Variables
from engine.bpmn.kernel.timers import Due, first_due
from engine.bpmn.kernel.token import Token
from engine.bpmn.model import FlowNode


def listen(
    instance: Instance, token: Token, element: FlowNode, catch: Catch, number: int, scope: Variables, within: int
) -> None:
    """Evaluate what an event waits for and open the wait. Raises Fault.

    `scope` is what its expressions see, `within` the visit of the sub-process it happens in.
    """
    evaluator = instance.evaluator
    if catch.kind == "timer":
        assert catch.timer is not None
        assert catch.expression is not None
        value = evaluator.value(catch.expression, scope)
        counting = element.meaning.properties.get("counting")
        due = first_due(catch.timer, value, instance.surroundings.now, instance.surroundings.calendar, counting)
        open_timer(instance, token, element, number, due, within)
        return
    assert catch.name is not None
    name = evaluator.words(catch.name, scope, f"the name of the {catch.kind} of {element.id}")
    if catch.kind == "signal":
        open_signal(instance, token, element, number, name, within)
        return
    assert catch.key is not None
    key = as_words(evaluator.value(catch.key, scope))
    if key is None:
        raise Fault(
            "correlation-key",
            f"Expected a text or a number as correlation key of message {name} at {element.id}, "
            f"but {shown(catch.key)} gave none.",
            "Set the variables it reads and retry.",
        )
    open_message(instance, token, element, number, name, key, within)


def open_timer(instance: Instance, token: Token, element: FlowNode, number: int, due: Due, within: int) -> None:
    """A timer runs."""
    wait = TimerWait(
        due_at=due.at, duration=due.duration, remaining=due.remaining, **_common(token, element, number, within)
    )
    instance.open_wait(wait, "timer", token, [due.at.isoformat(), due.duration, due.remaining])


def open_message(
    instance: Instance, token: Token, element: FlowNode, number: int, name: str, key: str, within: int
) -> None:
    """A message is awaited."""
    wait = MessageWait(name=name, correlation_key=key, **_common(token, element, number, within))
    instance.open_wait(wait, "message", token, [name, key])


def open_signal(instance: Instance, token: Token, element: FlowNode, number: int, name: str, within: int) -> None:
    """A signal is awaited."""
    instance.open_wait(SignalWait(name=name, **_common(token, element, number, within)), "signal", token, [name])


def _common(token: Token, element: FlowNode, number: int, within: int) -> dict[str, Any]:
    return {
        "wait": number,
        "element_id": element.id,
        "element_name": element.name,
        "scope_instance": within,
        "process_id": token.inside.process_id if within == token.id else token.process.process_id,
        "properties": element.meaning.properties,
        "documentation": element.documentation,
    }
