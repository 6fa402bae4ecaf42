"""Types of FEEL (DMN 1.5, 10.3.2.4 to 10.3.2.9): does a value conform, and the implicit conversions.

Item definitions of DMN become types here too: `Restricted` adds allowed values and `Record` named components.
"""

# ruff: noqa: ARG002  (every `holds` gets the depth and the run)

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from engine.feel.syntax import ContextOf, TypeName, TypeNode, TypeOf
from engine.feel.temporal import Date, DateTime, Time
from engine.feel.text import shown
from engine.feel.values import DEEPEST_VALUE, Function, Range, Value, feel_type

if TYPE_CHECKING:
    from engine.feel.run import Run


class FeelType(Protocol):
    """What a value may be."""

    @property
    def name(self) -> str:
        """As analysts call it."""
        ...

    def holds(self, value: Value, depth: int = DEEPEST_VALUE, run: Run | None = None) -> bool:
        """Whether a value that is not null conforms; allowed values are tested within the bounds of the run."""
        ...


@dataclass(frozen=True, slots=True)
class AnyType:
    """Every value."""

    name: str = "Any"

    def holds(self, value: Value, depth: int = DEEPEST_VALUE, run: Run | None = None) -> bool:
        """Whether it is a value at all."""
        return value is not None


@dataclass(frozen=True, slots=True)
class Simple:
    """One of the kinds of `feel_type`."""

    name: str

    def holds(self, value: Value, depth: int = DEEPEST_VALUE, run: Run | None = None) -> bool:
        """Whether the value is of that kind."""
        return feel_type(value) == self.name


