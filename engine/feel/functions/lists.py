"""Lists: looking, cutting, joining (DMN 1.5, 10.3.4.4). Positions count from 1, or from the end with -1."""

# ruff: noqa: ARG001  (every body gets the run)

from __future__ import annotations

from decimal import Decimal

from engine.feel.calls import call
from engine.feel.functions.registration import Family
from engine.feel.run import Run
from engine.feel.values import CHARACTERS_PER_OPERATION, DEEPEST_VALUE, Function, Value, compare, equal, weigh

FAMILY = Family()


def place_in(run: Run, name: str, position: Decimal, count: int) -> int | None:
    """The index from 0 of a position from 1 or -1; None, with a warning, outside of the list."""
    if position == position.to_integral_value() and 1 <= abs(position) <= count:
        return int(position) - 1 if position > 0 else count + int(position)
    run.null("index", f"{name}() expects a position in a list of {count}, found {position}.")
    return None


def holds(run: Run, items: list[Value], value: Value) -> bool:
    """Whether a list holds an equal value."""
    run.charge(len(items) // 4)
    return any(equal(item, value, charge=run.charge) is True for item in items)


@FAMILY.built_in("list contains(list: list, element)")
def list_contains(run: Run, items: list[Value], element: Value) -> Value:
    """Whether an item equals the element; null is found too."""
    return holds(run, items, element)


@FAMILY.built_in("count(list: list)")
def count(run: Run, items: list[Value]) -> Value:
    """The number of items, nulls too."""
    return Decimal(len(items))


def _extreme(run: Run, name: str, items: list[Value], sign: int) -> Value:
    run.charge(weigh(items) // CHARACTERS_PER_OPERATION)
    best: Value = None
    for item in items:
        if item is None:
            return run.null("argument-type", f"{name}() expects items that have an order, found null.")
        order = compare(item, item if best is None else best)
        if order is None:
            return run.null("argument-type", f"{name}() expects items that have an order.")
        if best is None or order * sign > 0:
            best = item
    return best


@FAMILY.built_in("min(*list)")
def least(run: Run, items: list[Value]) -> Value:
    """The least item; null of an empty list."""
    return _extreme(run, "min", items, -1)


@FAMILY.built_in("max(*list)")
def greatest(run: Run, items: list[Value]) -> Value:
    """The greatest item; null of an empty list."""
    return _extreme(run, "max", items, 1)


@FAMILY.built_in("sublist(list: list, start position: number, length?: number)")
def sublist(run: Run, items: list[Value], start: Decimal, length: Decimal | None = None) -> Value:
    """So many items from a position, or all to the end."""
    first = place_in(run, "sublist", start, len(items))
    if first is None:
        return None
    if length is None:
        return items[first:]
    if length != length.to_integral_value() or not 1 <= length <= len(items) - first:
        return run.null("index", f"sublist() expects a length within the list, found {length}.")
    return items[first : first + int(length)]


@FAMILY.built_in("append(list: list, *item: each)")
def append(run: Run, items: list[Value], more: list[Value]) -> Value:
    """The list with items at its end."""
    return [*items, *more]


@FAMILY.built_in("concatenate(*list: each)")
def concatenate(run: Run, lists: list[Value]) -> Value:
    """All lists, one after the other."""
    return _joined(run, "concatenate", lists)


@FAMILY.built_in("union(*list: each)")
def union(run: Run, lists: list[Value]) -> Value:
    """All lists, one after the other, each value once."""
    joined = _joined(run, "union", lists)
    return None if joined is None else distinct_values(run, joined)


def _joined(run: Run, name: str, lists: list[Value]) -> Value:
    if any(part is None for part in lists):
        return run.null("argument-type", f"{name}() expects lists, found null.")
    parts = [part if isinstance(part, list) else [part] for part in lists]
    run.charge(sum(len(part) for part in parts))
    return [item for part in parts for item in part]


@FAMILY.built_in("insert before(list: list, position: number, newItem)")
def insert_before(run: Run, items: list[Value], position: Decimal, new: Value) -> Value:
    """The list with a new item at a position."""
    place = place_in(run, "insert before", position, len(items))
    return None if place is None else [*items[:place], new, *items[place:]]


@FAMILY.built_in("remove(list: list, position: number)")
def remove(run: Run, items: list[Value], position: Decimal) -> Value:
    """The list without the item at a position."""
    place = place_in(run, "remove", position, len(items))
    return None if place is None else [*items[:place], *items[place + 1 :]]


@FAMILY.built_in("list replace(list: list, position: number, newItem)")
def list_replace(run: Run, items: list[Value], position: Decimal, new: Value) -> Value:
    """The list with the item at a position changed."""
    place = place_in(run, "list replace", Decimal(int(position)), len(items))
    return None if place is None else [*items[:place], new, *items[place + 1 :]]


@FAMILY.built_in("list replace(list: list, match: function, newItem)")
def list_replace_matching(run: Run, items: list[Value], match: Function, new: Value) -> Value:
    """The list with each item changed for which match(item, newItem) is true."""
    replaced: list[Value] = []
    for item in items:
        answer = call(run, match, [item, new])
        if not isinstance(answer, bool):
            return run.null("argument-type", "list replace() expects a match() that gives true or false.")
        replaced.append(new if answer else item)
    return replaced


@FAMILY.built_in("reverse(list: list)")
def reverse(run: Run, items: list[Value]) -> Value:
    """The items from last to first."""
    return items[::-1]


@FAMILY.built_in("index of(list: list, match)")
def index_of(run: Run, items: list[Value], match: Value) -> Value:
    """The positions of all equal items."""
    run.charge(len(items) // 4)
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(item, match, charge=run.charge) is True]


@FAMILY.built_in("distinct values(list: list)")
def distinct_values(run: Run, items: list[Value]) -> Value:
    """Each value once, where it came first."""
    kept: list[Value] = []
    for item in items:
        if not holds(run, kept, item):
            kept.append(item)
    return kept


@FAMILY.built_in("duplicate values(list: list)")
def duplicate_values(run: Run, items: list[Value]) -> Value:
    """Each value once that the list holds more than once."""
    seen: list[Value] = []
    twice: list[Value] = []
    for item in items:
        if not holds(run, seen, item):
            seen.append(item)
        elif not holds(run, twice, item):
            twice.append(item)
    return twice


@FAMILY.built_in("flatten(list: list)")
def flatten(run: Run, items: list[Value]) -> Value:
    """All items of lists within lists, as one list."""
    flat: list[Value] = []
    _flatten(run, items, flat, DEEPEST_VALUE)
    return flat


def _flatten(run: Run, items: list[Value], flat: list[Value], depth: int) -> None:
    run.charge(1 + len(items))
    for item in items:
        if isinstance(item, list) and depth > 0:
            _flatten(run, item, flat, depth - 1)
        else:
            flat.append(item)
