"""What a form shows to one person now: labels in a language, values, options, faults. Plain values, no HTML.

The API gives it to programs as JSON, the pages turn it into HTML. Hidden components are in it with `shown` false, so
that a page without scripts can leave them out and a program can follow the conditions. Texts come from the
`ow:` properties of a component, else from its own label.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.errors import Place
from engine.feel import admit, to_json
from forms.expressions import Expression, an_effort
from forms.form import Form
from forms.kinds import options_of
from forms.model import (
    AnyComponent,
    Choice,
    Computed,
    DateTimeInput,
    Display,
    DynamicList,
    FilePicker,
    Group,
    Input,
    NumberInput,
    TextInput,
)
from forms.scope import value_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """One component as it stands now. None means: does not apply."""

    id: str
    kind: str
    """The component type of form-js."""
    name: str | None = None
    """JSON pointer of its answer within the answers."""
    label: str = ""
    description: str = ""
    shown: bool = True
    value: Any = None
    required: bool | None = None
    read_only: bool | None = None
    options: tuple[Mapping[str, Any], ...] | None = None
    limits: Mapping[str, Any] | None = None
    """`min`, `max`, `minLength`, `maxLength`, `pattern`, `decimalDigits`, `asks`, `idtype`, `earliest`, `latest`,
    `accept`, `multiple`."""
    faults: tuple[str, ...] = ()
    text: str | None = None
    rows: tuple[tuple[ComponentView, ...], ...] | None = None
    """Of a dynamic list: its rows; of a table none."""
    table: tuple[Mapping[str, Any], ...] | None = None
    columns: tuple[Mapping[str, Any], ...] | None = None
    components: tuple[ComponentView, ...] | None = None
    """Of a group, and of the empty row of a dynamic list."""
    properties: Mapping[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, without what does not apply."""
        return {name: _bare(value) for name, value in asdict(self).items() if value is not None or name == "value"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A whole form as it stands now."""

    id: str
    language: str
    components: tuple[ComponentView, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the API."""
        return {
            "id": self.id,
            "language": self.language,
            "components": [component.to_json() for component in self.components],
        }


def view(
    form: Form,
    values: Mapping[str, Any],
    language: str,
    *,
    now: datetime,
    faults: Iterable[Place] = (),
    at: str = "/answers",
) -> FormView:
    """A form over variables or answers (`values`), with the faults of a validation beside their fields.

    Expressions also see `language`: data that speak several languages can choose the reader's.
    """
    told: dict[str, list[str]] = {}
    for fault in faults:
        told.setdefault(fault.path.removeprefix(at), []).append(fault.message)
    viewing = _Viewing(language, now, told)
    return FormView(
        id=form.id,
        language=language,
        components=viewing.all(form.components, {"language": language, **values}, values, "", False),
    )


class _Viewing:
    """One look at a form."""

    def __init__(self, language: str, now: datetime, faults: Mapping[str, list[str]]) -> None:
        self._language, self._now, self._faults = language, now, faults
        self._effort = an_effort()

    def all(
        self, components: Iterable[AnyComponent], names: dict[str, Any], here: Any, prefix: str, hidden: bool
    ) -> tuple[ComponentView, ...]:
        """Views of a row of components. `here` are the values at `prefix`, `names` what expressions see."""
        return tuple(self._one(component, names, here, prefix, hidden) for component in components)

    def _one(
        self, component: AnyComponent, names: dict[str, Any], here: Any, prefix: str, hidden: bool
    ) -> ComponentView:
        hidden = hidden or (component.hide is not None and component.hide.value(names, self._now, self._effort) is True)
        common: dict[str, Any] = {
            "id": component.id,
            "kind": str(component.widget),
            "label": self._text(component.said("label", self._language), component.label, names),
            "description": self._text(component.said("description", self._language), component.description, names),
            "shown": not hidden,
            "properties": dict(component.properties) or None,
        }
        if isinstance(component, Group):
            inner = value_at(here, component.path)
            components = self.all(component.components, names, inner, prefix + _steps(component.path), hidden)
            return ComponentView(**common, components=components)
        if isinstance(component, DynamicList):
            return self._list(component, common, names, here, prefix, hidden)
        if isinstance(component, Display):
            return self._display(component, common, names)
        name = prefix + _steps(component.key)
        common |= {"name": name, "faults": tuple(self._faults.get(name, ()))}
        if isinstance(component, Computed):
            value = component.expression.value(names, self._now, self._effort)
            return ComponentView(**common, value=to_json(value), read_only=True)
        return self._input(component, common, names, value_at(here, component.key))

    def _input(self, component: Input, common: Mapping[str, Any], names: dict[str, Any], value: Any) -> ComponentView:
        read_only = component.read_only
        options = None
        if isinstance(component, Choice):
            options = tuple(
                {
                    "value": to_json(option.value),
                    "label": component.said(f"option.{option.value}", self._language, option.label),
                }
                for option in options_of(component, lambda asked: asked.value(names, self._now, self._effort))
            )
        return ComponentView(
            **common,
            value=to_json(admit(value)) if value is not None else component.default,
            required=component.required,
            read_only=read_only
            if isinstance(read_only, bool)
            else read_only.value(names, self._now, self._effort) is True,
            options=options,
            limits=self._limits(component, names) or None,
        )

    def _list(
        self,
        component: DynamicList,
        common: Mapping[str, Any],
        names: dict[str, Any],
        here: Any,
        prefix: str,
        hidden: bool,
    ) -> ComponentView:
        path = prefix + _steps(component.path)
        found = value_at(here, component.path)
        rows = found if isinstance(found, list) else [{}] * component.first_rows
        views = []
        for index, row in enumerate(rows):
            own = row if isinstance(row, dict) else {}
            inner = {**names, **own, "this": own, "parent": names, "i": Decimal(index + 1)}
            views.append(self.all(component.components, inner, own, f"{path}/{index}", hidden))
        return ComponentView(
            **common, name=path, rows=tuple(views), read_only=component.fixed, faults=tuple(self._faults.get(path, ()))
        )

    def _display(self, component: Display, common: Mapping[str, Any], names: dict[str, Any]) -> ComponentView:
        text = component.texts.get(self._language, component.text)
        table = columns = None
        if component.rows is not None:
            found = component.rows.value(names, self._now, self._effort)
            table = tuple(to_json(row) for row in found if isinstance(row, dict)) if isinstance(found, list) else ()
            listed = component.columns
            if isinstance(listed, Expression):
                given = listed.value(names, self._now, self._effort)
                columns = tuple(to_json(each) for each in given) if isinstance(given, list) else ()
            else:
                columns = tuple(
                    {"key": each.value, "label": component.said(f"option.{each.value}", self._language, each.label)}
                    for each in listed
                )
        return ComponentView(
            **common,
            text=None if text is None else text.filled(names, self._now, self._effort),
            table=table,
            columns=columns,
        )

    def _limits(self, component: Input, names: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if isinstance(component, TextInput):
            found = {
                "minLength": component.min_length,
                "maxLength": component.max_length,
                "pattern": component.pattern.text if component.pattern else None,
                "idtype": component.id_type,
            }
        elif isinstance(component, NumberInput):
            found = {
                "min": component.minimum,
                "max": component.maximum,
                "decimalDigits": component.decimal_digits,
                "step": component.step,
            }
        elif isinstance(component, DateTimeInput):
            found = {"asks": str(component.asks), "earliest": component.earliest, "latest": component.latest}
        elif isinstance(component, FilePicker):
            found = {"accept": ",".join(component.accept) or None, "multiple": component.many}
        asked = {
            name: limit.value(names, self._now, self._effort) if isinstance(limit, Expression) else limit
            for name, limit in found.items()
        }
        return {
            name: limit if isinstance(limit, int | str) else to_json(limit)
            for name, limit in asked.items()
            if limit is not None
        }

    def _text(self, translated: str, own: str | Expression, names: Mapping[str, Any]) -> str:
        if translated:
            return translated
        if isinstance(own, str):
            return own
        found = own.value(names, self._now, self._effort)
        return "" if found is None else str(to_json(found))


def _steps(path: tuple[str, ...]) -> str:
    return "".join(f"/{name}" for name in path)


def _bare(value: Any) -> Any:
    """Without what is None, all the way down."""
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in value.items() if each is not None or key == "value"}
    if isinstance(value, list | tuple):
        return [_bare(each) for each in value]
    return value
