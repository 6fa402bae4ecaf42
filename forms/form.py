"""A whole form, ready to be shown and filled in; shared between requests and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms.model import AnyComponent, DynamicList, Group
from forms.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a `.form` file says."""

    id: str
    schema_version: int
    components: tuple[AnyComponent, ...]
    scope: Scope
    """Where the answers go: what validation walks."""
    keys: frozenset[str]
    """First names of all keys: the variables that this form writes."""

    def walk(self) -> Iterator[AnyComponent]:
        """Every component, those inside groups and lists too, in the order of the form."""
        ahead = list(reversed(self.components))
        while ahead:
            component = ahead.pop()
            yield component
            if isinstance(component, Group | DynamicList):
                ahead.extend(reversed(component.components))
