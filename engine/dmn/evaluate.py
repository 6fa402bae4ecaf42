"""A decision and inputs to a result with its reasons (DMN 1.5, 10.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.dmn.compiled import CompiledDecisions
from engine.dmn.nodes import DecisionNode, FunctionNode, Key, carry_out
from engine.dmn.tables import DecisionRun
from engine.dmn.trace import DecisionTrace
from engine.errors import NotFound
from engine.feel import Budget, Effort, Function, HostFunction, Value, Warning_, admit
from engine.feel.calls import call
from engine.feel.expression import bounded
from engine.feel.run import DEFAULT_BUDGET


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a decision gave, and why."""

    value: Value
    trace: tuple[DecisionTrace, ...] = ()
    """Every decision made on the way, the one asked for last."""
    warnings: tuple[Warning_, ...] = ()
    """Why something became null."""

    def trace_json(self) -> list[dict[str, Any]]:
        """The trace as plain JSON."""
        return [decision.to_json() for decision in self.trace]


def evaluate(
    compiled: CompiledDecisions,
    decision: str,
    inputs: Mapping[str, Value],
    *,
    now: datetime | None = None,
    functions: Mapping[str, HostFunction] | None = None,
    budget: Budget = DEFAULT_BUDGET,
    traced: bool = True,
    effort: Effort | None = None,
) -> DecisionResult:
    """The result of a decision, service or business knowledge model by id or name, for FEEL values by name.

    Without `traced` only the value is told, not why; that takes half of the time.
    An `effort` is shared with other evaluations.
    Raises NotFound when the model has no such decision, FeelBudgetExceeded when it would take too much.
    """
    key = compiled.find(decision)
    node = None if key is None else compiled.nodes[key]
    if key is None or not isinstance(node, DecisionNode | FunctionNode):
        raise NotFound.of("decision", decision)
    run = DecisionRun(now, functions, compiled.types, budget, traced, effort)
    try:
        return _result(run, compiled, key, node, inputs)
    finally:
        run.close()


def _result(
    run: DecisionRun,
    compiled: CompiledDecisions,
    key: Key,
    node: DecisionNode | FunctionNode,
    inputs: Mapping[str, Value],
) -> DecisionResult:
    given = {name: admit(value) for name, value in inputs.items()}
    if isinstance(node, FunctionNode):
        value = bounded(lambda: _called(run, node.function, given), run)
        return DecisionResult(value, tuple(run.decisions), tuple(run.warnings))
    known: dict[Key, Value] = {}
    plan = compiled.plan(key)
    if plan is None:
        run.null("requirement-cycle", f"The decision `{node.name}` requires itself, by way of others.")
        return DecisionResult(None, (), tuple(run.warnings))
    bounded(lambda: carry_out(run, compiled.nodes, plan, known, given), run)
    return DecisionResult(known[key], tuple(run.decisions), tuple(run.warnings))


def _called(run: DecisionRun, function: Function, given: Mapping[str, Value]) -> Value:
    """A function asked from outside: as with decisions, what is not given is null and said so."""
    names = function.signatures[0] if function.signatures else ()
    for name in names:
        if name not in given:
            run.null("missing-input", f"The input `{name}` was not given.")
    return call(run, function, [given.get(name) for name in names])
