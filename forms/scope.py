"""Where the answers of a form go: the keys of one level, flat, with all conditions that stand around each.

A form is a tree of groups for the eye; for validation it is a list of slots a scope. A scope is the form itself or the
rows of one dynamic list. Built once, when the form is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from forms.expressions import Expression
from forms.model import AnyComponent, Computed, DynamicList, Group, Input

Tree: TypeAlias = dict[str, Any]
"""Names to deeper trees, or to the number of a slot."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for a value in a scope."""

    path: tuple[str, ...]
    component: Any
    """An Input, a Computed or a DynamicList."""
    gates: tuple[Expression, ...]
    """Conditions under which it is hidden: its own and those of the groups around it."""
    rows: Scope | None = None
    """The scope of a dynamic list's rows."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The slots of one level and the names that may stand there."""

    slots: tuple[Slot, ...]
    tree: Mapping[str, Any]


def scope_of(components: Iterable[AnyComponent]) -> Scope:
    """The scope that a row of components makes."""
    slots: list[Slot] = []
    _gather(components, (), (), slots)
    tree: Tree = {}
    for number, slot in enumerate(slots):
        here = tree
        for name in slot.path[:-1]:
            here = here.setdefault(name, {})
        here[slot.path[-1]] = number
    return Scope(tuple(slots), tree)


def _gather(
    components: Iterable[AnyComponent], prefix: tuple[str, ...], gates: tuple[Expression, ...], slots: list[Slot]
) -> None:
    for component in components:
        inner = gates if component.hide is None else (*gates, component.hide)
        if isinstance(component, Group):
            _gather(component.components, prefix + component.path, inner, slots)
        elif isinstance(component, DynamicList):
            slots.append(Slot(prefix + component.path, component, inner, scope_of(component.components)))
        elif isinstance(component, Input | Computed):
            slots.append(Slot(prefix + component.key, component, inner))


def value_at(values: Any, path: tuple[str, ...]) -> Any:
    """The value under a path of names; None where there is none."""
    for name in path:
        if not isinstance(values, Mapping):
            return None
        values = values.get(name)
    return values


def put(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set a value under a path of names, making the contexts between."""
    for name in path[:-1]:
        values = values.setdefault(name, {})
    values[path[-1]] = value
