"""Which files the values of a form name: the keys, where they stand, and what kinds the form takes there.

Whether these files exist, whose they are and what they hold, is asked by who keeps them (`engine.runtime.attach`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.form import Form
from forms.model import DynamicList, FilePicker
from forms.scope import Scope, value_at


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """What one file picker was given."""

    path: str
    """JSON pointer within the answers."""
    keys: tuple[str, ...]
    accept: tuple[str, ...]
    """Endings and media types that are taken; all where there are none."""


def files_named(form: Form, values: Mapping[str, Any]) -> Iterator[NamedFiles]:
    """The files that valid values of a form name."""
    yield from _of_scope(form.scope, values, "")


def _of_scope(scope: Scope, values: Mapping[str, Any], at: str) -> Iterator[NamedFiles]:
    for slot in scope.slots:
        place = "/".join((at, *slot.path))
        found = value_at(values, slot.path)
        if isinstance(slot.component, FilePicker) and isinstance(found, list) and found:
            yield NamedFiles(place, tuple(found), slot.component.accept)
        elif isinstance(slot.component, DynamicList) and isinstance(found, list) and slot.rows is not None:
            for number, row in enumerate(found):
                yield from _of_scope(slot.rows, row, f"{place}/{number}")
