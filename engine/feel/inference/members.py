"""What reaching into a value gives: `a.b`, and the names that the condition of a filter sees (DMN 1.5, 10.3.2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.feel.inference.kinds import Whole, kinds_of, one_of, options_of
from engine.feel.inference.scope import Names
from engine.feel.paths import MEMBERS
from engine.feel.types import ANY, SIMPLE, FeelType, ListType, Record

_PROPERTIES: Final[Mapping[str, FeelType]] = {
    "time offset": SIMPLE["days and time duration"],
    "timezone": SIMPLE["string"],
    "start included": SIMPLE["boolean"],
    "end included": SIMPLE["boolean"],
    "start": ANY,
    "end": ANY,
}
"""Types of the properties of temporal values and ranges; the others are numbers."""


@dataclass(frozen=True, slots=True)
class NoMember:
    """A value that has no such entry or property."""

    known: frozenset[str]
    """What it has."""
    is_certain: bool
    """Whether it can have no others: a context of a declared type can."""


def member_of(source: FeelType, name: str) -> FeelType | NoMember:
    """The type of `source.name`; of a list, that of each item."""
    found: list[FeelType] = []
    known: set[str] = set()
    is_certain = True
    for option in options_of(source):
        if isinstance(option, ListType):
            of_items = member_of(option.item, name) if kinds_of(option.item) else option.item
            if isinstance(of_items, NoMember):
                known |= of_items.known
                is_certain = is_certain and of_items.is_certain
            else:
                found.append(ListType(of_items))
        elif isinstance(option, Record):
            known |= option.entries.keys()
            if name in option.entries:
                found.append(option.entries[name])
            is_certain = is_certain and isinstance(option, Whole)
        elif kinds_of(option) & {"context", "list"}:
            return ANY
        elif any((kind, name) in MEMBERS for kind in kinds_of(option)):
            found.append(_PROPERTIES.get(name, SIMPLE["number"]))
        else:
            known |= {member for kind, member in MEMBERS if kind in kinds_of(option)}
    if not found:
        return NoMember(frozenset(known), is_certain)
    return one_of(found) if is_certain or len(found) == len(options_of(source)) else ANY


def within_item(item: FeelType, names: Names) -> Names:
    """What the condition of a filter sees: the entries of the item, `item`, and all around (10.3.2.5)."""
    item = item if kinds_of(item) else ANY
    around = names.within({"item": item})
    entries: dict[str, FeelType] = {}
    is_open = is_doubted = False
    for option in options_of(item):
        if isinstance(option, Record):
            is_doubted = is_doubted or not isinstance(option, Whole)
            for key, kind in option.entries.items():
                entries[key] = one_of([entries[key], kind]) if key in entries else kind
        elif "context" in kinds_of(option):
            is_open = True
    if is_open or len(options_of(item)) > 1:
        entries = dict.fromkeys(entries, ANY)
    return around.within(entries, is_open=is_open or is_doubted, is_doubted=not is_open)
