"""Calling functions: arguments in order or by name, types of parameters, bounds (DMN 1.5, 10.3.2.13.3 and 10.3.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.feel.run import Env, Run
from engine.feel.types import UNFIT, FeelType, coerce, misfit
from engine.feel.values import Function, Value


def call(
    run: Run,
    function: Function,
    arguments: Sequence[Value],
    at: int | None = None,
    body: Callable[[Run, Sequence[Value]], Value] | None = None,
) -> Value:
    """The value of a function for arguments in order; null with a warning when their number is wrong."""
    count = len(arguments)
    if count < function.fewest or (function.most is not None and count > function.most):
        return run.null("arguments", f"{function.name}() expects {_wanted(function)}, found {count} arguments.", at)
    run.enter()
    try:
        return (body or function.body)(run, arguments)
    finally:
        run.depth -= 1


def call_by_name(
    run: Run, function: Function, names: Sequence[str], values: Sequence[Value], at: int | None = None
) -> Value:
    """The value of a function for arguments by name; null with a warning when a name does not fit."""
    chosen = _ordered(function, names, values)
    if chosen is None:
        known = " or ".join(f"({', '.join(signature)})" for signature in function.signatures)
        given = ", ".join(names)
        return run.null("arguments", f"{function.name}() expects the parameters {known}, found ({given}).", at)
    place, ordered = chosen
    return call(run, function, ordered, at, function.bodies[place] if function.bodies else None)


def _wanted(function: Function) -> str:
    if function.most is None:
        return f"at least {function.fewest} arguments"
    if function.most == function.fewest:
        return f"{function.most} arguments"
    return f"{function.fewest} to {function.most} arguments"


def _ordered(function: Function, names: Sequence[str], values: Sequence[Value]) -> tuple[int, list[Value]] | None:
    given = dict(zip(names, values, strict=True))
    if len(given) != len(names):
        return None
    fitting = [signature for signature in function.signatures if given.keys() <= set(signature)]
    if not fitting:
        return None
    # before(point, range) and before(range, point) differ in nothing but the order written.
    signature = next((s for s in fitting if s[: len(names)] == tuple(names)), fitting[0])
    last = max((signature.index(name) for name in names), default=-1)
    if any(name not in given for name in signature[: min(function.fewest, len(signature))]):
        return None
    return function.signatures.index(signature), [given.get(name) for name in signature[: last + 1]]


def written_function(
    parameters: Sequence[tuple[str, FeelType | None]],
    body: Callable[[Env], Value],
    env: Env | None,
    *,
    name: str = "",
    result_type: FeelType | None = None,
) -> Function:
    """A function written in FEEL, which sees the names around it. Arguments and result are coerced to their types."""
    names = tuple(name for name, _ in parameters)
    types = tuple(kind for _, kind in parameters)
    typed = any(kind is not None for kind in types)
    told = name or "the function"

    def evaluate(run: Run, arguments: Sequence[Value]) -> Value:
        values = list(arguments)
        if typed:
            for place, kind in enumerate(types):
                if kind is None:
                    continue
                values[place] = coerce(arguments[place], kind, run)
                if values[place] is UNFIT:
                    return run.null("argument-type", misfit(f"`{names[place]}` of {told}", kind, arguments[place]))
        result = body(Env(dict(zip(names, values, strict=True)), env, run))
        if result_type is not None:
            fitting = coerce(result, result_type, run)
            if fitting is UNFIT:
                return run.null("result-type", misfit(f"The result of {told}", result_type, result))
            return fitting
        return result

    return Function(name, (names,), evaluate, len(names), len(names), types if typed else (), result_type)


def external_function(parameters: Sequence[str], *, name: str = "", at: int | None = None) -> Function:
    """A function that the model leaves to another language (10.2.1.7): never run, null with the reason when called."""
    problem = f"{name or 'The function'} is external (Java, PMML) and is not run: write it in FEEL."

    def refuse(run: Run, _arguments: Sequence[Value]) -> Value:
        return run.null("external-function", problem, at)

    return Function(name, (tuple(parameters),), refuse, len(parameters), len(parameters))
