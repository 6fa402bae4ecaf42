"""Variables: which are seen from where, and where a value goes.

A variable is set in the nearest scope that has it, else in the process's own scope (the propagation of Zeebe). Scopes
are those of the process, of a called process (which sees nothing of its caller), and of any activity that got variables
of its own by an input mapping, a multi-instance element or the data of an event. Values are FEEL values and are never
changed in place; names are data, never code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.kernel.expressions import Evaluator
from engine.bpmn.kernel.plan import Assigned
from engine.bpmn.kernel.port import VariablesUnfit
from engine.feel import admit, decode, encode

if TYPE_CHECKING:
    from engine.bpmn.kernel.token import Token


class Variables:
    """The variables of one scope; decoded when first read, encoded when changed."""

    __slots__ = ("_text", "_values", "written")

    def __init__(self, values: dict[str, Any] | None = None, text: str | None = None) -> None:
        self.written: dict[str, None] = {}
        """Names set since these variables were made; kept in the snapshot for called processes only."""
        self._values = values if text is None else None
        self._text = text

    @property
    def values(self) -> dict[str, Any]:
        """All of them, by name; changed by `set` alone."""
        if self._values is None:
            self._values = {} if self._text is None else dict(decode(self._text))
        return self._values

    def set(self, name: str, value: Any) -> None:
        """Give a variable a value."""
        values = self.values
        values[name] = value
        self.written[name] = None
        self._text = None

    def update(self, values: Mapping[str, Any]) -> None:
        """Give several variables values."""
        for name, value in values.items():
            self.set(name, value)

    def copy(self) -> Variables:
        """The same variables, to go back to."""
        return Variables(None if self._values is None else dict(self._values), self._text)

    def text(self) -> str:
        """The encoded form."""
        if self._text is None:
            self._text = encode(self._values or {})
        return self._text


def admitted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Variables from outside as FEEL values. Raises VariablesUnfit."""
    try:
        return {str(name): admit(value) for name, value in values.items()}
    except (TypeError, ValueError, RecursionError) as unfit:
        raise VariablesUnfit(
            f"A variable is no value of FEEL: {unfit}.",
            remedy="Send texts, numbers, booleans, dates, durations, lists and contexts only, not nested too deep.",
        ) from unfit


class Visible(Mapping[str, Any]):
    """What an expression sees: several scopes, the nearest first."""

    __slots__ = ("_layers",)

    def __init__(self, layers: list[Mapping[str, Any]]) -> None:
        self._layers = layers

    def __getitem__(self, name: str) -> Any:
        for layer in self._layers:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in layer for layer in self._layers)

    def __iter__(self) -> Iterator[str]:
        return iter(self.flat())

    def __len__(self) -> int:
        return len(self.flat())

    def flat(self) -> dict[str, Any]:
        """One mapping of all."""
        together: dict[str, Any] = {}
        for layer in reversed(self._layers):
            together.update(layer)
        return together


def visible(token: Token, over: Mapping[str, Any] | None = None) -> Visible:
    """What is seen from a token; `over` lies on top."""
    layers: list[Mapping[str, Any]] = [] if over is None else [over]
    tasks = token.workflow.tasks
    if token.variables is not None:
        layers.append(token.variables.values)
    here = token
    while here.owner != here.id:
        here = tasks[here.owner]
        if here.inner is not None:
            layers.append(here.inner.values)
            break
        if here.variables is not None:
            layers.append(here.variables.values)
    return Visible(layers)


def seen_inside(owner: Token) -> Visible:
    """What is seen from inside the scope that a token owns."""
    if owner.inner is not None:
        return Visible([owner.inner.values])
    return visible(owner)


def merge(token: Token, values: Mapping[str, Any], *, own: bool = True) -> None:
    """Set variables from a token's place: each in the nearest scope that has it, else in the process's.

    `own` says whether the token's own scope counts (what was mapped in is not changed outside), or only those around.
    """
    if not values:
        return
    scopes: list[Variables] = [token.variables] if own and token.variables is not None else []
    tasks = token.workflow.tasks
    here = token
    while here.owner != here.id:
        here = tasks[here.owner]
        if here.inner is not None:
            scopes.append(here.inner)
            break
        if here.variables is not None:
            scopes.append(here.variables)
    last = scopes[-1]
    for name, value in values.items():
        for scope in scopes:
            if scope is last or name in scope.values:
                scope.set(name, value)
                break


def assign(lines: tuple[Assigned, ...], token: Token, evaluator: Evaluator, *, onto_existing: bool) -> dict[str, Any]:
    """The variables an input or output mapping gives; a line sees the targets of those before it. Raises Fault."""
    given: dict[str, Any] = {}
    scope = visible(token, over=given)
    for line in lines:
        value = evaluator.value(line.source, scope)
        name, path = line.target[0], line.target[1:]
        if path:
            base = scope.get(name) if onto_existing or name in given else None
            value = _put(base, path, value)
        given[name] = value
    return given


def _put(context: Any, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A context in which the entry at a path has the value; all others stay."""
    outer: dict[str, Any] = dict(context) if isinstance(context, Mapping) else {}
    here = outer
    for name in path[:-1]:
        below = here.get(name)
        here[name] = dict(below) if isinstance(below, Mapping) else {}
        here = here[name]
    here[path[-1]] = value
    return outer
