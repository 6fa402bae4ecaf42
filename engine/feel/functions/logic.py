"""Booleans: not(), all(), any(), is() (DMN 1.5, 10.3.4.2, 10.3.4.4 and 10.3.4.7)."""

from __future__ import annotations

from engine.feel.functions.registration import Family
from engine.feel.run import MISSING, Run
from engine.feel.text import shown
from engine.feel.values import Value, is_same

FAMILY = Family()


@FAMILY.built_in("not(negand)")
def negation(run: Run, negand: Value) -> Value:
    """The opposite of a boolean; null of anything else."""
    if negand is None or isinstance(negand, bool):
        return None if negand is None else not negand
    return run.null("logic", f"not() expects true or false, found {shown(negand)}.")


def _booleans(run: Run, name: str, items: list[Value], decisive: bool) -> Value:
    unknown = False
    for item in items:
        if item is decisive:
            return decisive
        unknown = unknown or not isinstance(item, bool)
    if unknown:
        return run.null("logic", f"{name}() depends on an item that is neither true nor false.")
    return not decisive


@FAMILY.built_in("all(*list)")
def all_of(run: Run, items: list[Value]) -> Value:
    """False when any item is false; true when all are true, also of an empty list."""
    return _booleans(run, "all", items, False)


@FAMILY.built_in("any(*list)")
def any_of(run: Run, items: list[Value]) -> Value:
    """True when any item is true; false when all are false, also of an empty list."""
    return _booleans(run, "any", items, True)


@FAMILY.built_in("is(value1?, value2?)")
def same(run: Run, value1: Value = MISSING, value2: Value = MISSING) -> Value:
    """Whether both are the same value of the same kind, with the same offset or zone; a missing one counts as null."""
    if value1 is MISSING and value2 is MISSING:
        return run.null("arguments", "is() expects two arguments, found none.")
    return is_same(None if value1 is MISSING else value1, None if value2 is MISSING else value2)
