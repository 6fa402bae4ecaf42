"""A compiled requirement graph: inputs, decisions and functions, and how a plan of them is carried out.

A plan is the list of what must be known, in an order in which nothing waits; so a long chain of decisions needs no
deep stack (DMN 1.5, 6.2 and 10.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from engine.dmn.model import Spot
from engine.dmn.tables import DecisionRun
from engine.dmn.trace import DecisionTrace
from engine.feel.run import Env, Run
from engine.feel.types import UNFIT, FeelType, coerce, misfit
from engine.feel.values import Function, Value

Key: TypeAlias = tuple[str, str]
"""Namespace and id."""
Compiled: TypeAlias = Callable[[Env], Value]


@dataclass(frozen=True, slots=True)
class Need:
    """Something an element requires, and the name under which it sees it."""

    key: Key
    path: tuple[str, ...]
    """The variable's name, after the name of the import when it is another model's."""


@dataclass(frozen=True, slots=True)
class InputNode:
    """Input data."""

    spot: Spot
    name: str
    kind: FeelType | None

    def fit(self, run: Run, value: Value) -> Value:
        """A value as the declared type wants it; null with a warning when it does not fit."""
        if self.kind is None:
            return value
        fitting = coerce(value, self.kind, run)
        if fitting is UNFIT:
            return run.null("input-type", misfit(f"The input `{self.name}`", self.kind, value))
        return fitting


@dataclass(frozen=True, slots=True)
class DecisionNode:
    """A decision."""

    spot: Spot
    name: str
    needs: tuple[Need, ...]
    logic: Compiled
    kind: FeelType | None
    types: Mapping[str, FeelType] | None = None
    """Those of its own model, which `instance of` asks."""


@dataclass(frozen=True, slots=True)
class FunctionNode:
    """A business knowledge model or a decision service."""

    spot: Spot
    name: str
    function: Function


Node: TypeAlias = InputNode | DecisionNode | FunctionNode
Nodes: TypeAlias = Mapping[Key, Node]


class RequirementCycle(Exception):
    """Decisions require each other in a circle; `key` is one of them."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


def plan_for(nodes: Nodes, wanted: Sequence[Key], given: frozenset[Key] = frozenset()) -> tuple[Key, ...]:
    """All inputs and decisions that must be known for some, in order; beyond those given nothing is asked.

    Raises RequirementCycle.
    """
    done: dict[Key, None] = {}
    open_: dict[Key, Iterator[Key]] = {}
    for start in wanted:
        if start in done or start in given:
            continue
        open_[start] = _needs(nodes, start)
        while open_:
            key = next(reversed(open_))
            following = next((need for need in open_[key] if need not in done and need not in given), None)
            if following is None:
                del open_[key]
                done[key] = None
            elif following in open_:
                raise RequirementCycle(following)
            else:
                open_[following] = _needs(nodes, following)
    return tuple(done)


def cycles_in(nodes: Nodes) -> tuple[Key, ...]:
    """One decision of each circle of requirements, found in one walk over all."""
    found: dict[Key, None] = {}
    done: set[Key] = set()
    for start in nodes:
        if start in done:
            continue
        open_ = {start: _needs(nodes, start)}
        while open_:
            key = next(reversed(open_))
            following = next((need for need in open_[key] if need not in done), None)
            if following is None:
                del open_[key]
                done.add(key)
            elif following in open_:
                found[following] = None
            else:
                open_[following] = _needs(nodes, following)
    return tuple(found)


def _needs(nodes: Nodes, key: Key) -> Iterator[Key]:
    node = nodes[key]
    if not isinstance(node, DecisionNode):
        return iter(())
    return (need.key for need in node.needs if not isinstance(nodes[need.key], FunctionNode))


