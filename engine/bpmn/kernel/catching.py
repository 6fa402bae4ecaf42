"""What happens when an event happens: who catches it, what it interrupts, where the token goes on.

Errors and escalations go up from where they were thrown: the edge of the activity, the event sub-processes of the scope
around it, the edge of that scope's activity, and so on; at each place one with the very code comes before one that
catches all (BPMN 2.0.2, 10.5.1 and 13.5.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.bpmn.kernel.ending import cancel, cancel_members
from engine.bpmn.kernel.instance import Instance, OpenWait
from engine.bpmn.kernel.plan import EventSubProcess, ScopePlan
from engine.bpmn.kernel.port import Variables as Values
from engine.bpmn.kernel.scopes import Variables
from engine.bpmn.kernel.specs.node import NodeSpec
from engine.bpmn.kernel.timers import Due, next_due
from engine.bpmn.kernel.token import Token
from engine.bpmn.kernel.waiting import open_message, open_signal, open_timer


@dataclass(frozen=True, slots=True)
class Catcher:
    """Who catches an error or escalation: an event on the edge of `host`, or an event sub-process in its scope."""

    host: Token
    edge: NodeSpec | None = None
    inside: EventSubProcess | None = None

    @property
    def interrupts(self) -> bool:
        """Whether what it stands around or in is cancelled."""
        if self.edge is not None:
            return _interrupts(self.edge)
        return self.inside is not None and self.inside.interrupting


def fire(instance: Instance, number: int, values: Values) -> None:
    """What a wait waits for has happened. A Fault of what follows is kept as an incident."""
    wait = instance.waits[number]
    token = instance.tasks[wait.token]
    spec: NodeSpec = token.task_spec
    if wait.inside:
        inside = next(sub for sub in _plan_of(token).event_sub_processes if sub.start == wait.node)
        instance.close_wait(number)
        if not inside.interrupting:
            _listen_again(instance, wait, token, token.inside.nodes[inside.start])
        _begin(instance, token, inside, values)
        return
    edge = next((edge for edge in spec.boundary if edge.element_id == wait.node), None)
    if edge is not None:
        instance.close_wait(number)
        if not _interrupts(edge):
            _listen_again(instance, wait, token, edge)
        _happen_on_edge(instance, token, edge, values)
    elif wait.node == spec.element_id:
        instance.close_wait(number)
        instance.attempt(token, lambda: _finish(token, values))
    else:  # behind an event-based gateway
        instance.close_waits_of(token)
        token.internal_data["happened"] = wait.node
        token.carried = Variables(dict(values)) if values else None
        instance.attempt(token, token.complete)


def broadcast(instance: Instance, name: str, values: Values) -> None:
    """A signal: every wait for it that is open now takes it."""
    numbers = [n for n, wait in instance.waits.items() if wait.kind == "signal" and wait.facts[0] == name]
    for number in numbers:
        if number in instance.waits:
            fire(instance, number, values)


def catcher_of(instance: Instance, token: Token, kind: str, code: str) -> Catcher | None:
    """Who catches an error or escalation thrown by a token; None when nobody does."""
    here = token
    while True:
        edges = [edge for edge in here.task_spec.boundary if edge.catch is not None and edge.catch.kind == kind]
        for wanted in (code, None):
            for edge in edges:
                if edge.catch.code == wanted:
                    return Catcher(here, edge=edge)
        if here.owner == here.id:
            return None
        owner = instance.tasks[here.owner]
        plan = owner.task_spec.inner_plan(owner)
        if plan is not None and not owner.interrupted:
            for wanted in (code, None):
                for inside in plan.event_sub_processes:
                    is_itself = inside.id == here.task_spec.element_id
                    if inside.catch.kind == kind and inside.catch.code == wanted and not is_itself:
                        return Catcher(owner, inside=inside)
        here = owner


def catch(instance: Instance, catcher: Catcher, values: Values) -> None:
    """Let it be caught."""
    if catcher.edge is not None:
        _happen_on_edge(instance, catcher.host, catcher.edge, values)
    elif catcher.inside is not None:
        _begin(instance, catcher.host, catcher.inside, values)


def _plan_of(token: Token) -> ScopePlan:
    plan: ScopePlan | None = token.task_spec.inner_plan(token)
    assert plan is not None
    return plan


def _finish(token: Token, values: Values) -> None:
    token.task_spec.accept(token, values)
    token.complete()


def _happen_on_edge(instance: Instance, host: Token, edge: NodeSpec, values: Values) -> None:
    owner = instance.tasks[host.owner]
    token = instance.spawn(edge, owner, owner)
    if values:
        token.carried = Variables(dict(values))
    if _interrupts(edge):
        cancel(instance, host)
    token._ready()


def _begin(instance: Instance, owner: Token, inside: EventSubProcess, values: Values) -> None:
    token = instance.spawn(owner.inside.nodes[inside.id], owner, owner)
    if values:
        token.carried = Variables(dict(values))
    if inside.interrupting:
        cancel_members(instance, owner, but=token)
        owner.interrupted = True
        stop_listening(instance, owner)
    token._ready()


def stop_listening(instance: Instance, owner: Token) -> None:
    """Close the waits of the event sub-processes of a scope; those on its edge stay."""
    for number in [number for number in owner.waits if instance.waits[number].inside]:
        instance.close_wait(number)


def _interrupts(edge: NodeSpec) -> bool:
    return bool(getattr(edge.element, "cancels_activity", True))


def _listen_again(instance: Instance, wait: OpenWait, token: Token, spec: NodeSpec) -> None:
    """What does not interrupt may happen again: a new wait with a number of its own; a cycle goes on from its due."""
    element = spec.element
    within = token.id if wait.inside else instance.scope_instance(token)
    if wait.kind == "timer":
        at, duration, remaining = wait.facts
        counting = element.meaning.properties.get("counting")
        last = Due(datetime.fromisoformat(at), duration, remaining)
        due = next_due(last, instance.surroundings.calendar, counting)
        if due is not None:
            open_timer(instance, token, element, instance.next_number(), due, within)
    elif wait.kind == "message":
        name, key = wait.facts
        open_message(instance, token, element, instance.next_number(), name, key, within)
    else:
        open_signal(instance, token, element, instance.next_number(), wait.facts[0], within)
