"""Who may see a field: the property `ow:visible-to`, on an input, a group or a list with all in it.

Its value is words apart by commas or blanks: `applicant`, `supervisor`, `operator`, `analyst`, a role of the agency or
a queue. A form that is shown to somebody lacks the fields that she may not see, and takes no answer for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from forms.findings import Findings
from forms.form import Form
from forms.model import AnyComponent, Computed, DynamicList, Group, Input
from forms.scope import scope_of

VISIBLE_TO: Final = "ow:visible-to"
ROW: Final = "*"
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}(?::[a-z0-9][a-z0-9.-]{0,99})?")


def readers_of(component: AnyComponent) -> frozenset[str] | None:
    """Who may see a component; None for everybody."""
    said = component.properties.get(VISIBLE_TO)
    return None if said is None else frozenset(said.replace(",", " ").split())


def restricted(form: Form) -> dict[tuple[str, ...], frozenset[str]]:
    """Each restricted place among the values of a form, and who may see it; `*` is every row of a list.

    What stands in a restricted group is seen by those who are readers of both.
    """
    return dict(_restricted(form.components, (), None))


def shown_to(form: Form, sees: Callable[[frozenset[str]], bool]) -> Form:
    """A form as somebody sees it; the same where nothing is hidden from her."""
    components = _shown(form.components, sees)
    if components == form.components:
        return form
    return replace(form, components=components, scope=scope_of(components))


def check_visibility(components: Iterable[AnyComponent], findings: Findings) -> None:
    """Report what names no readers."""
    ahead = list(components)
    while ahead:
        component = ahead.pop(0)
        if isinstance(component, Group | DynamicList):
            ahead += component.components
        readers = readers_of(component)
        if readers is None:
            continue
        if not isinstance(component, Group | DynamicList | Input | Computed):
            findings.error(
                "form-visible-to", "Only what holds values has readers.", f"Remove {VISIBLE_TO}.", component.id
            )
        elif not readers or not all(_WORD.fullmatch(word) for word in readers):
            findings.error(
                "form-visible-to",
                f"{component.properties[VISIBLE_TO]!r:.80} names no readers.",
                f"Write {VISIBLE_TO} such as supervisor, examiner or traffic-police:examiner.",
                component.id,
            )


def _restricted(
    components: Iterable[AnyComponent], prefix: tuple[str, ...], around: frozenset[str] | None
) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    for component in components:
        own = readers_of(component)
        readers = own if around is None else around if own is None else around & own
        if isinstance(component, Group):
            yield from _restricted(component.components, prefix + component.path, readers)
        elif isinstance(component, DynamicList):
            path = prefix + component.path
            if own is not None and readers is not None:
                yield path, readers
            yield from _restricted(component.components, (*path, ROW), readers)
        elif isinstance(component, Input | Computed) and readers is not None:
            yield prefix + component.key, readers


def _shown(components: tuple[AnyComponent, ...], sees: Callable[[frozenset[str]], bool]) -> tuple[AnyComponent, ...]:
    found: list[AnyComponent] = []
    for component in components:
        readers = readers_of(component)
        if readers is not None and not sees(readers):
            continue
        if isinstance(component, Group | DynamicList):
            found.append(replace(component, components=_shown(component.components, sees)))
        else:
            found.append(component)
    return tuple(found)
