"""What the built-in functions give (DMN 1.5, 10.3.4): a type by name, or made from the arguments' types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from engine.feel.inference.kinds import item_of, one_of
from engine.feel.types import ANY, SIMPLE, FeelType, ListType

Result: TypeAlias = FeelType | Callable[[Sequence[FeelType]], FeelType]


def _by_kind(kind: str, names: str) -> dict[str, Result]:
    return {name.strip(): SIMPLE[kind] for name in names.split(",")}


def _listed(arguments: Sequence[FeelType]) -> FeelType:
    """The first argument as a list."""
    return ListType(item_of(arguments[0])) if arguments else SIMPLE["list"]


def _joined(arguments: Sequence[FeelType]) -> FeelType:
    """The items of all arguments."""
    return ListType(one_of(item_of(argument) for argument in arguments))


def _appended(arguments: Sequence[FeelType]) -> FeelType:
    return ListType(one_of([item_of(arguments[0]), *arguments[1:]])) if arguments else SIMPLE["list"]


def _of_items(arguments: Sequence[FeelType]) -> FeelType:
    """One of the arguments, or of the items of the only one."""
    return item_of(arguments[0]) if len(arguments) == 1 else one_of(arguments)


RESULTS: Final[Mapping[str, Result]] = {
    **_by_kind(
        "number",
        "number, count, string length, decimal, floor, ceiling, round up, round down, round half up, round half down, "
        "modulo, sqrt, log, exp, day of year, week of year",
    ),
    **_by_kind(
        "string",
        "string, substring, upper case, lower case, substring before, substring after, string join, replace, "
        "day of week, month of year",
    ),
    **_by_kind(
        "boolean",
        "list contains, not, all, any, is, odd, even, contains, starts with, ends with, matches, before, after, meets, "
        "met by, overlaps, overlaps before, overlaps after, finishes, finished by, includes, during, starts, "
        "started by, coincides",
    ),
    **_by_kind("date", "date, today"),
    **_by_kind("time", "time"),
    **_by_kind("date and time", "date and time, now"),
    **_by_kind("years and months duration", "years and months duration"),
    **_by_kind("context", "context, context put, context merge"),
    **_by_kind("range", "range"),
    "duration": one_of([SIMPLE["days and time duration"], SIMPLE["years and months duration"]]),
    "split": ListType(SIMPLE["string"]),
    "index of": ListType(SIMPLE["number"]),
    "get entries": ListType(SIMPLE["context"]),
    **dict.fromkeys(("sublist", "remove", "reverse", "distinct values", "duplicate values", "sort"), _listed),
    **dict.fromkeys(("concatenate", "union"), _joined),
    "append": _appended,
    **dict.fromkeys(("min", "max"), _of_items),
}
"""Functions that are not named give anything."""


def result_of(name: str, arguments: Sequence[FeelType]) -> FeelType:
    """What a built-in function gives for arguments of some types, in the order of its parameters."""
    found = RESULTS.get(name, ANY)
    return found(arguments) if callable(found) else found
