"""What a model may set of a connector: one typed schema, for deployment, for the call, and for the modeler's form.

A setting is a task header, and so a text; its `kind` says what the text must be. A header is a fixed value unless the
setting takes FEEL: then `=...` is computed when the job is done (`engine.connectors.computing`). A secret is never
written into a model: a setting of the kind `secret` takes the name that the operator gave it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine.feel import FeelSyntaxError, parse_expression

SOURCE_LANGUAGE: Final = "en"
_SECRET_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_VARIABLE: Final = re.compile(r"[^\W\d]\w*")
_DURATION: Final = re.compile(
    r"P(?=.)(?:\d{1,4}Y)?(?:\d{1,4}M)?(?:\d{1,4}W)?(?:\d{1,5}D)?(?:T(?=.)(?:\d{1,5}H)?(?:\d{1,6}M)?(?:\d{1,7}S)?)?"
)
_MOST_SHOWN: Final = 60


class Kind(StrEnum):
    """What the text of a setting must be."""

    text = "text"
    variable = "variable"
    """The name of a variable."""
    integer = "integer"
    number = "number"
    """Decimal, with a point."""
    boolean = "boolean"
    """`true` or `false`."""
    duration = "duration"
    """ISO 8601, such as `PT30S` or `P10D`."""
    secret = "secret"  # noqa: S105 (a kind, not a secret)
    """The name of a secret that the operator set."""
    value = "value"
    """Any value of FEEL; for inputs alone."""


class Feel(StrEnum):
    """Whether an expression `=...` may stand in place of the value. The words are those of element templates."""

    never = "never"
    optional = "optional"
    required = "required"


class Group(StrEnum):
    """Where a setting stands in the modeler's form."""

    call = "call"
    input = "input"
    output = "output"
    failure = "failure"


@dataclass(frozen=True, slots=True)
class Wording:
    """How something is told to a modeler, in one language."""

    label: str
    description: str = ""


