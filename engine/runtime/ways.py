"""Where a token can come to in a model: over the borders of sub-processes and calls, by links, errors and escalations.

A model is read generously: whatever may happen counts, whichever condition stands on a flow. What is not reached here
cannot be reached at all, so a finding that rests on it is no false alarm. Errors go up as the kernel lets them
(`engine.bpmn.kernel.catching`). Each place is visited once, so that a look costs as much as the model is long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.bpmn.model import (
    BoundaryEvent,
    CatchEvent,
    EndEvent,
    ErrorDefinition,
    EscalationDefinition,
    Event,
    FlowNode,
    LinkDefinition,
    Process,
    Scope,
    StartEvent,
    SubProcess,
    ThrowEvent,
)

ANY: Final = "="
"""A code that is not known before the model runs, such as an expression: whatever catches an error may catch it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A process as it is drawn, and the codes of its file's errors by id."""

    process: Process
    codes: Mapping[str, str]


DrawnOf: TypeAlias = Callable[[str], Drawn | None]
"""The process of an id, of the bundle or deployed before; None where there is none."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node, and the process it is drawn in."""

    process_id: str
    node: FlowNode

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.process_id, self.node.id


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a node: its scope, and the place of the sub-process that the scope is of."""

    scope: Scope
    host: Place | None


class Ways:
    """The places of a process and of all that it calls, and the ways between them."""

    def __init__(self, process: Drawn, drawn_of: DrawnOf) -> None:
        self._main = process.process.id
        self._codes: dict[str, Mapping[str, str]] = {}
        self._around: dict[tuple[str, str], _Around] = {}
        self._edges: dict[tuple[str, str], list[Place]] = {}
        self._links: dict[tuple[str, int, str], list[Place]] = {}
        self._callers: dict[str, list[Place]] = {}
        self._roots: dict[str, Scope] = {}
        self.places: list[Place] = []
        ahead, seen = [process], {self._main}
        while ahead:
            drawn = ahead.pop()
            self._add(drawn)
            for called in self._called_by(drawn.process.id):
                found = drawn_of(called) if called not in seen else None
                seen.add(called)
                if found is not None:
                    ahead.append(found)

    def reached_from(self, starts: list[Place], *, but: Place) -> Iterator[Place]:
        """Every place that a token from there can come to, without going through `but`."""
        ahead, seen = list(starts), {but.key, *(place.key for place in starts)}
        while ahead:
            here = ahead.pop()
            yield here
            for there in self._next(here):
                if there.key not in seen:
                    seen.add(there.key)
                    ahead.append(there)

    def led_to_by(self, here: Place) -> frozenset[tuple[str, str]]:
        """The keys of all places that a token can come to from here; here itself only where a way leads back."""
        ahead, seen = [here], set[tuple[str, str]]()
        while ahead:
            for there in self._next(ahead.pop()):
                if there.key not in seen:
                    seen.add(there.key)
                    ahead.append(there)
        return frozenset(seen)

    def catchers(self, thrower: Place, code: str) -> list[Place | None]:
        """Who catches an error of an activity, for each way it can be called; None where nobody does."""
        return list(self._caught(thrower, code, ErrorDefinition, at_itself=True))

    # --- what is drawn -----------------------------------------------------------------------------------------------

    def _add(self, drawn: Drawn) -> None:
        process_id = drawn.process.id
        self._codes[process_id] = drawn.codes
        self._roots[process_id] = drawn.process.scope
        hosts: dict[int, Place] = {}
        for scope, node in drawn.process.scope.walk():
            place = Place(process_id, node)
            self.places.append(place)
            self._around[place.key] = _Around(scope, hosts.get(id(scope)))
            if isinstance(node, SubProcess):
                hosts[id(node.scope)] = place
            elif node.meaning.called_element is not None:
                self._callers.setdefault(node.meaning.called_element.process_id, []).append(place)
            if isinstance(node, BoundaryEvent):
                self._edges.setdefault((process_id, node.attached_to), []).append(place)
            if isinstance(node, CatchEvent):
                for link in _links(node):
                    self._links.setdefault((process_id, id(scope), link), []).append(place)

    def _called_by(self, process_id: str) -> list[str]:
        return [name for name, places in self._callers.items() if any(one.process_id == process_id for one in places)]

    # --- ways --------------------------------------------------------------------------------------------------------

    def _next(self, here: Place) -> Iterator[Place]:
        node, around = here.node, self._around[here.key]
        yield from self._after(here)
        yield from (edge for edge in self._edges.get(here.key, ()) if not _throws_only(edge.node))
        if isinstance(node, SubProcess):
            yield from self._begins(here.process_id, node.scope)
        elif node.meaning.called_element is not None:
            called = node.meaning.called_element.process_id
            if called in self._roots:
                yield from self._begins(called, self._roots[called])
        if isinstance(node, ThrowEvent | EndEvent):
            for definition in node.definitions:
                if isinstance(definition, LinkDefinition):
                    yield from self._links.get((here.process_id, id(around.scope), definition.link_name), ())
                elif isinstance(definition, ErrorDefinition):
                    code = self._codes[here.process_id].get(definition.error or "", ANY)
                    yield from filter(None, self._caught(here, code, ErrorDefinition))
                elif isinstance(definition, EscalationDefinition):
                    yield from filter(None, self._caught(here, ANY, EscalationDefinition))

    def _after(self, here: Place) -> Iterator[Place]:
        """What follows a node; behind the last of a scope, what follows the scope. A scope is left by its flows only.

        What ends an event sub-process ends the scope that it stands in.
        """
        ahead, left = [here], set()
        while ahead:
            place = ahead.pop()
            around = self._around[place.key]
            if place.node.outgoing:
                flows = (around.scope.flows.get(flow) for flow in place.node.outgoing)
                for flow in flows:
                    target = around.scope.nodes.get(flow.target) if flow is not None else None
                    if target is not None:
                        yield Place(place.process_id, target)
            elif not _leads_elsewhere(place.node) and place.key not in left:
                left.add(place.key)
                ahead += [around.host] if around.host is not None else self._callers.get(place.process_id, [])

    def _begins(self, process_id: str, scope: Scope) -> Iterator[Place]:
        """Where a token in a new scope begins: at starts, or where nothing leads to; and event sub-processes."""
        for node in scope.nodes.values():
            if isinstance(node, SubProcess) and node.triggered_by_event:
                if any(not _throws_only(start) for start in _starts(node)):
                    yield Place(process_id, node)
            elif not node.incoming and not isinstance(node, BoundaryEvent) and not _links(node):
                yield Place(process_id, node)

    def _caught(
        self,
        thrower: Place,
        code: str,
        kind: type[ErrorDefinition] | type[EscalationDefinition],
        *,
        at_itself: bool = False,
    ) -> Iterator[Place | None]:
        """Who catches it on the way up; an event sub-process does not catch what is thrown in itself."""
        ahead, seen = [(thrower, at_itself)], {thrower.key}
        while ahead:
            here, has_edge = ahead.pop()
            edges = [edge for edge in self._edges.get(here.key, ()) if has_edge]
            found = self._fitting(edges, code, kind)
            around = self._around[here.key]
            if not found:
                inside = [
                    Place(here.process_id, start)
                    for node in around.scope.nodes.values()
                    if isinstance(node, SubProcess) and node.triggered_by_event and node.id != here.node.id
                    for start in _starts(node)
                ]
                found = self._fitting(inside, code, kind)
            if found:
                yield from found
                continue
            above = [around.host] if around.host is not None else self._callers.get(here.process_id, [])
            if not above or (around.host is None and here.process_id == self._main):
                yield None
            for place in above:
                if place.key not in seen:
                    seen.add(place.key)
                    ahead.append((place, True))

    def _fitting(
        self, events: list[Place], code: str, kind: type[ErrorDefinition] | type[EscalationDefinition]
    ) -> list[Place]:
        """Those that catch it: one with the very code before one that catches all."""
        very, every = [], []
        for place in events:
            assert isinstance(place.node, Event)
            for definition in place.node.definitions:
                if not isinstance(definition, kind):
                    continue
                named = definition.error if isinstance(definition, ErrorDefinition) else None
                caught = self._codes[place.process_id].get(named) if named else None
                if code == ANY or caught == code:
                    very.append(place)
                elif caught is None:
                    every.append(place)
        return very or every


def _starts(node: SubProcess) -> list[StartEvent]:
    return [inner for inner in node.scope.nodes.values() if isinstance(inner, StartEvent)]


def _links(node: FlowNode) -> list[str]:
    definitions = node.definitions if isinstance(node, CatchEvent) else ()
    return [definition.link_name for definition in definitions if isinstance(definition, LinkDefinition)]


def _throws_only(node: FlowNode) -> bool:
    """Whether it happens only when something is thrown: an error or escalation."""
    return (
        isinstance(node, Event)
        and bool(node.definitions)
        and all(isinstance(one, ErrorDefinition | EscalationDefinition) for one in node.definitions)
    )


def _leads_elsewhere(node: FlowNode) -> bool:
    """Whether the end of a way does not end its scope in the usual way: an error, or a link to go on from."""
    return isinstance(node, ThrowEvent | EndEvent) and any(
        isinstance(one, ErrorDefinition | LinkDefinition) for one in node.definitions
    )
