"""The typed components of a form, every expression and pattern already compiled.

Whatever cannot be shown and filled in was refused by `reader`. Component types and their
attributes are those of form-js 1.23 (schema versions up to 19). Languages, kinds of identifiers and date limits, which
the format lacks, live in the `properties` of a component, which its editors keep: `ow:label.az`, `ow:description.ru`,
`ow:text.az`, `ow:option.<value>.az`, `ow:idtype`, `ow:earliest`, `ow:latest`; `ow:prefill` and its kin are read in
`prefill`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from forms.expressions import Expression, Template
from forms.patterns import Pattern

LANGUAGES: Final = ("az", "en", "ru")
RESERVED_NAMES: Final = frozenset({"case", "__builtins__"})
"""Names no field may take: the engine's own variables."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Widget(StrEnum):
    """The component types of form-js that are known here."""

    textfield = "textfield"
    textarea = "textarea"
    number = "number"
    datetime = "datetime"
    checkbox = "checkbox"
    checklist = "checklist"
    radio = "radio"
    select = "select"
    taglist = "taglist"
    filepicker = "filepicker"
    expression = "expression"
    group = "group"
    dynamiclist = "dynamiclist"
    table = "table"
    text = "text"
    html = "html"
    image = "image"
    button = "button"
    separator = "separator"
    spacer = "spacer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Anything that stands on a form."""

    id: str
    widget: Widget
    label: str | Expression = ""
    description: str | Expression = ""
    hide: Expression | None = None
    """Not shown, and not taken, while this is true."""
    properties: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    def said(self, what: str, language: str, default: str = "") -> str:
        """A text of this component in a language: the property `ow:<what>.<language>`, else the default."""
        return self.properties.get(f"ow:{what}.{language}", default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input(Component):
    """A component that takes an answer."""

    key: tuple[str, ...]
    """Where the answer goes, a name a level (`client.name` in the file)."""
    required: bool = False
    read_only: bool | Expression = False
    """Shown, never taken from the sender; `disabled` components are read only as well."""
    default: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextInput(Input):
    """A line or an area of text."""

    min_length: int | Expression | None = None
    max_length: int | Expression | None = None
    """In characters; without one the bound of the validation applies."""
    pattern: Pattern | None = None
    id_type: str | None = None
    """Key of `forms.identifiers.ID_TYPES`: a personal number and the like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberInput(Input):
    """A number."""

    minimum: Decimal | Expression | None = None
    maximum: Decimal | Expression | None = None
    decimal_digits: int | None = None
    """Digits behind the point that are allowed; None for any number of them."""
    step: Decimal | None = None
    as_text: bool = False
    """The answer is kept as text (`serializeToString`)."""


class Moment(StrEnum):
    """What a datetime component asks for."""

    date = "date"
    time = "time"
    datetime = "datetime"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTimeInput(Input):
    """A date, a time of day, or both; kept as ISO 8601 text."""

    asks: Moment
    no_past: bool = False
    earliest: Expression | None = None
    latest: Expression | None = None
    """Dates between which the answer must lie, both included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkbox(Input):
    """Yes or no; when required, it must be yes."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen."""

    value: str | Decimal | bool
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Input):
    """One or several of given options."""

    options: tuple[Option, ...] = ()
    options_from: Expression | None = None
    """Gives a list of values, or of contexts with `label` and `value`."""
    many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePicker(Input):
    """Files: the answer is a list of the keys under which they were sent before."""

    accept: tuple[str, ...] = ()
    """Endings (`.pdf`) and media types (`image/*`) that are taken, in small letters; all where none is said."""
    many: bool | Expression = False
    """More than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed(Component):
    """A value computed on the server from the answers, never taken from the sender."""

    key: tuple[str, ...]
    expression: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Component):
    """Components that belong together; with a path, their answers form a context."""

    path: tuple[str, ...] = ()
    components: tuple[AnyComponent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicList(Component):
    """The same components again and again: a list of contexts."""

    path: tuple[str, ...]
    components: tuple[AnyComponent, ...] = ()
    fixed: bool = False
    """Rows can be neither added nor removed."""
    first_rows: int = 1
    """Rows to show at first; as many are expected when the list is fixed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Display(Component):
    """What is only shown: text, table, image, button, separator, spacer."""

    text: Template | None = None
    texts: Mapping[str, Template] = field(default_factory=lambda: _NOTHING)
    """The text by language, where it is translated."""
    source: str | Expression = ""
    alt: str | Expression = ""
    rows: Expression | None = None
    columns: tuple[Option, ...] | Expression = ()
    action: str = ""


AnyComponent: TypeAlias = (
    TextInput | NumberInput | DateTimeInput | Checkbox | Choice | FilePicker | Computed | Group | DynamicList | Display
)
