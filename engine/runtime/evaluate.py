"""An official tries a decision definition: its value for inputs, and why. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.casework.actor import Actor
from engine.runtime.act import Act, transact
from engine.runtime.definitions import DECISION
from engine.runtime.duties import require_official
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


def evaluate_decision(
    runtime: Runtime, decision_id: str, inputs: Mapping[str, Any], *, by: Actor, version: int | None = None
) -> EvaluatedDecision:
    """Evaluate the newest version of a decision definition, or the version named. Raises NotFound, DutyMissing."""

    def change(act: Act) -> EvaluatedDecision:
        require_official(by, "try a decision definition")
        found = act.work.deployments.find(DECISION, decision_id, version=version)
        loaded = runtime.definitions.decisions(act.work, found)
        result = loaded.evaluate(decision_id, inputs, runtime.calendar.local(act.at), runtime.functions)
        return EvaluatedDecision(
            decision_id=decision_id,
            version=found.version,
            value=result.value,
            trace=result.trace_json(),
            warnings=tuple(str(warning) for warning in result.warnings),
        )

    return transact(runtime, by, change)
