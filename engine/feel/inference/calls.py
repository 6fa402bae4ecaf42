"""Calls seen beforehand: number, names and types of arguments (DMN 1.5, 10.3.2.13.3 and 10.3.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.feel.functions import SIGNATURES
from engine.feel.functions.registration import Parameter, Signature
from engine.feel.inference.kinds import EVERY, can_become, item_of, kinds_of, told
from engine.feel.inference.results import result_of
from engine.feel.types import ANY, FeelType, FunctionType

_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "any": EVERY,
    "each": EVERY,
    "day": frozenset({"date", "date and time"}),
    "days duration": frozenset({"days and time duration"}),
    "duration": frozenset({"days and time duration", "years and months duration"}),
    "point": EVERY - {"boolean", "list", "context", "range", "function"},
}
"""Kinds of a parameter as `engine.feel.functions.registration` names them; all others are their own."""


@dataclass(frozen=True, slots=True)
class NamedFunction(FunctionType):
    """A function whose parameters have names."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a call gives null whatever comes."""

    rule: str
    message: str
    remedy: str
    argument: int | None = None
    """Place of the argument at fault, from 0."""


def built_in_call(name: str, arguments: Sequence[FeelType], names: Sequence[str] | None) -> FeelType | Misfit:
    """What a call of a built-in function gives, or why it cannot give anything."""
    signatures = SIGNATURES[name]
    if names is None:
        fitting = [one for one in signatures if one.takes(len(arguments))]
        ordered = list(arguments)
        if not fitting:
            return _wrong_number(name, _forms(name, signatures), len(arguments))
        faults = [_first_misfit(one, arguments) for one in fitting]
    else:
        fitting = [one for one in signatures if set(names) <= {parameter.name for parameter in one.parameters}]
        if not fitting or len(set(names)) < len(names):
            return _wrong_names(name, _forms(name, signatures), names)
        given = dict(zip(names, arguments, strict=True))
        fitting = [one for one in fitting if all(p.optional or p.name in given for p in one.parameters)]
        if not fitting:
            return _wrong_names(name, _forms(name, signatures), names)
        faults = [_first_misfit_by_name(one, given, names) for one in fitting]
        ordered = [given.get(parameter.name, ANY) for parameter in fitting[0].parameters]
    if None in faults:
        return result_of(name, ordered)
    place, parameter = max((fault for fault in faults if fault is not None), key=lambda fault: fault[0])
    found = told(arguments[place])
    wanted = "list" if parameter.many else parameter.kind
    return Misfit(
        "argument-type",
        f"{name}() expects a {wanted} as `{parameter.name}`, found {found}: it always gives null.",
        "Convert the value, or pass another one.",
        place,
    )


def function_call(
    callee: str, function: FunctionType, arguments: Sequence[FeelType], names: Sequence[str] | None
) -> FeelType | Misfit:
    """What a call of a function of the model gives, or why it cannot give anything."""
    known = function.names if isinstance(function, NamedFunction) else ()
    form = f"{callee}({', '.join(known)})"
    if len(arguments) != len(function.parameters):
        return _wrong_number(callee, form if known else f"{len(function.parameters)} arguments", len(arguments))
    places = list(range(len(arguments)))
    if names is not None and known:
        if set(names) != set(known):
            return _wrong_names(callee, form, names)
        places = [known.index(name) for name in names]
    for place, (argument, parameter) in enumerate(zip(arguments, places, strict=True)):
        wanted = function.parameters[parameter]
        if not can_become(argument, wanted):
            name = f"`{known[parameter]}`" if known else f"argument {parameter + 1}"
            return Misfit(
                "argument-type",
                f"{callee}() expects {told(wanted)} as {name}, found {told(argument)}: it always gives null.",
                "Convert the value, or pass another one.",
                place,
            )
    return function.result


def _first_misfit(signature: Signature, arguments: Sequence[FeelType]) -> tuple[int, Parameter] | None:
    last = len(signature.parameters) - 1
    for place, argument in enumerate(arguments):
        parameter = signature.parameters[min(place, last)]
        if not (parameter.many or _accepts(parameter, argument)):
            return place, parameter
    return None


def _first_misfit_by_name(
    signature: Signature, given: Mapping[str, FeelType], names: Sequence[str]
) -> tuple[int, Parameter] | None:
    for parameter in signature.parameters:
        if parameter.name in given and not (parameter.many or _accepts(parameter, given[parameter.name])):
            return names.index(parameter.name), parameter
    return None


def _accepts(parameter: Parameter, argument: FeelType) -> bool:
    """Whether some argument of the type is taken, as `Parameter.accept` does it: also the one item of a list."""
    kinds = kinds_of(argument)
    if not kinds:
        return parameter.nullable
    accepted = _KINDS.get(parameter.kind, frozenset({parameter.kind}))
    if parameter.kind == "list" or kinds & accepted:
        return True
    return "list" in kinds and bool(kinds_of(item_of(argument)) & accepted)


def _forms(name: str, signatures: Sequence[Signature]) -> str:
    forms = dict.fromkeys(f"{name}({', '.join(p.name for p in one.parameters)})" for one in signatures)
    return " or ".join(forms)


def _wrong_number(callee: str, form: str, count: int) -> Misfit:
    found = f"{count} argument{'s' * (count != 1)}"
    return Misfit("arguments", f"{callee}() expects {form}, found {found}.", "Pass what the function asks for.")


def _wrong_names(callee: str, form: str, names: Sequence[str]) -> Misfit:
    found = ", ".join(names)
    return Misfit(
        "arguments", f"{callee}() expects {form}, found ({found}).", "Name the parameters as the function does."
    )