@dataclass(frozen=True, slots=True)
class ListType:
    """A list of one type."""

    item: FeelType

    @property
    def name(self) -> str:
        """As analysts call it."""
        return f"list<{self.item.name}>"

    def holds(self, value: Value, depth: int = DEEPEST_VALUE, run: Run | None = None) -> bool:
        """Whether it is a list, each item null or of the type."""
        if not isinstance(value, list) or depth <= 0:
            return False
        if run is not None:
            run.charge(1 + len(value) // 8)
        return all(item is None or self.item.holds(item, depth - 1, run) for item in value)


@dataclass(frozen=True, slots=True)
class RangeType:
    """A range between two values of one type."""

    item: FeelType

    @property
    def name(self) -> str:
        """As analysts call it."""
        return f"range<{self.item.name}>"

    def holds(self, value: Value, depth: int = DEEPEST_VALUE, run: Run | None = None) -> bool:
        """Whether it is a range, each end open or of the type."""
        return isinstance(value, Range) and all(
            end is None or self.item.holds(end, depth - 1, run) for end in (value.start, value.end)
        )


@dataclass(frozen=True, slots=True)
class Record:
    """A context with at least these entries."""

    entries: Mapping[str, FeelType]
    label: str = ""

    @property
    def name(self) -> str:
        """As analysts call it."""
        return self.label or f"context<{', '.join(f'{key}: {item.name}' for key, item in self.entries.items())}>"

    def holds(self, value: Value, depth: int = DEEPEST_VALUE, run: Run | None = None) -> bool:
        """Whether it is a context that has each entry, null or of its type."""
        if not isinstance(value, dict) or depth <= 0:
            return False
        if run is not None:
            run.charge(1)
        return all(
            key in value and (value[key] is None or item.holds(value[key], depth - 1, run))
            for key, item in self.entries.items()
        )


@dataclass(frozen=True, slots=True)
class FunctionType:
    """A function that takes such arguments and gives such a result."""

    parameters: tuple[FeelType, ...]
    result: FeelType

    @property
    def name(self) -> str:
        """As analysts call it."""
        return f"function<{', '.join(item.name for item in self.parameters)}> -> {self.result.name}"

    def holds(self, value: Value, depth: int = DEEPEST_VALUE, run: Run | None = None) -> bool:
        """Whether it is a function with as many parameters and fitting types where they are declared."""
        if not isinstance(value, Function):
            return False
        if value.most is not None and not value.fewest <= len(self.parameters) <= value.most:
            return False
        declared = value.parameter_types
        if declared and len(declared) != len(self.parameters):
            return False
        fits = all(
            own is None or conforms(asked, own, depth - 1)
            for own, asked in zip(declared, self.parameters, strict=False)
        )
        return fits and (value.result_type is None or conforms(value.result_type, self.result, depth - 1))


@dataclass(frozen=True, slots=True)
class Restricted:
    """A type with allowed values."""

    name: str
    base: FeelType
    allows: Callable[[Value, Run | None], bool] = field(repr=False)
    choices: tuple[Callable[[Any, Value], bool | None], ...] = field(default=(), repr=False, compare=False)
    """The single tests, most wanted value first."""

    def holds(self, value: Value, depth: int = DEEPEST_VALUE, run: Run | None = None) -> bool:
        """Whether it conforms to the base and is allowed."""
        return self.base.holds(value, depth, run) and self.allows(value, run)


class Deferred(ABC):
    """A type that is named before it is defined."""

    @abstractmethod
    def known(self) -> FeelType:
        """The type, once defined."""


ANY = AnyType()
SIMPLE: Mapping[str, FeelType] = {
    name: Simple(name)
    for name in (
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
        "context",
        "list",
        "range",
        "function",
    )
}
BY_NAME: Mapping[str, FeelType] = {
    **SIMPLE,
    "Any": ANY,
    "dateTime": SIMPLE["date and time"],
    "dayTimeDuration": SIMPLE["days and time duration"],
    "yearMonthDuration": SIMPLE["years and months duration"],
}


def conforms(own: FeelType, wanted: FeelType, depth: int = 20) -> bool:
    """Whether each value of a type is a value of another (10.3.2.8)."""
    if own == wanted or isinstance(wanted, AnyType) or depth <= 0:
        return True
    if isinstance(own, Restricted):
        return conforms(own.base, wanted, depth - 1)
    if isinstance(own, ListType) and isinstance(wanted, ListType):
        return conforms(own.item, wanted.item, depth - 1)
    if isinstance(own, RangeType) and isinstance(wanted, RangeType):
        return conforms(own.item, wanted.item, depth - 1)
    if isinstance(own, Record) and isinstance(wanted, Record):
        return all(
            key in own.entries and conforms(own.entries[key], item, depth - 1) for key, item in wanted.entries.items()
        )
    if isinstance(own, FunctionType) and isinstance(wanted, FunctionType):
        return (
            len(own.parameters) == len(wanted.parameters)
            and all(conforms(b, a, depth - 1) for a, b in zip(own.parameters, wanted.parameters, strict=True))
            and conforms(own.result, wanted.result, depth - 1)
        )
    if isinstance(wanted, Simple):
        kinds = {ListType: "list", Record: "context", RangeType: "range", FunctionType: "function"}
        return kinds.get(type(own)) == wanted.name
    return False


def resolve(node: TypeNode, types: Mapping[str, FeelType]) -> FeelType | None:
    """The type that a text names; None when a name in it is unknown."""
    if isinstance(node, TypeName):
        return types.get(node.name) or BY_NAME.get(node.name)
    if isinstance(node, TypeOf):
        item = resolve(node.item, types)
        if item is None:
            return None
        return ListType(item) if node.kind == "list" else RangeType(item)
    if isinstance(node, ContextOf):
        entries = {key: resolve(entry, types) for key, entry in node.entries}
        known = {key: entry for key, entry in entries.items() if entry is not None}
        return Record(known) if len(known) == len(entries) else None
    parameters = tuple(resolve(parameter, types) for parameter in node.parameters)
    result = resolve(node.result, types)
    whole = tuple(parameter for parameter in parameters if parameter is not None)
    return None if result is None or len(whole) != len(parameters) else FunctionType(whole, result)


def unrestricted(kind: FeelType) -> FeelType:
    """A type without its allowed values, which `instance of` does not ask."""
    while isinstance(kind, Restricted):
        kind = kind.base
    if isinstance(kind, ListType):
        return ListType(unrestricted(kind.item))
    return kind


UNFIT: object = object()
"""What `coerce` gives for a value that neither conforms nor can be converted."""


def coerce(value: Value, wanted: FeelType, run: Run | None = None) -> Value:
    """The value as the type wants it (10.3.2.9.4): itself, a one-item list, the one item of a list, midnight of a day.

    Null stays null. Gives UNFIT when there is no such conversion.
    """
    if value is None or wanted.holds(value, DEEPEST_VALUE, run):
        return value
    if (
        isinstance(value, list)
        and len(value) == 1
        and value[0] is not None
        and wanted.holds(value[0], DEEPEST_VALUE, run)
    ):
        return value[0]
    if not isinstance(value, list) and wanted.holds([value], DEEPEST_VALUE, run) and not isinstance(wanted, AnyType):
        return [value]
    if isinstance(value, Date):
        midnight = DateTime(value, Time(0, 0, 0, 0, 0))
        if wanted.holds(midnight, DEEPEST_VALUE, run):
            return midnight
    return UNFIT


def misfit(what: str, wanted: FeelType, value: Value) -> str:
    """What to say of a value that does not conform: what expects which type, and what was found."""
    return f"{what} expects a {wanted.name}, found {shown(value)}."
