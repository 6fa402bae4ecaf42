"""What a model may say of a payment or refund."""

from __future__ import annotations

from typing import Final

from engine.casework.passport import LANGUAGES
from engine.connectors.contract import (
    RESULT_VARIABLE,
    About,
    Feel,
    Group,
    Kind,
    Setting,
    SettingsSchema,
    ThrownError,
    said,
)

DEFAULT_LIFE: Final = "P10D"
PAYMENT_SETTINGS: Final = SettingsSchema(
    (
        Setting(
            name="operation",
            description="`create` a payment (the default), or `refund` one.",
            label="Operation",
            translations=said(
                az=("Əməliyyat", "ödəniş yaratmaq (`create`) və ya qaytarmaq (`refund`)."),
                ru=("Операция", "создать платёж (`create`) или вернуть (`refund`)."),
            ),
            choices=("create", "refund"),
            default="create",
        ),
        Setting(
            name="description",
            description="what is paid for, as the citizen reads it on the provider's page.",
            label="Description",
            translations=said(
                az=("Təsvir", "nəyə görə ödənilir; vətəndaş onu ödəniş səhifəsində oxuyur."),
                ru=("Назначение", "за что платят; гражданин читает это на странице оплаты."),
            ),
            pattern=".{1,255}",
            feel=Feel.optional,
            example="State fee for a driving licence",
        ),
        Setting(
            name="language",
            description="language of the provider's page.",
            label="Language",
            translations=said(az=("Dil", "ödəniş səhifəsinin dili."), ru=("Язык", "язык страницы оплаты.")),
            choices=LANGUAGES,
            default="az",
            feel=Feel.optional,
        ),
        Setting(
            name="expiresIn",
            description="how long it may be paid, ISO 8601 in days, hours or minutes; P10D without it.",
            label="May be paid for",
            translations=said(
                az=("Ödəniş müddəti", "nə qədər ödənilə bilər: ISO 8601, gün, saat, dəqiqə; göstərilmədikdə P10D."),
                ru=("Срок оплаты", "сколько можно платить: ISO 8601, дни, часы, минуты; без значения P10D."),
            ),
            kind=Kind.duration,
            pattern="P(?:[0-9]{1,3}D)?(?:T(?:[0-9]{1,4}H)?(?:[0-9]{1,5}M)?)?",
            default=DEFAULT_LIFE,
            feel=Feel.optional,
            example="P10D",
        ),
        Setting(
            name="reason",
            description="why a payment is refunded.",
            label="Reason of the refund",
            translations=said(
                az=("Qaytarma səbəbi", "ödəniş niyə qaytarılır."), ru=("Причина возврата", "почему платёж возвращён.")
            ),
            pattern=".{3,1000}",
            feel=Feel.optional,
            example="The application was withdrawn in time",
        ),
        RESULT_VARIABLE,
    ),
    about=About(
        title="Payment",
        description="Opens a payment at the provider, or lets one go back. Then wait for the message `payment-result`.",
        translations=said(
            az=("Ödəniş", "Ödəniş açır və ya qaytarır. Sonra proses `payment-result` mesajını gözləyir."),
            ru=("Платёж", "Открывает платёж или возвращает его. Затем процесс ждёт сообщение `payment-result`."),
        ),
        inputs=(
            Setting(
                name="fee",
                description="the fee as its decision gives it: amount and currency; for `create`.",
                label="Fee",
                translations=said(
                    az=("Rüsum", "qərarın verdiyi kimi: məbləğ və valyuta; `create` üçün."),
                    ru=("Пошлина", "как её даёт решение: сумма и валюта; для `create`."),
                ),
                kind=Kind.value,
                feel=Feel.required,
                example="=fee",
                group=Group.input,
            ),
            Setting(
                name="payment",
                description="the payment that goes back; for `refund`.",
                label="Payment",
                translations=said(
                    az=("Ödəniş", "qaytarılan ödəniş; `refund` üçün."), ru=("Платёж", "какой вернуть; для `refund`.")
                ),
                kind=Kind.value,
                feel=Feel.required,
                example="=payment",
                group=Group.input,
            ),
            Setting(
                name="amount",
                description="how much goes back; all without it.",
                label="Amount of the refund",
                translations=said(
                    az=("Qaytarılan məbləğ", "nə qədər qaytarılır; göstərilmədikdə hamısı."),
                    ru=("Сумма возврата", "сколько вернуть; без значения — всё."),
                ),
                kind=Kind.number,
                least=0,
                feel=Feel.required,
                group=Group.input,
            ),
        ),
        errors=(ThrownError(code="payment-refused", description="the provider does not take this payment."),),
    ),
)
