"""Why a decision came out as it did: which inputs had which values, which rules matched, what they say.

Values in a trace are FEEL values; `to_json` gives plain JSON for history and pages. Nothing here is prose: annotations
are the analyst's own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.feel import Value, to_json


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A rule whose tests all held."""

    index: int
    """From 1, as drawn."""
    element_id: str | None
    outputs: tuple[tuple[str, Value], ...]
    """Column and value."""
    annotations: tuple[tuple[str, str], ...]
    """Column and text: article of law, reason."""


@dataclass(frozen=True, slots=True)
class TableTrace:
    """One evaluation of one decision table."""

    element_id: str | None
    hit_policy: str
    inputs: tuple[tuple[str, Value], ...]
    """Label and value."""
    matched: tuple[MatchedRule, ...]
    used_default: bool = False
    """Whether the default output answered, because no rule matched."""


@dataclass(frozen=True, slots=True)
class DecisionTrace:
    """One decision that was made on the way."""

    element_id: str | None
    name: str
    inputs: tuple[tuple[str, Value], ...]
    """What it required, and the values."""
    value: Value
    tables: tuple[TableTrace, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "id": self.element_id,
            "name": self.name,
            "inputs": _pairs(self.inputs),
            "value": to_json(self.value),
            "tables": [_table(table) for table in self.tables],
        }


def _pairs(pairs: tuple[tuple[str, Value], ...]) -> list[dict[str, Any]]:
    return [{"name": name, "value": to_json(value)} for name, value in pairs]


def _table(table: TableTrace) -> dict[str, Any]:
    return {
        "id": table.element_id,
        "hit_policy": table.hit_policy,
        "inputs": _pairs(table.inputs),
        "matched": [
            {
                "index": rule.index,
                "id": rule.element_id,
                "outputs": _pairs(rule.outputs),
                "annotations": [{"name": name, "text": text} for name, text in rule.annotations],
            }
            for rule in table.matched
        ],
        "used_default": table.used_default,
    }
