"""Why the decision definitions of a case came out as they did: their traces were kept with its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.casework.actor import Actor
from engine.casework.look import LookKind
from engine.dmn.explain import LANGUAGES, Language, explanation_json, sentences
from engine.dmn.kept import kept
from engine.errors import Invalid
from engine.runtime.act import Act, transact
from engine.runtime.look import looking
from engine.runtime.wiring import Runtime
from engine.store.queries.applications import case_seen_by
from engine.store.queries.instances import DecisionMadeRow, decisions_made


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReasons:
    """One decision definition that spoke in a case, and why it said so."""

    element_id: str
    at: datetime
    decision_id: str
    name: str
    version: int
    """Of the decision definition, as it was then."""
    sentences: tuple[str, ...]
    decisions: list[dict[str, Any]]
    """Plain JSON, as `engine.runtime.evaluate` has it."""


def reasons_of_case(runtime: Runtime, case_id: str, *, by: Actor, language: str) -> tuple[CaseReasons, ...]:
    """The reasons of every decision definition that a case asked, in order.

    Raises NotFound, also for who may not see the case; Invalid for another language than az, en, ru.
    """
    spoken = next((one for one in LANGUAGES if one == language), None)
    if spoken is None:
        raise Invalid(f"There are no explanations in {language!r:.20}.", remedy="Ask for az, en or ru.")

    def read(act: Act) -> tuple[CaseReasons, ...]:
        case = case_seen_by(act.work.reading, by, case_id)
        looking(act).at_case(LookKind.reasons, case_id)
        return tuple(_explained(act, one, spoken) for one in decisions_made(act.work.reading, by, case.instance_id))

    return transact(runtime, by, read)


def _explained(act: Act, made: DecisionMadeRow, language: Language) -> CaseReasons:
    definitions = act.runtime.definitions
    record = definitions.record(act.work, made.definition_id)
    why = definitions.decisions(act.work, record).explain(kept(made.trace))
    return CaseReasons(
        element_id=made.element_id,
        at=made.at,
        decision_id=made.decision_id,
        name=record.name,
        version=record.version,
        sentences=sentences(why, language),
        decisions=explanation_json(why, language),
    )
