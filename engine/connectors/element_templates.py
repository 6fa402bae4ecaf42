"""Element templates of the connectors: forms by which Camunda Modeler and bpmn.io tools fill in a service task.

The format is that of Camunda 8 (`SCHEMA`): a list of templates, each with its properties and where each is written,
here `zeebe:taskDefinition`, `zeebe:taskHeader`, `zeebe:input` and `zeebe:property`. Everything is made of the
connectors' own schemas: what a template lets a modeler write is what deployment takes. Where the operator's lists are
known, partners, operations, registers and services are chosen from them, and each operation of an OpenAPI document has
a template of its own. What a connector throws stands under `metadata.errors`: the format has no error events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from engine.connectors.contract import Connector
from engine.connectors.settings import (
    About,
    Feel,
    Group,
    Kind,
    Offer,
    ReadyCall,
    Setting,
    SettingsSchema,
    Wording,
    said,
)

SCHEMA: Final = "@camunda/zeebe-element-templates-json-schema/resources/schema.json"
"""The name by which modelers know the format; nothing is fetched from there."""
VERSION: Final = 1
"""Of all templates; one more when a property is renamed or taken out."""
PREFIX: Final = "onewindow"
ELEMENT: Final = "bpmn:ServiceTask"
APPLIES_TO: Final = ("bpmn:Task", "bpmn:ServiceTask")

Template = dict[str, Any]
_GROUPS: Final[Mapping[Group, Mapping[str, Wording]]] = {
    Group.call: said(en=("Call",), az=("Çağırış",), ru=("Вызов",)),
    Group.input: said(en=("What is sent",), az=("Göndərilən",), ru=("Что отправляется",)),
    Group.output: said(en=("Answer",), az=("Cavab",), ru=("Ответ",)),
    Group.failure: said(en=("When it fails",), az=("Uğursuz olduqda",), ru=("При неудаче",)),
}
_RETRIES: Final = Setting(
    name="retries",
    description="how often it is tried before the error is thrown or an operator must look.",
    label="Attempts",
    translations=said(
        az=("Cəhdlər", "xəta atılana və ya operator baxana qədər neçə dəfə cəhd edilir."),
        ru=("Попытки", "сколько раз пробовать до ошибки или вмешательства оператора."),
    ),
    kind=Kind.integer,
    least=1,
    most=100,
    default="3",
    group=Group.failure,
)
_ENGINE: Final = (
    Setting(
        name="retryBackoff",
        description="how long to wait before each further attempt, ISO 8601, with commas.",
        label="Waits between attempts",
        translations=said(
            az=("Cəhdlər arasında fasilə", "hər növbəti cəhddən əvvəl gözləmə, ISO 8601, vergüllə."),
            ru=("Паузы между попытками", "сколько ждать перед каждой следующей, ISO 8601, через запятую."),
        ),
        pattern=r"P[^,\s]+(?:,P[^,\s]+)*",
        example="PT5S,PT30S,PT2M",
        group=Group.failure,
    ),
    Setting(
        name="errorOnFailure",
        description="code of the BPMN error that is thrown when all attempts failed; without it an operator is told.",
        label="Error when all attempts failed",
        translations=said(
            az=("Bütün cəhdlər uğursuz olduqda xəta", "atılan BPMN xətasının kodu; yoxdursa operatora deyilir."),
            ru=("Ошибка после всех попыток", "код ошибки BPMN; без неё сообщают оператору."),
        ),
        example="register-down",
        group=Group.failure,
    ),
)
_EVIDENCE: Final = Setting(
    name="evidence",
    description="the evidence of the service's passport that the answer is.",
    label="Evidence",
    translations=said(
        az=("Sübut", "cavabın xidmət pasportundakı hansı sübut olması."),
        ru=("Доказательство", "каким доказательством из паспорта услуги является ответ."),
    ),
    example="identity",
    group=Group.output,
)
_TO_CHOOSE: Final = {
    "true": said(en=("yes",), az=("bəli",), ru=("да",)),
    "false": said(en=("no",), az=("xeyr",), ru=("нет",)),
}


def element_templates(connectors: Iterable[Connector], language: str = "en") -> list[Template]:
    """The templates of all connectors that models may name, told in a language; by connector, then by operation."""
    return [template for connector in connectors for template in templates_of(connector, language)]


def templates_of(connector: Connector, language: str = "en") -> Iterator[Template]:
    """The template of one connector, then those of the calls that the operator's list knows in full."""
    schema = connector.settings
    about = schema.about or About(title=connector.name, description=f"Calls the connector {connector.name}.")
    if not about.is_for_models:
        return
    words = about.words(language)
    yield _template(connector.name, words.label, words.description, about, language, _open(schema, about, language))
    for call in schema.ready_calls():
        fixed = _ready(schema, call, language)
        yield _template(
            connector.name, f"{words.label}: {call.title}", words.description, about, language, fixed, call.id
        )


