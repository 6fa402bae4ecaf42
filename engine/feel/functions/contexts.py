"""Contexts: reading and making entries (DMN 1.5, 10.3.4.9)."""

# ruff: noqa: ARG001  (every body gets the run)

from __future__ import annotations

from engine.feel.functions.registration import Family
from engine.feel.run import Run
from engine.feel.text import shown
from engine.feel.values import Value

FAMILY = Family()
MOST_KEYS = 50


@FAMILY.built_in("get value(m: context, key: string)")
def get_value(run: Run, m: dict[str, Value], key: str) -> Value:
    """The value of an entry; null when there is none."""
    if key not in m:
        return run.null("no-entry", f"The context has no entry `{key}`.")
    return m[key]


@FAMILY.built_in("get value(context: context, keys: list)")
def get_value_at(run: Run, context: dict[str, Value], keys: list[Value]) -> Value:
    """The value at the end of a path of keys."""
    value: Value = context
    if not keys:
        return run.null("arguments", "get value() expects at least one key.")
    for key in keys:
        if not isinstance(key, str):
            return run.null("argument-type", f"get value() expects texts as keys, found {shown(key)}.")
        if not isinstance(value, dict) or key not in value:
            return run.null("no-entry", f"There is no entry `{key}` on the way.")
        value = value[key]
    return value


@FAMILY.built_in("get entries(m: context)")
def get_entries(run: Run, m: dict[str, Value]) -> Value:
    """A list of contexts with `key` and `value`."""
    return [{"key": key, "value": value} for key, value in m.items()]


@FAMILY.built_in("context(entries: list)")
def context(run: Run, entries: list[Value]) -> Value:
    """A context from such a list; null when a key comes twice or is no text."""
    made: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not entry.keys() >= {"key", "value"} or not isinstance(entry["key"], str):
            return run.null("argument-type", "context() expects entries with a text `key` and a `value`.")
        if entry["key"] in made:
            return run.null("argument-type", f"context() expects each key once, found `{entry['key']}` again.")
        made[entry["key"]] = entry["value"]
    return made


@FAMILY.built_in("context put(context: context, key: string, value)")
def context_put(run: Run, context: dict[str, Value], key: str, value: Value) -> Value:
    """The context with an entry set."""
    return {**context, key: value}


@FAMILY.built_in("context put(context: context, keys: list, value)")
def context_put_at(run: Run, context: dict[str, Value], keys: list[Value], value: Value) -> Value:
    """The context with the entry at the end of a path of keys set; contexts on the way are made."""
    if not keys or len(keys) > MOST_KEYS or not all(isinstance(key, str) for key in keys):
        return run.null("argument-type", f"context put() expects 1 to {MOST_KEYS} text keys.")
    first, rest = keys[0], keys[1:]
    if not rest:
        return {**context, first: value}
    inner = context.get(first)
    if inner is not None and not isinstance(inner, dict):
        return run.null("argument-type", f"context put() expects a context at `{first}`.")
    changed = context_put_at(run, inner or {}, rest, value)
    return None if changed is None else {**context, first: changed}


@FAMILY.built_in("context merge(contexts: list)")
def context_merge(run: Run, contexts: list[Value]) -> Value:
    """All entries of all contexts; later ones win."""
    if not all(isinstance(part, dict) for part in contexts):
        return run.null("argument-type", "context merge() expects contexts only.")
    run.charge(sum(len(part) for part in contexts) // 8)
    return {key: value for part in contexts for key, value in part.items()}
