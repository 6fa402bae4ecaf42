"""A connector that calls nobody: to try a model, and to see what it does when a partner fails.

Header `mode`: `ok` gives the variables named in `echo` back, `unavailable` and `refused` fail, `error` throws the
business error `code`. With `times` it fails only in the first attempts, then goes well.
"""

from __future__ import annotations

from typing import Final

from engine.connectors.contract import (
    RESULT_VARIABLE,
    About,
    BusinessError,
    Feel,
    JobOutcome,
    JobRequest,
    Kind,
    PartnerRefused,
    PartnerUnavailable,
    Setting,
    SettingsSchema,
    Success,
    ThrownError,
    said,
)


class DemoConnector:
    """The connector `demo`."""

    name: Final = "demo"
    settings: Final = SettingsSchema(
        (
            Setting(
                name="mode",
                description="what happens.",
                label="Mode",
                translations=said(az=("Rejim", "nə baş verir."), ru=("Режим", "что происходит.")),
                choices=("ok", "unavailable", "refused", "error"),
                default="ok",
            ),
            Setting(
                name="times",
                description="how many attempts fail; all without it.",
                label="Failing attempts",
                translations=said(
                    az=("Uğursuz cəhdlər", "neçə cəhd uğursuz olur; göstərilmədikdə hamısı."),
                    ru=("Неудачные попытки", "сколько попыток не удаётся; без значения — все."),
                ),
                kind=Kind.integer,
                least=0,
                most=999,
                example="2",
            ),
            Setting(
                name="code",
                description="code of the business error.",
                label="Error code",
                translations=said(az=("Xəta kodu", "işgüzar xətanın kodu."), ru=("Код ошибки", "код бизнес-ошибки.")),
                example="no-record",
            ),
            Setting(
                name="message",
                description="what it says when it fails.",
                label="Message",
                translations=said(
                    az=("Mesaj", "uğursuz olduqda nə deyir."), ru=("Сообщение", "что говорится при неудаче.")
                ),
                feel=Feel.optional,
            ),
            RESULT_VARIABLE,
        ),
        about=About(
            title="Demonstration",
            description="Calls nobody: to try a model, and to see what it does when a partner fails.",
            translations=said(
                az=("Nümayiş", "Heç kimi çağırmır: modeli sınamaq və tərəfdaşın nasazlığını görmək üçün."),
                ru=("Демонстрация", "Никого не вызывает: чтобы испытать модель и увидеть отказ партнёра."),
            ),
            errors=(ThrownError(code="demo", description="in the mode `error`; the setting `code` names another."),),
        ),
    )

    def call(self, request: JobRequest) -> JobOutcome:
        """Do as the headers say; `resultVariable` takes all variables the task sees."""
        mode = request.headers.get("mode", "ok")
        times = request.headers.get("times")
        if mode == "ok" or (times is not None and request.attempt > int(times)):
            name = request.headers.get("resultVariable")
            return Success(variables={name: dict(request.variables)} if name else {})
        message = request.headers.get("message", "The demonstration was told to fail.")
        if mode == "unavailable":
            raise PartnerUnavailable(message, retry_after_seconds=1)
        if mode == "refused":
            raise PartnerRefused(message, remedy="Change the header `mode` of the task.")
        return BusinessError(code=request.headers.get("code", "demo"), message=message)

    def check(self) -> None:
        """Always in order."""