def _template(
    name: str,
    title: str,
    description: str,
    about: About,
    language: str,
    properties: Iterable[Template],
    call: str | None = None,
) -> Template:
    type_ = {"type": "Hidden", "value": name, "binding": {"type": "zeebe:taskDefinition", "property": "type"}}
    retries = _property(_RETRIES, {"type": "zeebe:taskDefinition", "property": "retries"}, language)
    common = [_header(setting, language) for setting in _ENGINE]
    if about.is_look_up:
        common.append(_property(_EVIDENCE, {"type": "zeebe:property", "name": "evidence"}, language))
    every = [type_, *properties, retries, *common]
    used = {one.get("group") for one in every}
    return {
        "$schema": SCHEMA,
        "id": ".".join(filter(None, (PREFIX, name, call))),
        "name": title,
        "description": description,
        "version": VERSION,
        "category": {"id": PREFIX, "name": "Onewindow"},
        "appliesTo": list(APPLIES_TO),
        "elementType": {"value": ELEMENT},
        "groups": [
            {"id": str(group), "label": _word(told, language)} for group, told in _GROUPS.items() if str(group) in used
        ],
        "metadata": {"errors": [{"code": one.code, "description": one.description} for one in about.errors]},
        "properties": every,
    }


def _open(schema: SettingsSchema, about: About, language: str) -> Iterator[Template]:
    """Every setting and input, to be filled in."""
    for setting in schema.settings:
        offers = schema.offers(setting.name)
        if not offers:
            yield _header(setting, language)
        for offer in offers:
            yield _offered(setting, offer, language)
    for setting in about.inputs:
        yield _input(setting, language)


def _ready(schema: SettingsSchema, call: ReadyCall, language: str) -> Iterator[Template]:
    """What the list knows is written without being asked for; where the answer goes is the modeler's."""
    for key, value in call.headers.items():
        yield {"type": "Hidden", "value": value, "binding": {"type": "zeebe:taskHeader", "key": key}}
    for setting in call.inputs:
        yield _input(setting, language)
    for setting in schema.settings:
        if setting.group is Group.output or (setting.group is Group.input and setting.name == "bodyVariable"):
            yield _header(setting, language)


def _header(setting: Setting, language: str) -> Template:
    return _property(setting, {"type": "zeebe:taskHeader", "key": setting.name}, language)


def _input(setting: Setting, language: str) -> Template:
    return _property(setting, {"type": "zeebe:input", "name": setting.name}, language)


def _offered(setting: Setting, offer: Offer, language: str) -> Template:
    """A setting whose values are chosen from the operator's list."""
    shown = _header(setting, language)
    for name in ("placeholder", "constraints", "feel"):
        shown.pop(name, None)
    shown |= {"type": "Dropdown", "choices": [{"name": value, "value": value} for value in offer.values]}
    if setting.required:
        shown["constraints"] = {"notEmpty": True}
    if offer.when is not None:
        other, value = offer.when
        shown |= {"id": f"{setting.name}-{value}", "condition": {"property": other, "equals": value}}
    return shown


def _property(setting: Setting, binding: Mapping[str, str], language: str) -> Template:
    words = setting.words(language)
    shown: Template = {
        "id": setting.name,
        "label": words.label,
        "description": words.description,
        "group": str(setting.group),
        "binding": dict(binding),
    }
    if setting.default is not None:
        shown["value"] = setting.default
    elif not setting.required:
        shown["optional"] = True
    return shown | _field(setting, language)


def _field(setting: Setting, language: str) -> Template:
    """How it is asked for. An expression needs a field of text, so choices that may be computed become a hint."""
    choices = ("true", "false") if setting.kind is Kind.boolean else setting.choices
    if choices and setting.feel is Feel.never:
        return {"type": "Dropdown", "choices": [{"name": _choice(one, language), "value": one} for one in choices]}
    field: Template = {"type": "String"}
    if setting.feel is not Feel.never:
        field["feel"] = str(setting.feel)
    placeholder = " / ".join(choices) or setting.example
    if placeholder:
        field["placeholder"] = placeholder
    # A field that may stay empty must say so, wherever it says anything of its text.
    constraints: Template = {"notEmpty": setting.required}
    pattern = _pattern(setting, choices)
    if pattern is not None:
        hint = f"Write for example {setting.example}." if setting.example else ""
        constraints["pattern"] = {"value": pattern, "message": hint or setting.words(language).description}
    is_plain = not setting.required and pattern is None
    return field if is_plain else field | {"constraints": constraints}


def _choice(value: str, language: str) -> str:
    return _word(_TO_CHOOSE[value], language) if value in _TO_CHOOSE else value


def _word(told: Mapping[str, Wording], language: str) -> str:
    return (told.get(language) or told["en"]).label


_PATTERNS: Final = {
    # Letters of all languages: modelers' regular expressions know those of English alone.
    Kind.variable: "[^\\s\\d.,;:=+*/()\\[\\]{}\"'-][^\\s.,;:=+*/()\\[\\]{}\"'-]*",
    Kind.integer: "-?[0-9]+",
    Kind.number: "-?[0-9]+(?:\\.[0-9]+)?",
    Kind.duration: "P[0-9A-Z]+",
    Kind.secret: "[a-z0-9]+(?:-[a-z0-9]+)*",
}


def _pattern(setting: Setting, choices: tuple[str, ...]) -> str | None:
    """The whole text, as modelers' regular expressions write it; an expression fits where one is taken."""
    if setting.feel is Feel.required:
        return None
    own = setting.pattern or ("|".join(choices) if choices else _PATTERNS.get(setting.kind))
    if own is None:
        return None
    return f"^(?:=.*|{own})$" if setting.feel is Feel.optional else f"^(?:{own})$"
