"""Item definitions as types of FEEL (DMN 1.5, 7.3.2 and 10.3.2.9): components, collections, allowed values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.dmn.model import ItemDefinition, Spot, Text
from engine.feel.expression import UnaryTests
from engine.feel.run import Env, Run
from engine.feel.types import (
    ANY,
    BY_NAME,
    Deferred,
    FeelType,
    FunctionType,
    ListType,
    Record,
    Restricted,
)
from engine.feel.values import DEEPEST_VALUE, Value

ParseTests = Callable[[Text], UnaryTests | None]
NoteUnknown = Callable[[str, Spot], None]
"""Told of a type that nobody knows, and where it is named."""
LONGEST_REFERENCE = 50
"""Item definitions that name each other in a row."""


def _nobody_told(_name: str, _spot: Spot) -> None:
    """Before there is anything to learn."""


class Types:
    """The types of one model by name, those of imported models under `import.name`."""

    def __init__(self) -> None:
        self._types: dict[str, FeelType] = {}
        self._unknown: NoteUnknown = _nobody_told

    @property
    def by_name(self) -> Mapping[str, FeelType]:
        """All, for `instance of` and parameters."""
        return self._types

    def learn(
        self,
        items: tuple[ItemDefinition, ...],
        parse: ParseTests,
        imported: Mapping[str, FeelType],
        unknown: NoteUnknown,
    ) -> None:
        """Build the types of a model's item definitions. They may name each other in any order."""
        self._unknown = unknown
        self._types.update(imported)
        for item in items:
            self._types[item.name] = _Later(item.name, self)
        self._types.update({item.name: self._build(item, parse) for item in items})

    def find(self, type_ref: str | None) -> FeelType | None:
        """The type of a reference; None when it is unknown."""
        return find_type(type_ref, self._types)

    def _build(self, item: ItemDefinition, parse: ParseTests) -> FeelType:
        if item.function_parameters is not None:
            parameters = tuple(self._named(parameter.type_ref, item) for parameter in item.function_parameters)
            return FunctionType(parameters, self._named(item.function_result, item))
        kind: FeelType
        if item.components:
            kind = Record({part.name: self._build(part, parse) for part in item.components}, item.name)
        else:
            kind = self._named(item.type_ref, item)
        kind = self._restrict(item, kind, item.allowed, parse)
        if item.is_collection:
            kind = ListType(kind)
        return self._restrict(item, kind, item.constraint, parse)

    def _named(self, type_ref: str | None, item: ItemDefinition) -> FeelType:
        kind = self.find(type_ref)
        if kind is None:
            self._unknown(type_ref or "", item.spot)
        return ANY if kind is None else kind

    def _restrict(self, item: ItemDefinition, kind: FeelType, tests: Text | None, parse: ParseTests) -> FeelType:
        parsed = None if tests is None or not tests.text.strip() else parse(tests)
        if parsed is None:
            return kind
        run_tests = parsed.run

        def allows(value: Value, run: Run | None) -> bool:
            run = run or Run()
            outside, noted = run.types, len(run.warnings)
            run.types = self._types
            try:
                return run_tests(Env({"?": value}, None, run), value) is True
            finally:
                run.types = outside
                del run.warnings[noted:]

        return Restricted(item.name, kind, allows, parsed.each)


def find_type(type_ref: str | None, types: Mapping[str, FeelType]) -> FeelType | None:
    """The type of a reference such as `feel:string`, `tPerson` or `lib.tPerson`; None when it is unknown."""
    if not type_ref:
        return ANY
    found = types.get(type_ref) or BY_NAME.get(type_ref)
    if found is None and ":" in type_ref:
        prefix, _, local = type_ref.rpartition(":")
        found = types.get(f"{prefix}.{local}") or types.get(local) or BY_NAME.get(local) or _XSD.get(local)
    return found


_XSD: Mapping[str, FeelType] = {
    "integer": BY_NAME["number"],
    "decimal": BY_NAME["number"],
    "double": BY_NAME["number"],
    "dateTime": BY_NAME["date and time"],
}


class _Later(Deferred):
    """A type that is named before it is built."""

    def __init__(self, name: str, types: Types) -> None:
        self.name = name
        self._types = types

    def known(self) -> FeelType:
        """The type, once built; Any when names only name each other."""
        found: FeelType = self
        for _ in range(LONGEST_REFERENCE):
            if not isinstance(found, _Later):
                return found
            found = self._types.by_name[found.name]
        return ANY

    def holds(self, value: Value, depth: int = DEEPEST_VALUE, run: Run | None = None) -> bool:
        """Whether a value conforms."""
        return self.known().holds(value, depth - 1, run) if depth > 0 else False
