"""What a model may say of a notice."""

from __future__ import annotations

from typing import Final

from engine.casework.passport import LANGUAGES
from engine.connectors.contract import RESULT_VARIABLE, About, Feel, Group, Kind, Setting, SettingsSchema, said

NOTICE_SETTINGS: Final = SettingsSchema(
    (
        Setting(
            name="template",
            description="name of the notice, without .notice.yaml.",
            label="Template",
            translations=said(
                az=("Şablon", "bildirişin adı, .notice.yaml olmadan."), ru=("Шаблон", "имя без .notice.yaml.")
            ),
            required=True,
            pattern="[a-z0-9][a-z0-9-]*",
            example="decision-made",
            names="notice",
        ),
        Setting(
            name="language",
            description="the language; else the person's own, else variable `language`, else the country's first.",
            label="Language",
            translations=said(
                az=("Dil", "dil; yoxdursa şəxsin öz dili, sonra `language` dəyişəni, sonra ölkənin birinci dili."),
                ru=("Язык", "иначе язык самого человека, затем переменная `language`, затем первый язык страны."),
            ),
            choices=LANGUAGES,
            feel=Feel.optional,
        ),
        Setting(
            name="urgent",
            description="`true` lets mail and SMS leave at night too; otherwise they wait for the morning.",
            label="Urgent",
            translations=said(
                az=("Təcili", "`true`: poçt və SMS gecə də gedir; yoxsa səhəri gözləyir."),
                ru=("Срочно", "`true`: почта и SMS уходят и ночью; иначе ждут утра."),
            ),
            kind=Kind.boolean,
            default="false",
            feel=Feel.optional,
        ),
        RESULT_VARIABLE,
    ),
    about=About(
        title="Notice",
        description="Tells the applicant something: in her inbox, and by mail and SMS as she chose.",
        translations=said(
            az=("Bildiriş", "Müraciətçiyə xəbər verir: qutusunda, seçdiyi kimi poçt və SMS ilə."),
            ru=("Уведомление", "Сообщает заявителю: во входящих и, по его выбору, почтой и SMS."),
        ),
        inputs=(
            Setting(
                name="appointment",
                description="when and where somebody is expected; goes along as a calendar file.",
                label="Appointment",
                translations=said(
                    az=("Görüş", "nə vaxt və harada gözlənilir; təqvim faylı kimi gedir."),
                    ru=("Приём", "когда и где ждут; прикладывается файлом календаря."),
                ),
                kind=Kind.value,
                feel=Feel.required,
                group=Group.input,
            ),
        ),
    ),
)
