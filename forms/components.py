"""Reads one component of a form after the other: what it says, in types, or what is wrong with it.

Attributes are those of form-js 1.23. An attribute that may hold FEEL does so when its text begins with `=`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from forms.attributes import Attributes
from forms.expressions import Expression
from forms.findings import Findings
from forms.identifiers import ID_TYPES
from forms.model import (
    AnyComponent,
    Checkbox,
    Choice,
    Computed,
    DateTimeInput,
    Display,
    DynamicList,
    FilePicker,
    Group,
    Moment,
    NumberInput,
    Option,
    TextInput,
    Widget,
)
from forms.patterns import EMAIL, PHONE

MAX_OPTIONS: Final = 1_000
_REFUSED: Final = {
    "iframe": "Pages of others inside a form are not shown: use a text with a link.",
    "documentPreview": "Documents are shown beside the form: leave the preview out.",
}
ACCEPTED: Final = re.compile(r"\.[a-z0-9]{1,10}|[a-z]+/(?:\*|[a-z0-9.+-]+)")
_MANY: Final = frozenset({Widget.checklist, Widget.taglist})


class ComponentReader:
    """Reads the components of one form into `findings` and values."""

    def __init__(self, findings: Findings, *, max_components: int, max_nesting: int) -> None:
        self._findings = findings
        self._left, self._most = max_components, max_components
        self._max_nesting = max_nesting
        self._ids: set[str] = set()

    def all(self, written: list[Any], depth: int = 0) -> tuple[AnyComponent, ...]:
        """The components of a list; those with faults are left out and reported."""
        if depth > self._max_nesting:
            self._findings.error(
                "form-too-deep", f"Expected groups at most {self._max_nesting} deep.", "Draw the form flatter."
            )
            return ()
        found = []
        for each in written:
            self._left -= 1
            if self._left < 0:
                if self._left == -1:
                    self._findings.error(
                        "form-too-large", f"Expected at most {self._most} components.", "Split the form."
                    )
                break
            component = self._one(each, depth)
            if component is not None:
                found.append(component)
        return tuple(found)

    # --- one component -----------------------------------------------------------------------------------------------

    def _one(self, written: Any, depth: int) -> AnyComponent | None:
        if not isinstance(written, Mapping):
            self._findings.error("form-component", f"Expected a component, found {written!r:.60}.")
            return None
        kind = written.get("type")
        component_id = written.get("id")
        if not isinstance(component_id, str) or not component_id:
            component_id = str(written.get("key") or written.get("path") or kind)
        said = Attributes(written, component_id, self._findings)
        if component_id in self._ids:
            said.error("form-id-twice", f"The id {component_id!r:.60} stands twice on the form.", "Ids must differ.")
        self._ids.add(component_id)
        if isinstance(kind, str) and kind in _REFUSED:
            said.error("form-component-refused", f"A component of type {kind!r} is not taken.", _REFUSED[kind])
            return None
        if not isinstance(kind, str) or kind not in Widget.__members__:
            known = ", ".join(widget for widget in Widget if widget not in _REFUSED)
            said.error("form-component-unknown", f"The component type {kind!r:.60} is unknown.", f"Known are: {known}.")
            return None
        widget = Widget(kind)
        common: dict[str, Any] = {
            "id": component_id,
            "widget": widget,
            "label": said.text_or_feel("label", "dateLabel", "timeLabel"),
            "description": said.text_or_feel("description"),
            "hide": said.condition(),
            "properties": said.properties(),
        }
        if widget in (Widget.group, Widget.dynamiclist):
            return self._container(widget, said, common, depth)
        if widget is Widget.expression:
            key, expression = said.key(), said.feel("expression")
            return None if key is None or expression is None else Computed(**common, key=key, expression=expression)
        if widget in _READERS:
            key = said.key()
            return None if key is None else _READERS[widget](said, {**common, **said.input(key)})
        return _display(said, common)

    def _container(
        self, widget: Widget, said: Attributes, common: Mapping[str, Any], depth: int
    ) -> Group | DynamicList | None:
        inner = said.written.get("components", [])
        if not isinstance(inner, list):
            said.error("form-component", "Expected a list of components inside the group.")
            return None
        path = said.path()
        if widget is Widget.group:
            return Group(**common, path=path, components=self.all(inner, depth + 1))
        if not path:
            said.error("form-list-without-path", "The list has no path.", "Give it one: the variable for its rows.")
            return None
        return DynamicList(
            **common,
            path=path,
            components=self.all(inner, depth + 1),
            fixed=said.written.get("allowAddRemove") is False,
            first_rows=said.whole("defaultRepetitions", 1, low=0, high=100),
        )


# --- the families of components -------------------------------------------------------------------------------------


def _text(said: Attributes, common: Mapping[str, Any]) -> TextInput:
    rules = said.rules()
    pattern = None
    if (written := rules.get("pattern")) not in (None, ""):
        pattern = said.pattern(written)
    id_type = said.properties().get("ow:idtype")
    if id_type is not None and id_type not in ID_TYPES:
        said.error(
            "form-idtype-unknown",
            f"The identifier type {id_type!r:.40} is unknown.",
            f"Known are: {', '.join(ID_TYPES)}.",
        )
        id_type = None
    kind = rules.get("validationType")
    if kind == "email":
        pattern = EMAIL
    elif kind == "phone":
        pattern = PHONE
    elif kind not in (None, "", "custom"):
        said.error("form-rule", f"The validation type {kind!r:.40} is unknown.", "Known are: custom, email, phone.")
    return TextInput(
        **common,
        min_length=said.length("minLength"),
        max_length=said.length("maxLength"),
        pattern=pattern,
        id_type=id_type,
    )


def _number(said: Attributes, common: Mapping[str, Any]) -> NumberInput:
    digits = said.written.get("decimalDigits")
    return NumberInput(
        **common,
        minimum=said.limit("min"),
        maximum=said.limit("max"),
        decimal_digits=None if digits is None else said.whole("decimalDigits", 0, low=0, high=30),
        step=said.decimal("increment"),
        as_text=said.written.get("serializeToString") is True,
    )


def _datetime(said: Attributes, common: Mapping[str, Any]) -> DateTimeInput:
    subtype = said.written.get("subtype", "date")
    if subtype not in Moment.__members__:
        said.error("form-rule", f"The subtype {subtype!r:.40} is unknown.", f"Known are: {', '.join(Moment)}.")
        subtype = "date"
    properties = said.properties()
    return DateTimeInput(
        **common,
        asks=Moment(subtype),
        no_past=said.written.get("disallowPassedDates") is True,
        earliest=said.compiled(properties.get("ow:earliest"), "ow:earliest"),
        latest=said.compiled(properties.get("ow:latest"), "ow:latest"),
    )


def _choice(said: Attributes, common: Mapping[str, Any]) -> Choice:
    options: list[Option] = []
    written = said.written.get("values", [])
    if not isinstance(written, list) or len(written) > MAX_OPTIONS:
        said.error("form-options", f"Expected a list of at most {MAX_OPTIONS} options.")
        written = []
    for each in written:
        if not isinstance(each, Mapping) or not isinstance(value := each.get("value"), str | int | bool):
            said.error("form-options", f"Expected an option with a value, found {each!r:.60}.")
            continue
        fixed = Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if any(known.value == fixed for known in options):
            said.error("form-options", f"The option {value!r:.60} stands twice.", "Values of options must differ.")
        options.append(Option(fixed, str(each.get("label", value))))
    source = said.written.get("valuesExpression")
    key = said.written.get("valuesKey")
    if source is None and isinstance(key, str) and key:
        source = f"={key}"
    options_from = said.compiled(source, "valuesExpression")
    if not options and source is None:
        said.error("form-options", "There is nothing to choose from.", "Give values or a valuesExpression.")
    return Choice(**common, options=tuple(options), options_from=options_from, many=common["widget"] in _MANY)


def _files(said: Attributes, common: Mapping[str, Any]) -> FilePicker:
    written = said.written.get("accept", "")
    accept: list[str] = []
    for part in written.split(",") if isinstance(written, str) else [written]:
        kind = part.strip().lower() if isinstance(part, str) else ""
        if kind and not ACCEPTED.fullmatch(kind):
            said.error(
                "form-accept",
                f"Expected endings and media types, found {part!r:.60}.",
                "Write for example .pdf, image/png.",
            )
        elif kind:
            accept.append(kind)
    many = said.written.get("multiple", False)
    if not isinstance(many, bool):
        many = said.feel("multiple", optional=True) or False
    return FilePicker(**common, accept=tuple(accept), many=many)


_READERS: Final[Mapping[Widget, Callable[[Any, Mapping[str, Any]], AnyComponent]]] = {
    Widget.textfield: _text,
    Widget.textarea: _text,
    Widget.number: _number,
    Widget.datetime: _datetime,
    Widget.checkbox: lambda _, common: Checkbox(**common),
    Widget.checklist: _choice,
    Widget.taglist: _choice,
    Widget.radio: _choice,
    Widget.select: _choice,
    Widget.filepicker: _files,
}


def _display(said: Attributes, common: Mapping[str, Any]) -> Display:
    columns = said.written.get("columns", [])
    shown: tuple[Option, ...] | Expression = ()
    if (from_feel := said.feel("columnsExpression", optional=True)) is not None:
        shown = from_feel
    elif isinstance(columns, list):
        shown = tuple(
            Option(str(each.get("key", "")), str(each.get("label", "")))
            for each in columns
            if isinstance(each, Mapping)
        )
    return Display(
        **common,
        text=said.template(said.written.get("content" if common["widget"] is Widget.html else "text")),
        texts={
            name.removeprefix("ow:text."): template
            for name, written in said.properties().items()
            if name.startswith("ow:text.") and (template := said.template(written)) is not None
        },
        source=said.text_or_feel("source"),
        alt=said.text_or_feel("alt"),
        rows=said.feel("dataSource", optional=True),
        columns=shown,
        action=str(said.written.get("action", "")),
    )
