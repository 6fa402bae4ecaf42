"""sort() (DMN 1.5, 10.3.4.10)."""

from __future__ import annotations

from functools import cmp_to_key

from engine.feel.calls import call
from engine.feel.functions.registration import Family
from engine.feel.run import Run
from engine.feel.values import CHARACTERS_PER_OPERATION, Function, Value, compare, weigh

FAMILY = Family()


@FAMILY.built_in("sort(list: list, precedes?: function)")
def sort(run: Run, items: list[Value], precedes: Function | None = None) -> Value:
    """The items in order: `precedes(a, b)` tells whether a comes before b; without it, the values' own order."""
    if precedes is None:
        run.charge(weigh(items) // CHARACTERS_PER_OPERATION * len(items).bit_length())
        if any(compare(items[0], item) is None for item in items):
            return run.null("argument-type", "sort() without a function expects items that have an order.")
        return sorted(items, key=cmp_to_key(lambda a, b: compare(a, b) or 0))

    def order(a: Value, b: Value) -> int:
        if call(run, precedes, [a, b]) is True:
            return -1
        return 1 if call(run, precedes, [b, a]) is True else 0

    return sorted(items, key=cmp_to_key(order))
