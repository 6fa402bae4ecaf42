"""The provider's API: create, look, cancel, refund, and the daily file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.payments.problems import Problem, json_object
from sandbox.payments.records import Json, Payment, Records
from sandbox.payments.switch import Switch

COLUMNS = ("type", "payment_id", "refund_id", "reference", "amount", "currency", "at")
_TEXTS = {"reference": 255, "description": 255, "return_url": 2000, "language": 2, "currency": 3}


def api(records: Records, switch: Switch, finished: Callable[[Payment], None]) -> Blueprint:
    """What the merchant calls."""
    blueprint = Blueprint("api", __name__)

    @blueprint.get("/")
    def root() -> Response:
        return jsonify({"service": "payments (simulated)"})

    @blueprint.post("/v1/payments")
    def create() -> tuple[Response, int]:
        payment, is_new = records.create(_key(), _asked(json_object()))
        return jsonify(told(payment)), 201 if is_new else 200

    @blueprint.get("/v1/payments/<payment_id>")
    def look(payment_id: str) -> Response:
        return jsonify(told(records.named(payment_id)))

    @blueprint.post("/v1/payments/<payment_id>/cancel")
    def cancel(payment_id: str) -> tuple[str, int]:
        payment = records.named(payment_id)
        if not records.finish(payment_id, "cancelled", "P0040"):
            raise Problem(409, "payment-finished", f"The payment is finished: {payment.status}.")
        finished(payment)
        return "", 204

    @blueprint.post("/v1/payments/<payment_id>/refunds")
    def refund(payment_id: str) -> tuple[Response, int]:
        amount = json_object().get("amount")
        if isinstance(amount, bool) or not isinstance(amount, int):
            raise Problem(422, "invalid", "amount must be a whole number of minor units.")
        made = records.refund(_key(), payment_id, amount, switch.setting.refunds)
        body = {"refund_id": made.refund_id, "amount": made.amount, "status": made.status}
        return jsonify({**body, "created_date": made.created_at}), 202

    @blueprint.get("/v1/reports/daily")
    def daily() -> Response:
        try:
            day = date.fromisoformat(request.args.get("date", ""))
        except ValueError:
            raise Problem(422, "invalid", "date must be a day such as 2026-11-02.") from None
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(records.of_day(day))
        return Response(text.getvalue(), content_type="text/csv; charset=utf-8")

    return blueprint


def told(payment: Payment) -> Json:
    """A payment as it goes over the wire."""
    page = f"{request.host_url}pay/{payment.token}"
    return {
        "payment_id": payment.payment_id,
        "amount": payment.amount,
        "currency": payment.currency,
        "reference": payment.reference,
        "description": payment.description,
        "language": payment.language,
        "return_url": payment.return_url,
        "created_date": payment.created_at,
        "state": {"status": payment.status, "finished": payment.is_finished, "code": payment.code},
        "card_details": {"cardholder_name": payment.cardholder_name} if payment.cardholder_name else None,
        "refund_summary": {"amount_submitted": payment.refunded},
        "_links": {"next_url": None if payment.is_finished else {"href": page, "method": "GET"}},
    }


def _asked(body: Json) -> Json:
    """A new payment's body. Raises Problem 422."""
    amount: Any = body.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount <= 10**12:
        raise Problem(422, "invalid", "amount must be a whole number of minor units above 0.")
    for name, longest in _TEXTS.items():
        if not isinstance(body.get(name), str) or not 0 < len(body[name]) <= longest:
            raise Problem(422, "invalid", f"{name} must be a text of 1 to {longest} characters.")
    if not body["return_url"].startswith(("http://", "https://")):
        raise Problem(422, "invalid", "return_url must be an http or https address.")
    return {name: body[name] for name in ("amount", *_TEXTS)}


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 0 < len(key) <= 200:
        raise Problem(400, "idempotency-key-missing", "Send the header Idempotency-Key, of 1 to 200 characters.")
    return key
