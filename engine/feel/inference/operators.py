"""What operators make of kinds (DMN 1.5, 10.3.2.13, tables 49 to 57); the same as `engine.feel.operators` does."""

from __future__ import annotations

from itertools import product
from typing import Final

from engine.feel.inference.kinds import NULL, item_of, kinds_of, one_of, options_of
from engine.feel.types import ANY, SIMPLE, FeelType, ListType, RangeType

DATE, TIME, MOMENT = "date", "time", "date and time"
DAYS, MONTHS = "days and time duration", "years and months duration"
ORDERED: Final = frozenset({"number", "string", DATE, TIME, MOMENT, DAYS, MONTHS})
"""Kinds whose values come before and after each other."""

_SUMS: Final = {
    ("number", "number"): "number",
    **{(kind, DAYS): kind for kind in (MOMENT, DATE, TIME, DAYS)},
    **{(kind, MONTHS): kind for kind in (MOMENT, DATE, MONTHS)},
}
_ARITHMETIC: Final[dict[str, dict[tuple[str, str], str]]] = {
    "+": {**_SUMS, **{(b, a): kind for (a, b), kind in _SUMS.items()}, ("string", "string"): "string"},
    "-": {
        **_SUMS,
        (TIME, TIME): DAYS,
        **{(one, other): DAYS for one in (DATE, MOMENT) for other in (DATE, MOMENT)},
    },
    "*": {
        ("number", "number"): "number",
        **{(kind, "number"): kind for kind in (DAYS, MONTHS)},
        **{("number", kind): kind for kind in (DAYS, MONTHS)},
    },
    "/": {
        ("number", "number"): "number",
        **{(kind, "number"): kind for kind in (DAYS, MONTHS)},
        **{(kind, kind): "number" for kind in (DAYS, MONTHS)},
    },
    "**": {("number", "number"): "number"},
}


def calculated(operator: str, left: FeelType, right: FeelType) -> FeelType | None:
    """The type of `left + right`; None when there is no such sum."""
    table = _ARITHMETIC[operator]
    found = [SIMPLE[table[pair]] for pair in product(sorted(kinds_of(left)), sorted(kinds_of(right))) if pair in table]
    return one_of(found) if found else None


def negated(kind: FeelType) -> FeelType | None:
    """The type of `-value`; None when there is none."""
    found = [SIMPLE[name] for name in ("number", DAYS, MONTHS) if name in kinds_of(kind)]
    return one_of(found) if found else None


def can_equal(left: FeelType, right: FeelType) -> bool:
    """Whether `=` can tell two values apart: they are of one kind, or one is null."""
    own, other = kinds_of(left), kinds_of(right)
    return not own or not other or bool(own & other)


def can_be_ordered(left: FeelType, right: FeelType) -> bool:
    """Whether two values may come before or after each other."""
    return bool(kinds_of(left) & kinds_of(right) & ORDERED)


def can_pass(value: FeelType, test: FeelType) -> bool:
    """Whether a value may be in a range or a list, or equal a test: `value in test`, and cells of tables."""
    own = kinds_of(value)
    if not own:
        return True
    for option in options_of(test):
        if isinstance(option, RangeType):
            if kinds_of(option.item) & own or option.item == NULL:
                return True
        elif isinstance(option, ListType):
            if "list" in own or option.item == NULL or can_pass(value, item_of(option)):
                return True
        elif kinds_of(option) & own or kinds_of(option) & {"list", "range"}:
            return True
    return not options_of(test)


def walked(source: FeelType, end: FeelType | None) -> FeelType | None:
    """What `for x in source` or `in source..end` gives to its variable; None when it cannot be walked."""
    if end is not None:
        found = kinds_of(source) & kinds_of(end) & {"number", DATE}
        return one_of(SIMPLE[kind] for kind in sorted(found)) if found else None
    if not kinds_of(source):
        return None
    parts: list[FeelType] = []
    for option in options_of(source):
        if isinstance(option, RangeType):
            parts += [SIMPLE[kind] for kind in sorted(kinds_of(option.item) & {"number", DATE})]
        elif option == SIMPLE["range"]:
            parts += [SIMPLE["number"], SIMPLE[DATE]]
        else:
            parts.append(item_of(option))
    item = one_of(parts)
    if kinds_of(source) == {"range"} and not kinds_of(item):
        return None
    return item if kinds_of(item) else ANY
