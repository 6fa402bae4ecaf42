"""When tokens that stand before a join go on: counted per incoming flow, never searched for in a tree.

Parallel: one token of each incoming flow goes up in one; surplus tokens wait for the next round (BPMN 2.0.2, 13.4.1).
Inclusive: as soon as no token elsewhere in the scope can still reach an incoming flow that has none, unless it can as
well reach one that has one, each time on a path that does not visit the gateway itself (13.4.3). What can reach what
was worked out by the compiler (`ScopePlan.reach`); links count as flows, and so do boundary events on their activity.
"""

from __future__ import annotations

from SpiffWorkflow import TaskState

from engine.bpmn.kernel.ending import consume
from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.instance import Instance
from engine.bpmn.kernel.token import Token


def arrive(token: Token) -> None:
    """A token stands before a join."""
    owner = token.workflow.tasks[token.owner]
    token._set_state(TaskState.WAITING)
    owner.arrivals.setdefault(token.task_spec.element_id, []).append(token.id)


def fire_parallel(instance: Instance, owner: Token, join: str, incoming: tuple[str, ...]) -> bool:
    """Let one token of each incoming flow go on as one, if there is one of each."""
    first = _first_of_each_flow(instance, owner, join)
    if len(first) < len(incoming):
        return False
    _go_on(instance, owner, join, list(first.values()))
    return True


def fire_inclusive(instance: Instance) -> bool:
    """Let the inclusive joins go on that need not wait longer; whether any did. Called when all else stands still."""
    fired = False
    for owner_id, join in list(instance.inclusive):
        owner = instance.tasks.get(owner_id)
        if owner is None or not owner.arrivals.get(join):
            del instance.inclusive[owner_id, join]
        elif _may_go_on(instance, owner, join):
            _go_on(instance, owner, join, list(_first_of_each_flow(instance, owner, join).values()))
            fired = True
    return fired


def mark_stuck(instance: Instance) -> None:
    """Give an incident to joins of scopes in which nothing but joins has tokens: they wait for ever (a deadlock)."""
    owners = {}
    for token in list(instance.tasks.values()):
        if token.arrivals:
            owners[token.id] = token
    for owner in owners.values():
        standing = [number for arrived in owner.arrivals.values() for number in arrived]
        if len(standing) < len(owner.members):
            continue
        for join, arrived in owner.arrivals.items():
            token = instance.tasks[arrived[0]]
            if token.incident is None:
                instance.stand(token, _stuck(instance, owner, join, token.task_spec.incoming_flows), "join")


def _stuck(instance: Instance, owner: Token, join: str, incoming: tuple[str, ...]) -> Fault:
    missing = set(incoming) - set(_first_of_each_flow(instance, owner, join))
    flows = ", ".join(sorted(missing)) or "another join that waits for it"
    return Fault(
        "stuck",
        f"The join {join} waits for ever: no token can come by {flows}.",
        "The model is not sound: every way that is split must reach the join. Cancel or migrate the instance.",
    )


def _first_of_each_flow(instance: Instance, owner: Token, join: str) -> dict[str, Token]:
    first: dict[str, Token] = {}
    for number in owner.arrivals.get(join, ()):
        token = instance.tasks[number]
        first.setdefault(token.internal_data["flow"], token)
    return first


def _go_on(instance: Instance, owner: Token, join: str, tokens: list[Token]) -> None:
    """The token that came last goes on, the others end in it."""
    tokens.sort(key=lambda token: token.id)
    for token in tokens:
        owner.arrivals[join].remove(token.id)
    if not owner.arrivals[join]:
        del owner.arrivals[join]
    *others, last = tokens
    instance.clear_incident(last)
    last._ready()
    for token in others:
        consume(instance, token)


def _may_go_on(instance: Instance, owner: Token, join: str) -> bool:
    spec = owner.inside.nodes[join]
    filled = 0
    for flow in _first_of_each_flow(instance, owner, join):
        filled |= 1 << spec.incoming_flows.index(flow)
    everything = (1 << len(spec.incoming_flows)) - 1
    if filled == everything:
        return True
    reach = spec.scope.reach[join]
    for number in owner.members:
        there = instance.tasks[number].task_spec.element_id
        bits = reach.get(there, 0) if there != join else 0
        if bits & ~filled & everything and not bits & filled:
            return False
    return True
