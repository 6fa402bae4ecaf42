"""The trace of an evaluation as plain JSON without loss, to be kept with a case and explained years later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.dmn.trace import DecisionTrace, MatchedRule, TableTrace
from engine.feel import Value
from engine.feel.codec import from_tagged, to_tagged


def keep(trace: Iterable[DecisionTrace]) -> list[dict[str, Any]]:
    """Plain JSON of a trace, the names of its parts as `DecisionTrace.to_json` has them."""
    return [
        {
            "id": one.element_id,
            "name": one.name,
            "inputs": _pairs(one.inputs),
            "value": _plain(one.value),
            "tables": [_table(table) for table in one.tables],
        }
        for one in trace
    ]


def kept(plain: Sequence[Mapping[str, Any]]) -> tuple[DecisionTrace, ...]:
    """The trace that `keep` made plain. Raises ValueError, KeyError or TypeError for anything else."""
    return tuple(
        DecisionTrace(
            one["id"],
            one["name"],
            _values(one["inputs"]),
            from_tagged(one["value"]),
            tuple(_read_table(table) for table in one["tables"]),
        )
        for one in plain
    )


def _plain(value: Value) -> Any:
    try:
        return to_tagged(value)
    except (TypeError, ValueError):
        # A function, or a value without measure: nothing that a reason is made of.
        return None


def _pairs(pairs: Iterable[tuple[str, Value]]) -> list[dict[str, Any]]:
    return [{"name": name, "value": _plain(value)} for name, value in pairs]


def _values(pairs: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, Value], ...]:
    return tuple((pair["name"], from_tagged(pair["value"])) for pair in pairs)


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


def _read_table(plain: Mapping[str, Any]) -> TableTrace:
    rules = tuple(
        MatchedRule(
            rule["index"],
            rule["id"],
            _values(rule["outputs"]),
            tuple((note["name"], note["text"]) for note in rule["annotations"]),
        )
        for rule in plain["matched"]
    )
    return TableTrace(plain["id"], plain["hit_policy"], _values(plain["inputs"]), rules, plain["used_default"])
