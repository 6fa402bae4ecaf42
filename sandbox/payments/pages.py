"""The hosted page: a person pays, is declined, or cancels, and goes back to the merchant."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.payments.records import Payment, Records

_TEXTS = {
    "az": ("Ödəniş", "Kartdakı ad", "Ödə", "Ödənişi rədd et", "Ləğv et", "Bu ödəniş başa çatıb.", "Geri qayıt"),
    "en": ("Payment", "Name on the card", "Pay", "Be declined", "Cancel", "This payment is finished.", "Go back"),
    "ru": ("Оплата", "Имя на карте", "Оплатить", "Отклонить", "Отменить", "Этот платёж завершён.", "Вернуться"),
}
_OUTCOMES = {"pay": ("success", None), "decline": ("failed", "P0010"), "cancel": ("cancelled", "P0030")}
_LONGEST_NAME = 100


def pages(records: Records, finished: Callable[[Payment], None]) -> Blueprint:
    """The page of each payment, under its secret address."""
    blueprint = Blueprint("pages", __name__)

    @blueprint.get("/pay/<token>")
    def show(token: str) -> Response:
        return _page(records.with_token(token))

    @blueprint.post("/pay/<token>")
    def act(token: str) -> AnyResponse:
        payment = records.with_token(token)
        status, code = _OUTCOMES.get(request.form.get("action", ""), (None, None))
        if status is None:
            return _page(payment)
        name = request.form.get("name", "").strip()[:_LONGEST_NAME] or None
        if records.finish(payment.payment_id, status, code, name):
            finished(payment)
        return redirect(payment.return_url, 303)

    return blueprint


def _page(payment: Payment) -> Response:
    title, name, pay, decline, cancel, done, back = _TEXTS.get(payment.language, _TEXTS["en"])
    amount = f"{payment.amount / 100:.2f} {payment.currency}"
    if payment.is_finished:
        inner = f'<p>{done}</p><p><a href="{escape(payment.return_url)}">{back}</a></p>'
    else:
        inner = (
            f'<form method="post"><p><label for="name">{name}</label> <input id="name" name="name" maxlength="100" '
            f'autocomplete="cc-name"></p><p><button name="action" value="pay">{pay}</button> '
            f'<button name="action" value="decline">{decline}</button> '
            f'<button name="action" value="cancel">{cancel}</button></p></form>'
        )
    html = (
        f'<!doctype html><html lang="{escape(payment.language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} {amount}</title></head>'
        f"<body><main><h1>{title}: {escape(amount)}</h1><p>{escape(payment.description)}</p>"
        f"<p>{escape(payment.reference)}</p>{inner}</main></body></html>"
    )
    headers = {"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer"}
    return Response(html, 200, headers, content_type="text/html; charset=utf-8")
