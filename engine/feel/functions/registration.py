"""How a built-in function is written down: its signature as the standard prints it, then a Python body.

    @built_in("substring(string: string, start position: number, length?: number)")

`?` after a name makes the parameter optional, `|null` after a kind admits null; otherwise null, or a value of another
kind, gives null with a warning. `*name` takes one list or any number of arguments, `*name: each` only the latter. One
name may have several signatures; the first whose arguments fit is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from engine.feel.run import Run
from engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from engine.feel.text import shown
from engine.feel.values import CHARACTERS_PER_OPERATION, Function, Range, Value

Body: TypeAlias = Callable[..., Value]

_KINDS: dict[str, tuple[type, ...]] = {
    "any": (object,),
    "each": (object,),
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "list": (list,),
    "context": (dict,),
    "date": (Date,),
    "time": (Time,),
    "date and time": (DateTime,),
    "day": (Date, DateTime),
    "days duration": (DaysDuration,),
    "duration": (DaysDuration, MonthsDuration),
    "range": (Range,),
    "function": (Function,),
    "point": (Decimal, str, Date, Time, DateTime, DaysDuration, MonthsDuration),
}
_PARAMETER = re.compile(r"(\*?)([a-zA-Z0-9 ]+?)(\?)?(?:: ([a-z ]+?)(\|null)?)?")

UNACCEPTED: Any = object()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of one signature."""

    name: str
    kind: str
    optional: bool
    nullable: bool
    many: bool

    def accept(self, value: Value) -> Value:
        """The value as the kind wants it; UNACCEPTED when it does not fit."""
        if value is None:
            return None if self.nullable else UNACCEPTED
        kinds = _KINDS[self.kind]
        if isinstance(value, kinds):
            return value
        if self.kind == "list":
            return [value]
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], kinds):
            return value[0]
        return UNACCEPTED


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    parameters: tuple[Parameter, ...]
    body: Body

    @property
    def fewest(self) -> int:
        """Fewest arguments."""
        return sum(not parameter.optional for parameter in self.parameters)

    def takes(self, count: int) -> bool:
        """Whether so many arguments fit, whatever they are."""
        many = bool(self.parameters) and self.parameters[-1].many
        return self.fewest <= count and (many or count <= len(self.parameters))

    def accept(self, arguments: Sequence[Value]) -> list[Value] | int:
        """The arguments as the kinds want them, or the place of the first that does not fit."""
        if self.parameters and self.parameters[-1].many:
            return self._accept_many(arguments)
        if not self.fewest <= len(arguments) <= len(self.parameters):
            return len(arguments)
        accepted: list[Value] = []
        for place, (parameter, argument) in enumerate(zip(self.parameters, arguments, strict=False)):
            value = parameter.accept(argument)
            if value is UNACCEPTED:
                return place
            accepted.append(value)
        return accepted

    def _accept_many(self, arguments: Sequence[Value]) -> list[Value] | int:
        fixed = len(self.parameters) - 1
        accepted: list[Value] = []
        for place, parameter in enumerate(self.parameters[:-1]):
            value = parameter.accept(arguments[place]) if place < len(arguments) else UNACCEPTED
            if value is UNACCEPTED:
                return place
            accepted.append(value)
        many = list(arguments[fixed:])
        if not many:
            return len(arguments)
        if fixed == 0 and len(many) == 1 and self.parameters[-1].kind != "each":
            if many[0] is None:
                return 0
            return [many[0] if isinstance(many[0], list) else many]
        return [*accepted, many]


def _parameter(text: str) -> Parameter:
    match = _PARAMETER.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"expected a parameter, found {text!r}")
    kind = match[4] or "any"
    return Parameter(match[2], kind, bool(match[3]), kind in ("any", "each") or bool(match[5]), bool(match[1]))


class Family:
    """The functions of one module."""

    def __init__(self) -> None:
        self._signatures: dict[str, list[Signature]] = {}

    def built_in(self, text: str) -> Callable[[Body], Body]:
        """Register a body under a signature as the standard prints it."""
        name, _, inside = text.partition("(")
        parameters = tuple(_parameter(part) for part in inside.rstrip(")").split(",") if part.strip())

        def register(body: Body) -> Body:
            self._signatures.setdefault(name, []).append(Signature(parameters, body))
            return body

        return register

    def signatures(self) -> dict[str, tuple[Signature, ...]]:
        """All signatures by name."""
        return {name: tuple(signatures) for name, signatures in self._signatures.items()}

    def functions(self) -> dict[str, Function]:
        """All functions by name."""
        return {name: _function(name, signatures) for name, signatures in self._signatures.items()}


def _function(name: str, signatures: list[Signature]) -> Function:
    many = any(signature.parameters and signature.parameters[-1].many for signature in signatures)

    return Function(
        name,
        tuple(tuple(parameter.name for parameter in signature.parameters) for signature in signatures),
        _body(name, signatures),
        min(signature.fewest for signature in signatures),
        None if many else max(len(signature.parameters) for signature in signatures),
        bodies=tuple(
            _body(name, [other for other in signatures if _alike(other, signature)]) for signature in signatures
        ),
    )


def _alike(one: Signature, other: Signature) -> bool:
    """Whether two signatures have the same names."""
    return [parameter.name for parameter in one.parameters] == [parameter.name for parameter in other.parameters]


def _body(name: str, signatures: list[Signature]) -> Callable[[Run, Sequence[Value]], Value]:
    def body(run: Run, arguments: Sequence[Value]) -> Value:
        for argument in arguments:
            kind = argument.__class__
            if kind is str:
                if len(argument) > CHARACTERS_PER_OPERATION:
                    run.charge(len(argument) // CHARACTERS_PER_OPERATION)
            elif kind is list or kind is dict:
                run.charge(len(argument) // 8)
        furthest = -1
        refused: Signature = signatures[0]
        for signature in signatures:
            accepted = signature.accept(arguments)
            if not isinstance(accepted, int):
                return signature.body(run, *accepted)
            if accepted > furthest and signature.takes(len(arguments)):
                furthest, refused = accepted, signature
        if furthest < 0:
            return run.null("arguments", f"{name}() has no form for {len(arguments)} arguments.")
        return _refuse(run, name, refused, furthest, arguments)

    return body


def _refuse(run: Run, name: str, signature: Signature, place: int, arguments: Sequence[Value]) -> None:
    if place >= len(arguments) or place >= len(signature.parameters):
        return run.null("arguments", f"{name}() has no form for {len(arguments)} arguments.")
    parameter = signature.parameters[place]
    found = shown(arguments[place])
    kind = "list" if parameter.many else parameter.kind
    return run.null("argument-type", f"{name}() expects a {kind} as `{parameter.name}`, found {found}.")