def _no_translations() -> Mapping[str, Wording]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One task header a connector understands; or, in `About.inputs`, one variable that it takes."""

    name: str
    description: str
    label: str = ""
    """Short, in English; made of the name when empty."""
    translations: Mapping[str, Wording] = field(default_factory=_no_translations)
    """Label and description in further languages, by their codes."""
    kind: Kind = Kind.text
    required: bool = False
    choices: tuple[str, ...] = ()
    """The only values; empty allows any."""
    pattern: str | None = None
    """A regular expression the whole text must fit."""
    least: Decimal | int | None = None
    most: Decimal | int | None = None
    """Bounds of an integer or number, both allowed values."""
    default: str | None = None
    """What holds where the model does not say; the connector is given it."""
    feel: Feel = Feel.never
    example: str = ""
    names: str = ""
    """Kind of the definition that the value names, such as `document`: it must be deployed; empty names none."""
    group: Group = Group.call

    def __post_init__(self) -> None:
        """Raises ValueError for a setting that contradicts itself: its author sees it at the first import."""
        is_number = self.kind in (Kind.integer, Kind.number)
        if not is_number and (self.least is not None or self.most is not None):
            raise ValueError(f"the setting {self.name!r} has bounds and is no number")
        if self.required and self.default is not None:
            raise ValueError(f"the setting {self.name!r} is required and has a default")
        wrong = None if self.default is None else self._wrong(self.default)
        if wrong is not None:
            raise ValueError(f"the default of the setting {self.name!r} does not fit it: {wrong}")

    def fault(self, value: str) -> str | None:
        """What is wrong with a value, and what to write; None when nothing is."""
        if value.startswith("="):
            return self._expression_fault(value)
        if self.feel is Feel.required:
            return f"Expected the header {self.name!r} to be an expression that begins with `=`.{self._hint}"
        return self._wrong(value)

    def unfit(self, value: str) -> bool:
        """Whether a plain value, such as an expression came to, does not fit."""
        return self._wrong(value) is not None

    def words(self, language: str) -> Wording:
        """Label and description in a language; in English where it is not translated."""
        told = self.translations.get(language)
        return told or Wording(self.label or _label_of(self.name), self.description)

    def _expression_fault(self, value: str) -> str | None:
        if self.feel is Feel.never:
            return (
                f"The header {self.name!r} takes a fixed value, found an expression; it would not be computed."
                f"{self._hint or ' Write the value itself.'}"
            )
        try:
            parse_expression(value[1:])
        except FeelSyntaxError as fault:
            return f"The header {self.name!r} is not FEEL: {fault.message} Correct the expression after `=`."
        return None

    def _wrong(self, value: str) -> str | None:
        if self.required and not value.strip():
            return f"Expected a value of the header {self.name!r}, found an empty one.{self._hint}"
        wanted = self._unfit(value)
        if wanted is not None:
            shown = "" if self.kind is Kind.secret else f", found {value[:_MOST_SHOWN]!r}"
            return f"Expected the header {self.name!r} to be {wanted}{shown}.{self._hint}"
        if self.choices and value not in self.choices:
            shown = ", ".join(self.choices)
            return f"Expected the header {self.name!r} to be one of {shown}, found {value[:_MOST_SHOWN]!r}."
        if self.pattern and re.fullmatch(self.pattern, value) is None:
            return f"The header {self.name!r} has an unexpected form: {value[:_MOST_SHOWN]!r}.{self._hint}"
        return None

    def _unfit(self, value: str) -> str | None:
        """What was wanted, when the text is not of the kind; None when it is."""
        match self.kind:
            case Kind.integer | Kind.number:
                return self._unfit_number(value)
            case Kind.boolean:
                return None if value in ("true", "false") else "`true` or `false`"
            case Kind.duration:
                fits = _DURATION.fullmatch(value) is not None
                return None if fits else "a duration of ISO 8601, such as PT30S, PT2H or P10D"
            case Kind.variable:
                fits = _VARIABLE.fullmatch(value) is not None
                return None if fits else "the name of a variable: a letter, then letters, digits and underscores"
            case Kind.secret:
                fits = _SECRET_NAME.fullmatch(value) is not None and len(value) <= _MOST_SHOWN
                return (
                    None
                    if fits
                    else (
                        "the name of a secret in small letters with hyphens (the secret itself is never written here; "
                        "an operator sets it as ONEWINDOW_SECRET_<NAME>)"
                    )
                )
            case _:
                return None

    def _unfit_number(self, value: str) -> str | None:
        what = "a whole number" if self.kind is Kind.integer else "a number, with a point"
        bounds = [f"at least {self.least}"] if self.least is not None else []
        bounds += [f"at most {self.most}"] if self.most is not None else []
        wanted = " ".join([what, " and ".join(bounds)]).strip()
        form = r"-?\d{1,18}" if self.kind is Kind.integer else r"-?\d{1,18}(?:\.\d{1,15})?"
        if re.fullmatch(form, value, re.ASCII) is None:
            return wanted
        try:
            number = Decimal(value)
        except InvalidOperation:  # pragma: no cover (the form is a decimal's)
            return wanted
        is_low, is_high = self.least is not None and number < self.least, self.most is not None and number > self.most
        return wanted if is_low or is_high else None

    @property
    def _hint(self) -> str:
        return f" Write for example {self.example}." if self.example else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrownError:
    """A BPMN error that a connector throws, for a boundary event to catch."""

    code: str
    """`http-4xx` stands for each code of that kind."""
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a modeler is told of a connector beside its settings."""

    title: str
    """In English."""
    description: str
    translations: Mapping[str, Wording] = field(default_factory=_no_translations)
    inputs: tuple[Setting, ...] = ()
    """Variables that it takes, set by input mappings."""
    errors: tuple[ThrownError, ...] = ()
    is_look_up: bool = False
    """Whether its answer can be an evidence of the case: the property `evidence` names it."""
    is_for_models: bool = True
    """False for the engine's own, which no model can name."""

    def words(self, language: str) -> Wording:
        """Title and description in a language; in English where it is not translated."""
        return self.translations.get(language) or Wording(self.title, self.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The values of a setting that the operator's list allows."""

    values: tuple[str, ...]
    when: tuple[str, str] | None = None
    """Another setting and its value, without which these are not offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyCall:
    """A call whose settings the operator's list knows in full, such as one operation of an OpenAPI document."""

    id: str
    title: str
    headers: Mapping[str, str]
    inputs: tuple[Setting, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsSchema:
    """All task headers a connector understands; feeds deployment, the call, element templates and the studio."""

    settings: tuple[Setting, ...] = ()
    about: About | None = None
    secret_is_set: Callable[[str], bool] | None = None
    """Whether the operator set the secret of a name; None where that is not known, as at an analyst's desk."""

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """What is wrong with the static headers of a task, each fault in one sentence that says what to write."""
        known = {setting.name: setting for setting in self.settings}
        found = [
            f"The connector does not know the header {name!r:.60}; it knows {', '.join(sorted(known)) or 'none'}."
            for name in headers
            if name not in known
        ]
        for setting in self.settings:
            if setting.name in headers:
                fault = setting.fault(headers[setting.name]) or self._secret_fault(setting, headers[setting.name])
                if fault:
                    found.append(fault)
            elif setting.required:
                hint = f" Write for example {setting.example}." if setting.example else ""
                found.append(f"Expected the header {setting.name!r}: {setting.description}{hint}")
        return tuple(found)

    def named(self, headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Definitions that the headers of a task name, as kind and key."""
        for setting in self.settings:
            if setting.names and headers.get(setting.name):
                yield setting.names, headers[setting.name]

    def offers(self, setting: str) -> tuple[Offer, ...]:
        """The values of a setting that the operator's list allows; none where there is no such list."""
        del setting
        return ()

    def ready_calls(self) -> Iterator[ReadyCall]:
        """Calls that the operator's list knows in full."""
        return iter(())

    def _secret_fault(self, setting: Setting, value: str) -> str | None:
        if setting.kind is not Kind.secret or self.secret_is_set is None or self.secret_is_set(value):
            return None
        variable = f"ONEWINDOW_SECRET_{value.upper().replace('-', '_')}"
        return f"The header {setting.name!r} names the secret {value!r}, which is not set. An operator sets {variable}."


def _label_of(name: str) -> str:
    """`resultVariable` as `Result variable`."""
    return " ".join(re.findall("[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)).capitalize() or name


def needed(setting: Setting) -> Setting:
    """The same setting, as one that a connector cannot do without."""
    return replace(setting, required=True)


def offered(values: Iterable[str]) -> tuple[Offer, ...]:
    """One offer of these values, in order; none where there are none."""
    found = tuple(sorted(set(values)))
    return (Offer(values=found),) if found else ()


def said(**languages: tuple[str] | tuple[str, str]) -> Mapping[str, Wording]:
    """Translations: label and description by language code."""
    return MappingProxyType({language: Wording(*words) for language, words in languages.items()})


RESULT_VARIABLE: Final = Setting(
    name="resultVariable",
    description="the variable that takes the answer.",
    label="Result variable",
    translations=said(
        az=("Nəticə dəyişəni", "cavabın yazıldığı dəyişən."),
        ru=("Переменная результата", "переменная, в которую записывается ответ."),
    ),
    kind=Kind.variable,
    example="person",
    group=Group.output,
)


def set_by_the_engine(name: str, description: str, *, title: str, about: str) -> SettingsSchema:
    """What a connector of the engine's own understands: no model can name it, for no model can give such a header."""
    setting = Setting(name=name, description=description, required=True, pattern="(?!)")
    return SettingsSchema((setting,), about=About(title=title, description=about, is_for_models=False))