def carry_out(
    run: DecisionRun, nodes: Nodes, plan: Sequence[Key], known: dict[Key, Value], inputs: Mapping[str, Value]
) -> None:
    """Make every decision of a plan; what comes out is added to `known`, the trace to the run.

    An input is given under its name, or as `{namespace}name` where imported models have inputs of one name.
    """
    qualified = any(name.startswith("{") for name in inputs)
    for key in plan:
        node = nodes[key]
        if isinstance(node, InputNode):
            name = f"{{{key[0]}}}{node.name}" if qualified else node.name
            if name not in inputs:
                name = node.name
            if name not in inputs:
                run.null("missing-input", f"The input `{node.name}` was not given.")
            known[key] = node.fit(run, inputs.get(name))
        elif isinstance(node, DecisionNode):
            known[key] = _decide(run, nodes, node, known)


def _decide(run: DecisionRun, nodes: Nodes, node: DecisionNode, known: Mapping[Key, Value]) -> Value:
    run.charge()
    names: dict[str, Value] = {}
    for need in node.needs:
        target = nodes[need.key]
        value = target.function if isinstance(target, FunctionNode) else known[need.key]
        bind(names, need.path, value)
    before, noted = len(run.tables), len(run.warnings)
    outside = run.types
    if node.types is not None:
        run.types = node.types
    value = node.logic(Env(names, None, run))
    run.types = outside
    if node.kind is not None:
        fitting = coerce(value, node.kind, run)
        if fitting is UNFIT:
            run.null("decision-type", misfit(f"The decision `{node.name}`", node.kind, value))
            fitting = None
        value = fitting
    if len(run.warnings) > noted:
        place = f"decision `{node.name}`"
        run.warnings[noted:] = [one if one.place else replace(one, place=place) for one in run.warnings[noted:]]
    if run.traced:
        required = tuple(
            (".".join(need.path), known[need.key])
            for need in node.needs
            if not isinstance(nodes[need.key], FunctionNode)
        )
        tables = tuple(run.tables[before:])
        run.decisions.append(DecisionTrace(node.spot.element_id, node.name, required, value, tables))
    return value


def at_home(function: Function, types: Mapping[str, FeelType]) -> Function:
    """A function that sees the types of its own model wherever it is called."""
    inner = function.body

    def body(run: Run, arguments: Sequence[Value]) -> Value:
        outside, run.types = run.types, types
        try:
            return inner(run, arguments)
        finally:
            run.types = outside

    return replace(function, body=body)


def bind(names: dict[str, Value], path: tuple[str, ...], value: Value) -> None:
    """Set a name, or an entry of the context that stands for an imported model."""
    for part in path[:-1]:
        names = names.setdefault(part, {})
    names[path[-1]] = value


def service_function(
    name: str,
    nodes: Nodes,
    inputs: Sequence[tuple[Key, str, FeelType | None]],
    outputs: Sequence[tuple[Key, str]],
    result: FeelType | None,
) -> Function:
    """A decision service as a function of its input data and input decisions (DMN 1.5, 10.4).

    Its plan is made at the first call: most services of a model are never called.
    """
    plan: list[Key] = []

    def body(run: Run, arguments: Sequence[Value]) -> Value:
        known: dict[Key, Value] = {}
        for (key, parameter, kind), argument in zip(inputs, arguments, strict=True):
            fitting = argument if kind is None else coerce(argument, kind, run)
            if fitting is UNFIT and kind is not None:
                return run.null("argument-type", misfit(f"`{parameter}` of {name}", kind, argument))
            known[key] = fitting
        if not isinstance(run, DecisionRun):
            return run.null("no-service", f"{name} can only be called by decisions.")
        if not plan:
            try:
                plan[:] = plan_for(nodes, [key for key, _ in outputs], frozenset(known))
            except RequirementCycle:
                return run.null("requirement-cycle", f"The decisions of {name} require each other in a circle.")
        carry_out(run, nodes, plan, known, {})
        values = {output: known[key] for key, output in outputs}
        value = next(iter(values.values())) if len(values) == 1 else values
        fitting = value if result is None else coerce(value, result, run)
        if fitting is UNFIT and result is not None:
            return run.null("result-type", misfit(f"The result of {name}", result, value))
        return fitting

    parameters = tuple(parameter for _, parameter, _ in inputs)
    types = tuple(kind for _, _, kind in inputs)
    return Function(name, (parameters,), body, len(parameters), len(parameters), types, result)
