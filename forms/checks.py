"""The expressions of a form that was read: functions that are not there, and types that cannot fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from engine.feel.inference import Names, infer, place_in
from forms.expressions import Expression, Template
from forms.findings import Findings
from forms.form import Form
from forms.model import AnyComponent, DynamicList, Group
from forms.value_types import value_types


def check_expressions(form: Form, findings: Findings) -> None:
    """Note what is certain to fail, or doubtful, in each expression. A form that runs already is not the worse for it.

    Expressions in the rows of a list see names that hide the form's.
    """
    known = Names(value_types(form).entries, is_open=True)
    anything = Names(is_open=True)
    ahead: list[tuple[AnyComponent, Names]] = [(component, known) for component in form.components]
    while ahead:
        component, names = ahead.pop()
        for what, expression in _of(component):
            _check(component.id, what, expression, names, findings)
        if isinstance(component, Group | DynamicList):
            inner = anything if isinstance(component, DynamicList) else names
            ahead.extend((each, inner) for each in component.components)


def _check(component_id: str, what: str, expression: Expression, names: Names, findings: Findings) -> None:
    for found in infer(expression.tree, names, only_data=True)[1]:
        note = findings.error if found.is_certain else findings.warning
        where = place_in(expression.text.strip().removeprefix("="), found.at)
        note(found.rule, f"The expression {what}, {where}: {found.message}", found.remedy, component_id)


def _of(component: AnyComponent) -> Iterator[tuple[str, Expression]]:
    for one in fields(component):
        for expression in _within(getattr(component, one.name)):
            yield one.name, expression


def _within(said: Any) -> Iterator[Expression]:
    if isinstance(said, Expression):
        yield said
    elif isinstance(said, Template):
        yield from said.expressions
    elif isinstance(said, Mapping):
        for each in said.values():
            yield from _within(each)
