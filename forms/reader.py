"""Reads form-js JSON into a `Form`, or says all that stands against it.

The file is JSON as the bpmn.io editors write it. Strictly read: size and depth are bounded, a name may not come twice
in one object, NaN is no number. Every component must be known; every expression and pattern must compile. What one
component says is read in `components`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from engine.diagnostics import Diagnostic, ModelRefused
from forms.checks import check_expressions
from forms.components import ComponentReader
from forms.findings import Findings
from forms.form import Form
from forms.model import AnyComponent, Computed, DynamicList, Group, Input
from forms.prefill import check_prefills
from forms.scope import scope_of
from forms.visibility import check_visibility

MAX_BYTES: Final = 1_000_000
MAX_COMPONENTS: Final = 1_000
MAX_NESTING: Final = 10
NEWEST_SCHEMA: Final = 19


def read_form(data: bytes, file: str | None = None) -> Form:
    """The form in a `.form` file. Raises ModelRefused with every fault found."""
    form, diagnostics = inspect_form(data, file)
    if form is None:
        raise ModelRefused(diagnostics)
    return form


def inspect_form(data: bytes, file: str | None = None) -> tuple[Form | None, tuple[Diagnostic, ...]]:
    """The form, and all findings with warnings; None when it cannot be used. For the lint; raises nothing."""
    if len(data) > MAX_BYTES:
        return None, (
            Diagnostic(
                "form-too-large",
                f"Expected a form of at most {MAX_BYTES} bytes, found {len(data)}.",
                "Split it into several forms.",
                file=file,
            ),
        )
    try:
        text = data.decode("utf-8-sig")
        document = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        line = fault.lineno if isinstance(fault, json.JSONDecodeError) else None
        reason = "it is nested too deeply" if isinstance(fault, RecursionError) else str(fault)[:200]
        return None, (
            Diagnostic(
                "form-not-json",
                f"The file is no form: {reason}.",
                "Save it again with the editor.",
                line=line,
                file=file,
            ),
        )
    findings = Findings(text, file)
    form = _read(document, findings)
    return form, findings.in_order()


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r:.60} stands twice in one object")
    return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _read(document: Any, findings: Findings) -> Form | None:
    if not isinstance(document, Mapping) or not isinstance(document.get("components"), list):
        findings.error("form-without-components", "The file has no list of components.", "Is it a form-js file?")
        return None
    version = document.get("schemaVersion", 1)
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= NEWEST_SCHEMA:
        findings.error(
            "form-version",
            f"Expected a schemaVersion from 1 to {NEWEST_SCHEMA}, found {version!r:.40}.",
            "Save the form with an editor of that age.",
        )
    form_id = document.get("id")
    if not isinstance(form_id, str) or not form_id.strip() or len(form_id) > 255:
        findings.error("form-without-id", "The form has no id.", "Give it one: models refer to the form by it.")
        return None
    reader = ComponentReader(findings, max_components=MAX_COMPONENTS, max_nesting=MAX_NESTING)
    components = reader.all(document["components"])
    keys = _check_keys(components, findings)
    check_prefills(components, findings)
    check_visibility(components, findings)
    if findings.has_errors:
        return None
    form = Form(
        id=form_id,
        schema_version=version,
        components=components,
        scope=scope_of(components),
        keys=keys,
    )
    check_expressions(form, findings)
    return form


def _check_keys(components: tuple[AnyComponent, ...], findings: Findings) -> frozenset[str]:
    """Reports two components that write to one place, or inside each other; gives the first names of all keys."""
    firsts: set[str] = set()
    ahead: list[tuple[tuple[str, ...], tuple[AnyComponent, ...], dict[tuple[str, ...], str]]] = [((), components, {})]
    while ahead:
        prefix, row, taken = ahead.pop()
        for component in row:
            if isinstance(component, Group):
                ahead.append((prefix + component.path, component.components, taken))
                continue
            if isinstance(component, DynamicList):
                key = prefix + component.path
                ahead.append(((), component.components, {}))
            elif isinstance(component, Input | Computed):
                key = prefix + component.key
            else:
                continue
            _claim(key, component.id, taken, findings)
            taken[key] = component.id
    for component in components:
        firsts |= _first_names(component)
    return frozenset(firsts)


def _claim(key: tuple[str, ...], component_id: str, taken: Mapping[tuple[str, ...], str], findings: Findings) -> None:
    for other, owner in taken.items():
        shorter = min(len(key), len(other))
        if key[:shorter] == other[:shorter]:
            same = "twice" if key == other else f"beside {'.'.join(other)!r}, one inside the other,"
            findings.error(
                "form-key-twice",
                f"The key {'.'.join(key)!r} stands {same} on the form (also at {owner}).",
                "Give each field a key of its own.",
                component_id,
            )
            return


def _first_names(component: AnyComponent) -> set[str]:
    if isinstance(component, Group) and not component.path:
        return {name for inner in component.components for name in _first_names(inner)}
    if isinstance(component, Group | DynamicList):
        return {component.path[0]}
    return {component.key[0]} if isinstance(component, Input | Computed) else set()
