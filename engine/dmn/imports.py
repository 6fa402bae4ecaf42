"""The models that a model imports, by way of others too (DMN 1.5, 6.3.2): collected before anything is compiled.

Where models are looked for is the caller's: files beside each other, or what is deployed. A model brings along where
its own imports are looked for, for a deployed one stays with those it was deployed with. Imports in a circle are
refused, and two versions of one model: expressions could reach only one of them. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from engine.diagnostics import Diagnostic, ModelRefused
from engine.dmn.compiled import MOST_MODELS
from engine.dmn.model import Definitions, Import


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model that was found for an import."""

    definitions: Definitions
    checksum: str
    """Of its file: two of one namespace are the same when this is."""
    find: FindModel
    """Where its own imports are looked for."""


FindModel: TypeAlias = Callable[[str], FoundModel | None]
"""The model of a namespace; None when there is none. Raises ModelRefused when nobody can say which is meant."""


def no_models(_namespace: str) -> None:
    """Where nothing can be found."""


def imported_models(definitions: Definitions, find: FindModel) -> tuple[FoundModel, ...]:
    """Every model that is imported, once, those that others import first. What is missing is left to the compiler.

    Raises ModelRefused for a circle, for two versions of one model, and for too many models.
    """
    found: dict[str, FoundModel] = {}
    _collect(definitions, find, found, (definitions.namespace,))
    return tuple(found.values())


def _collect(model: Definitions, find: FindModel, found: dict[str, FoundModel], way: tuple[str, ...]) -> None:
    for entry in model.imports:
        if entry.namespace in way:
            circle = " -> ".join((*way[way.index(entry.namespace) :], entry.namespace))
            raise _refused(
                "import-cycle",
                f"The models import one another in a circle: {circle:.300}.",
                "Move what both need into a model of its own.",
                entry,
                model,
            )
        other = find(entry.namespace)
        if other is None:
            continue
        known = found.get(entry.namespace)
        if known is None:
            if len(found) >= MOST_MODELS:
                problem = f"Expected at most {MOST_MODELS} models, found more."
                raise _refused("too-many-models", problem, "Import fewer models.", entry, model)
            _collect(other.definitions, other.find, found, (*way, entry.namespace))
            found[entry.namespace] = other
        elif known.checksum != other.checksum:
            raise _refused(
                "import-versions",
                f"Two versions of the model `{entry.namespace:.200}` are imported, one of them by way of others.",
                "Deploy all models that import it again, together.",
                entry,
                model,
            )


def _refused(rule: str, message: str, remedy: str, entry: Import, model: Definitions) -> ModelRefused:
    spot = entry.spot
    return ModelRefused(
        [Diagnostic(rule, message, remedy, element_id=spot.element_id, line=spot.line, file=model.file)]
    )
