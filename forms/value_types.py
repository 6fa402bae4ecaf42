"""The FEEL types of a form's values: what models and the form's own expressions may take for certain."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from engine.feel.types import ANY, SIMPLE, FeelType, ListType, Record
from forms.form import Form
from forms.model import (
    AnyComponent,
    Checkbox,
    Choice,
    DateTimeInput,
    FilePicker,
    Input,
    NumberInput,
    TextInput,
)
from forms.scope import Scope, Slot

_KINDS: Final[dict[type, FeelType]] = {
    str: SIMPLE["string"],
    bool: SIMPLE["boolean"],
    Decimal: SIMPLE["number"],
}


def value_types(form: Form) -> Record:
    """The values of a form as a context."""
    return types_of(form.scope)


def types_of(scope: Scope) -> Record:
    """The values of a form, or of a row of a list, as a context; dates and times are texts in it."""
    entries: dict[str, FeelType] = {}
    for slot in scope.slots:
        _enter(entries, slot.path, _type_of(slot))
    return Record(entries, "form")


def _enter(entries: dict[str, FeelType], path: tuple[str, ...], kind: FeelType) -> None:
    if len(path) == 1:
        entries[path[0]] = kind
        return
    outer = entries.get(path[0])
    inner = dict(outer.entries) if isinstance(outer, Record) else {}
    _enter(inner, path[1:], kind)
    entries[path[0]] = Record(inner, path[0])


def _type_of(slot: Slot) -> FeelType:
    component: AnyComponent = slot.component
    if slot.rows is not None:
        return ListType(types_of(slot.rows))
    # What is only shown comes from a variable, which may be of another kind.
    if not isinstance(component, Input) or component.read_only is not False:
        return ANY
    match component:
        case TextInput() | DateTimeInput():
            return SIMPLE["string"]
        case NumberInput(as_text=as_text):
            return SIMPLE["string"] if as_text else SIMPLE["number"]
        case Checkbox():
            return SIMPLE["boolean"]
        case FilePicker():
            return ListType(SIMPLE["string"])
        case Choice(many=many, options=options, options_from=None):
            kind = _of_values(option.value for option in options)
            return ListType(kind) if many else kind
        case _:
            return ANY


def _of_values(values: Iterable[object]) -> FeelType:
    kinds = {_KINDS.get(type(value), ANY).name: _KINDS.get(type(value), ANY) for value in values}
    return next(iter(kinds.values())) if len(kinds) == 1 else ANY
