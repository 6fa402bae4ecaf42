"""How points and ranges lie to each other (DMN 1.5, 10.3.4.11, table 78): Allen's relations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from engine.feel.functions.registration import Family
from engine.feel.run import Run
from engine.feel.values import Range, Value, compare

FAMILY = Family()
Relation: TypeAlias = Callable[[Value, Value], bool]


class _NoOrder(Exception):
    """Two ends or points cannot be compared."""


def _order(left: Value, right: Value) -> int:
    order = compare(left, right)
    if order is None:
        raise _NoOrder
    return order


def _closed(value: Value) -> Range:
    """A point as the range of itself; a range as it is. All values but one are no range that lies anywhere."""
    if not isinstance(value, Range):
        return Range(value, value)
    if value.operator == "!=":
        raise _NoOrder
    return value


def _open_start(value: Range) -> bool:
    """Whether a range has no start, as `(< 5)`."""
    return value.operator in ("<", "<=")


def _open_end(value: Range) -> bool:
    """Whether a range has no end, as `(> 5)`."""
    return value.operator in (">", ">=")


def _register(relation: Relation, *signatures: str) -> None:
    def body(run: Run, first: Value, second: Value) -> Value:
        try:
            return relation(first, second)
        except _NoOrder:
            return run.null("no-order", "The ends and points of a relation have no common order.")

    for signature in signatures:
        FAMILY.built_in(signature)(body)


def before(first: Value, second: Value) -> bool:
    """All of the first lies before all of the second."""
    a, b = _closed(first), _closed(second)
    if _open_end(a) or _open_start(b):
        return False
    order = _order(a.end, b.start)
    return order < 0 or (order == 0 and not (a.end_included and b.start_included))


def after(first: Value, second: Value) -> bool:
    """All of the first lies after all of the second."""
    return before(second, first)


def meets(first: Range, second: Range) -> bool:
    """The first ends at the very point where the second starts."""
    a, b = _closed(first), _closed(second)
    return a.end_included and b.start_included and _order(a.end, b.start) == 0


def met_by(first: Range, second: Range) -> bool:
    """The first starts at the very point where the second ends."""
    return meets(second, first)


def overlaps(first: Range, second: Range) -> bool:
    """They share a point."""
    return not before(first, second) and not before(second, first)


def _start_order(first: Range, second: Range) -> int:
    if _open_start(first) or _open_start(second):
        return int(_open_start(second)) - int(_open_start(first))
    order = _order(first.start, second.start)
    return order if order else int(second.start_included) - int(first.start_included)


def _end_order(first: Range, second: Range) -> int:
    if _open_end(first) or _open_end(second):
        return int(_open_end(first)) - int(_open_end(second))
    order = _order(first.end, second.end)
    return order if order else int(first.end_included) - int(second.end_included)


def overlaps_before(first: Range, second: Range) -> bool:
    """They share a point, the first starts first and does not end last."""
    a, b = _closed(first), _closed(second)
    return _start_order(a, b) < 0 and overlaps(a, b) and _end_order(a, b) <= 0


def overlaps_after(first: Range, second: Range) -> bool:
    """They share a point, the second starts first and does not end last."""
    return overlaps_before(second, first)


def includes(first: Range, second: Value) -> bool:
    """All of the second lies in the first."""
    outer, inner = _closed(first), _closed(second)
    return _start_order(outer, inner) <= 0 and _end_order(outer, inner) >= 0


def during(first: Value, second: Range) -> bool:
    """All of the first lies in the second."""
    return includes(second, first)


def finishes(first: Value, second: Range) -> bool:
    """They end together, and the first does not start earlier."""
    inner, outer = _closed(first), _closed(second)
    return _end_order(inner, outer) == 0 and _start_order(inner, outer) >= 0


def finished_by(first: Range, second: Value) -> bool:
    """They end together, and the second does not start earlier."""
    return finishes(second, first)


def starts(first: Value, second: Range) -> bool:
    """They start together, and the first does not end later."""
    inner, outer = _closed(first), _closed(second)
    return _start_order(inner, outer) == 0 and _end_order(inner, outer) <= 0


def started_by(first: Range, second: Value) -> bool:
    """They start together, and the second does not end later."""
    return starts(second, first)


def coincides(first: Value, second: Value) -> bool:
    """They are the same."""
    a, b = _closed(first), _closed(second)
    return _start_order(a, b) == 0 and _end_order(a, b) == 0


for _name, _any in (("before", before), ("after", after)):
    _register(
        _any,
        f"{_name}(point1: point, point2: point)",
        f"{_name}(point: point, range: range)",
        f"{_name}(range: range, point: point)",
        f"{_name}(range1: range, range2: range)",
    )
for _name, _both in (
    ("meets", meets),
    ("met by", met_by),
    ("overlaps", overlaps),
    ("overlaps before", overlaps_before),
    ("overlaps after", overlaps_after),
):
    _register(_both, f"{_name}(range1: range, range2: range)")
for _name, _outer in (("includes", includes), ("finished by", finished_by), ("started by", started_by)):
    _register(_outer, f"{_name}(range: range, point: point)", f"{_name}(range1: range, range2: range)")
for _name, _inner in (("during", during), ("finishes", finishes), ("starts", starts)):
    _register(_inner, f"{_name}(point: point, range: range)", f"{_name}(range1: range, range2: range)")
_register(coincides, "coincides(point1: point, point2: point)", "coincides(range1: range, range2: range)")
