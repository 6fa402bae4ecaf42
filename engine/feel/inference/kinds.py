"""Types seen as sets of kinds, and what can become of a value of one type where another is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.feel.types import (
    ANY,
    SIMPLE,
    AnyType,
    Deferred,
    FeelType,
    FunctionType,
    ListType,
    RangeType,
    Record,
    Restricted,
    Simple,
)
from engine.feel.values import DEEPEST_VALUE, Value, feel_type

if TYPE_CHECKING:
    from engine.feel.run import Run

EVERY: Final = frozenset(SIMPLE)
"""All kinds but null."""
_DEEPEST: Final = 20
_DEEPEST_FIT: Final = 3
_MOST_OPTIONS: Final = 12
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several types; one of none is null."""

    options: tuple[FeelType, ...]

    @property
    def name(self) -> str:
        """As analysts call it."""
        return " or ".join(option.name for option in self.options) or "null"

    def holds(self, value: Value, depth: int = DEEPEST_VALUE, run: Run | None = None) -> bool:
        """Whether the value conforms to one of them."""
        return any(option.holds(value, depth, run) for option in self.options)


@dataclass(frozen=True, slots=True)
class Whole(Record):
    """A context with these entries and no others: one that is written down in the expression."""


NULL: Final = AnyOf(())


def settled(kind: FeelType) -> FeelType:
    """A type behind its allowed values, and behind a name that was used before its definition."""
    for _ in range(_DEEPEST):
        if isinstance(kind, Restricted):
            kind = kind.base
        elif isinstance(kind, Deferred):
            kind = kind.known()
        else:
            return kind
    return ANY


def one_of(types: Iterable[FeelType]) -> FeelType:
    """The type of a value that has one of some types."""
    options: list[FeelType] = []
    for kind in types:
        for option in kind.options if isinstance(kind, AnyOf) else (kind,):
            if isinstance(settled(option), AnyType):
                return ANY
            if option not in options:
                options.append(option)
    if len(options) > _MOST_OPTIONS:
        options = [SIMPLE[kind] for kind in sorted(kinds_of(AnyOf(tuple(options))))]
    return options[0] if len(options) == 1 else AnyOf(tuple(options))


def options_of(kind: FeelType) -> tuple[FeelType, ...]:
    """The types one of which a value has, each settled."""
    seen = settled(kind)
    return tuple(settled(option) for option in seen.options) if isinstance(seen, AnyOf) else (seen,)


def kinds_of(kind: FeelType) -> frozenset[str]:
    """The kinds a value that is not null can have; none when it is certainly null."""
    found: set[str] = set()
    for option in options_of(kind):
        match option:
            case Simple(name=name):
                found.add(name)
            case ListType():
                found.add("list")
            case Record():
                found.add("context")
            case RangeType():
                found.add("range")
            case FunctionType():
                found.add("function")
            case _:
                return EVERY
    return frozenset(found)


def type_of(value: Value) -> FeelType:
    """The type of a constant."""
    return NULL if value is None else SIMPLE[feel_type(value)]


def told(kind: FeelType) -> str:
    """A type in a message: `a number`, `null`, `a number or a string`."""
    names = dict.fromkeys(option.name for option in options_of(kind))
    said = " or ".join(f"a{'n' * (name[:1] in 'aeiouA')} {name}" for name in names) or "null"
    return said if len(said) <= _LONGEST_NAME else f"{said[:_LONGEST_NAME]}..."


def item_of(kind: FeelType) -> FeelType:
    """What the items of a value are, where a single value counts as a list of it."""
    return one_of(_items(option) for option in options_of(kind))


def _items(option: FeelType) -> FeelType:
    if isinstance(option, ListType):
        return option.item
    return ANY if option == SIMPLE["list"] else option


def can_become(own: FeelType, wanted: FeelType, depth: int = _DEEPEST_FIT) -> bool:
    """Whether some value of a type, null apart, passes where another is wanted, by the implicit conversions too.

    The conversions are those of 10.3.2.9.4: to and from a list of one item, from a date to midnight.
    """
    if depth <= 0:
        return True
    options, goals = options_of(own), options_of(wanted)
    return not options or any(_can_become(option, goal, depth - 1) for option in options for goal in goals)


def _can_become(own: FeelType, wanted: FeelType, depth: int) -> bool:
    if isinstance(own, AnyType) or isinstance(wanted, AnyType) or _fits(own, wanted, depth):
        return True
    if kinds_of(own) == {"list"} and can_become(item_of(own), wanted, depth):
        return True
    if isinstance(wanted, ListType) and can_become(own, wanted.item, depth):
        return True
    return (own == SIMPLE["date"] and "date and time" in kinds_of(wanted)) or (
        kinds_of(wanted) == {"list"} and kinds_of(own) != {"list"} and not isinstance(wanted, ListType)
    )


def _fits(own: FeelType, wanted: FeelType, depth: int) -> bool:
    """Without conversion. Lists may be empty, and what is in them is not certain to matter."""
    if not kinds_of(own) & kinds_of(wanted):
        return False
    if isinstance(own, Record) and isinstance(wanted, Record):
        if isinstance(own, Whole) and wanted.entries.keys() - own.entries.keys():
            return False
        return all(
            can_become(own.entries[key], item, depth - 1) for key, item in wanted.entries.items() if key in own.entries
        )
    return True
