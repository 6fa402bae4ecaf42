"""An official tries a decision definition: its value for inputs, and why. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.casework.actor import Actor
from engine.casework.policy import Action, permit
from engine.dmn.explain import LANGUAGES, Explanation, Language, explanation_json, sentences
from engine.errors import Invalid
from engine.runtime.act import Act, transact
from engine.runtime.definitions import DECISION
from engine.runtime.wiring import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedDecision:
    """What a decision definition says for some inputs."""

    decision_id: str
    version: int
    value: Any
    """A FEEL value."""
    trace: list[dict[str, Any]]
    """Plain JSON: which rules of which tables matched, with which inputs."""
    warnings: tuple[str, ...] = ()
    """Why something became null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedDecision(EvaluatedDecision):
    """The same with its reasons in one language."""

    language: Language
    sentences: tuple[str, ...]
    decisions: list[dict[str, Any]]
    """Plain JSON: each decision made on the way, with its sentences and what they are made of."""


def evaluate_decision(
    runtime: Runtime, decision_id: str, inputs: Mapping[str, Any], *, by: Actor, version: int | None = None
) -> EvaluatedDecision:
    """Evaluate the newest version of a decision definition, or the version named. Raises NotFound, DutyMissing."""

    def change(act: Act) -> EvaluatedDecision:
        return EvaluatedDecision(**_evaluated(act, decision_id, inputs, version)[0])

    return transact(runtime, by, change)


def explain_decision(
    runtime: Runtime,
    decision_id: str,
    inputs: Mapping[str, Any],
    *,
    by: Actor,
    language: str,
    version: int | None = None,
) -> ExplainedDecision:
    """Evaluate a decision definition and say why it came out so. Raises NotFound, DutyMissing, Invalid."""
    spoken = next((one for one in LANGUAGES if one == language), None)
    if spoken is None:
        raise Invalid(f"There are no explanations in {language!r:.20}.", remedy="Ask for az, en or ru.")

    def change(act: Act) -> ExplainedDecision:
        evaluated, why = _evaluated(act, decision_id, inputs, version)
        return ExplainedDecision(
            **evaluated,
            language=spoken,
            sentences=sentences(why, spoken),
            decisions=explanation_json(why, spoken),
        )

    return transact(runtime, by, change)


def _evaluated(
    act: Act, decision_id: str, inputs: Mapping[str, Any], version: int | None
) -> tuple[dict[str, Any], Explanation]:
    """What an EvaluatedDecision holds, and its reasons."""
    permit(act.by, Action.try_rules)
    runtime = act.runtime
    found = act.work.deployments.find(DECISION, decision_id, version=version)
    loaded = runtime.definitions.decisions(act.work, found)
    result = loaded.evaluate(decision_id, inputs, runtime.calendar.local(act.at), runtime.functions, act.effort)
    evaluated = {
        "decision_id": decision_id,
        "version": found.version,
        "value": result.value,
        "trace": result.trace_json(),
        "warnings": tuple(str(warning) for warning in result.warnings),
    }
    return evaluated, loaded.explain(result.trace)
