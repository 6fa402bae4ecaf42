"""What a model may say of a look-up; a register that the operator does not list is refused before deployment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from engine.connectors.call_settings import BODY_VARIABLE, LEGAL_BASIS, OPERATOR_NAME, PURPOSE, USER_VARIABLE
from engine.connectors.contract import (
    RESULT_VARIABLE,
    About,
    Group,
    Offer,
    Setting,
    SettingsSchema,
    ThrownError,
    said,
)
from engine.connectors.settings import needed, offered

NO_RECORD: Final = "no-record"
_OPERATION: Final = "(?:GET|POST) /[^\\s{}]*(?:\\{\\w+\\}[^\\s{}]*)*"
_SETTINGS: Final = (
    Setting(
        name="register",
        description="name of the register in the operator's settings.",
        label="Register",
        translations=said(
            az=("Reyestr", "operatorun ayarlarındakı reyestrin adı."),
            ru=("Реестр", "имя реестра в настройках оператора."),
        ),
        required=True,
        pattern=OPERATOR_NAME,
        example="population",
    ),
    Setting(
        name="operation",
        description="what is called: method and path, {name} stands for a variable.",
        label="Operation",
        translations=said(
            az=("Əməliyyat", "nə çağırılır: metod və yol, {ad} dəyişəni bildirir."),
            ru=("Операция", "что вызывается: метод и путь, {имя} означает переменную."),
        ),
        required=True,
        pattern=_OPERATION,
        example="GET /persons/{pin}",
    ),
    needed(PURPOSE),
    needed(LEGAL_BASIS),
    RESULT_VARIABLE,
    BODY_VARIABLE,
    Setting(
        name="missing",
        description="what no record means: an `error` to catch (no-record), or `null` as the answer.",
        label="When there is no record",
        translations=said(
            az=("Qeyd olmadıqda", "tutulan `error` (no-record) və ya cavab kimi `null`."),
            ru=("Если записи нет", "`error` для перехвата (no-record) или `null` как ответ."),
        ),
        choices=("error", "null"),
        default="error",
        group=Group.output,
    ),
    Setting(
        name="ask",
        description="whether an answer serves all tasks of a case (`once`), or each asks anew (`again`).",
        label="How often it is asked",
        translations=said(
            az=("Neçə dəfə soruşulur", "cavab işin bütün tapşırıqlarına xidmət edir (`once`) və ya yenidən (`again`)."),
            ru=("Как часто спрашивать", "ответ служит всем задачам дела (`once`) или каждая спрашивает (`again`)."),
        ),
        choices=("once", "again"),
        default="once",
    ),
    USER_VARIABLE,
)
_ABOUT: Final = About(
    title="Register look-up",
    description="Asks a state register what the state already knows; the answer becomes evidence of the case.",
    translations=said(
        az=("Reyestr sorğusu", "Dövlətin artıq bildiyini reyestrdən soruşur; cavab işin sübutu olur."),
        ru=("Запрос в реестр", "Спрашивает у реестра то, что государству уже известно; ответ — доказательство."),
    ),
    errors=(ThrownError(code=NO_RECORD, description="the register knows nobody of that number."),),
    is_look_up=True,
)


@dataclass(frozen=True, slots=True)
class RegisterSettings(SettingsSchema):
    """The task headers of `register`. Without the operator's list only their form is checked."""

    settings: tuple[Setting, ...] = _SETTINGS
    about: About | None = _ABOUT
    registers: Collection[str] = ()
    """Names of those that the operator listed; empty where there is no list, as at an analyst's desk."""

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """What is wrong with the static headers of a task."""
        # super() without arguments finds no class here: a dataclass with slots is made twice.
        found = SettingsSchema.faults(self, headers)
        name = headers.get("register", "")
        if found or not self.registers or name in self.registers:
            return found
        near = get_close_matches(name, self.registers, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(self.registers))}."
        return (f"The operator lists no register {name!r:.80} in ONEWINDOW_REGISTERS. {hint}",)

    def offers(self, setting: str) -> tuple[Offer, ...]:
        """The listed registers."""
        return offered(self.registers) if setting == "register" else ()
