"""Payments: news from the provider, the way back from its page, refunds, its daily file, revenue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Response, request

from api.idempotency import carry_out
from api.operation import Noun, WrongInput
from api.schemas.payments import (
    CallbackAnswer,
    PaymentPage,
    PaymentQuery,
    PaymentStateSchema,
    PeriodQuery,
    ReconcileQuery,
    ReconciliationSchema,
    RefundAnswer,
    RefundCommand,
    ReturnQuery,
    RevenueSchema,
)
from api.wiring import services
from door.access import caller
from door.json_door import BodyTooLarge, NotJson
from engine.casework.look import LookKind
from engine.casework.payment import Refund
from engine.casework.policy import Action
from engine.errors import Place
from engine.runtime.look import Looking, look
from engine.runtime.look_at_payment import look_now, take_callback
from engine.runtime.reconcile import midnights, reconcile
from engine.runtime.refund import refund_payment
from engine.store.queries import payments as queries

_LONGEST_CALLBACK: Final = 20_000
_SIGNATURE: Final = {
    "in": "header",
    "name": "Payment-Signature",
    "required": True,
    "description": "`t=<seconds since 1970>,v1=<hex>` with v1 = HMAC-SHA-256(secret, `<t>.<body>`).",
    "schema": {"type": "string"},
}
_CALLBACK: Final = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["payment_id"],
                "properties": {"payment_id": {"type": "string", "example": "pay-4f1c7f0e"}},
            }
        }
    },
}
_FILE: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}

blueprint = Noun("payments", __name__, description="Fees that are paid at a provider, refunds, and the books of it.")


@blueprint.operation(
    "GET", "", rule=Action.see_payments, summary="List payments", query=PaymentQuery, answer=PaymentPage
)
def list_payments(query: Mapping[str, Any]) -> Any:
    """Payments, the newest first: all for operators, those of their agencies for supervisors."""

    def read(looking: Looking) -> Any:
        page = queries.payment_page(looking.connection, caller(), **query)
        looking.at_cases(
            LookKind.payments, {one.payment.case_id: one.payment.id for one in page.items if one.payment.case_id}
        )
        return page

    return look(services().runtime, read, by=caller())


@blueprint.operation(
    "POST",
    "/callback",
    rule=Action.call_back,
    summary="Take news from the payment provider",
    answer=CallbackAnswer,
    status=202,
    parameters=(_SIGNATURE,),
    documentation={"requestBody": _CALLBACK},
)
def callback() -> Any:
    """The provider tells that a payment has news. It must be signed; then the provider is asked, whatever it claimed.

    A callback that comes twice or late changes nothing. A bad signature is 401.
    """
    wired = services()
    if (request.content_length or 0) > _LONGEST_CALLBACK:
        raise BodyTooLarge(f"The callback has more than {_LONGEST_CALLBACK} bytes.", remedy="Send the payment's id.")
    body, signature = request.get_data(cache=True), request.headers.get("Payment-Signature", "")
    return {"known": take_callback(wired.runtime, body, signature, wired.payment_callback_secret)}


@blueprint.operation(
    "GET",
    "/return",
    rule=Action.read_public,
    summary="Come back from the provider's page",
    query=ReturnQuery,
    answer=PaymentStateSchema,
)
def come_back(query: Mapping[str, Any]) -> Any:
    """Where the payment stands so far. The provider is asked at once; the address alone settles nothing."""
    state = look_now(services().runtime, query["reference"])
    return {"reference": query["reference"], "state": str(state)}


@blueprint.operation(
    "POST",
    "/<key:payment_id>/refund",
    rule=Action.refund,
    summary="Refund a payment",
    body=RefundCommand,
    answer=RefundAnswer,
    status=202,
    idempotent=True,
)
def refund(command: Mapping[str, Any], payment_id: str) -> Response:
    """Let a payment, or a part of it, go back to who paid it. A worker sends the money."""
    return carry_out(
        lambda runtime: refund_payment(runtime, payment_id, command["amount"], command["reason"], by=caller()),
        RefundAnswer,
        status=202,
        view=_shown,
    )


@blueprint.operation(
    "POST",
    "/reconcile",
    rule=Action.reconcile,
    summary="Read the provider's daily file",
    query=ReconcileQuery,
    answer=ReconciliationSchema,
    idempotent=True,
    documentation={"requestBody": _FILE},
)
def reconcile_file(query: Mapping[str, Any]) -> Response:
    """Hold the file against our books: what is certain is booked, differences are told. Safe to repeat."""
    content = _file()
    return carry_out(
        lambda runtime: reconcile(runtime, content, by=caller(), day=query["day"]),
        ReconciliationSchema,
        view=lambda result: {**asdict(result), "differences": [asdict(one) for one in result.differences]},
    )


@blueprint.operation(
    "GET",
    "/revenue",
    rule=Action.see_payments,
    summary="Report revenue",
    query=PeriodQuery,
    answer=RevenueSchema,
)
def revenue(query: Mapping[str, Any]) -> Any:
    """What agencies earned in a period, by the ledger: all for operators, their own for supervisors."""
    wired, actor = services(), caller()
    since, until = midnights(query["since"], query["until"], ZoneInfo(wired.runtime.calendar.timezone))
    with wired.read() as connection:
        return {"items": queries.revenue(connection, since, until, None if actor.operator else actor.supervises)}


def _shown(made: Refund) -> Mapping[str, Any]:
    return {
        "id": made.id,
        "amount": made.amount.major,
        "currency": made.amount.currency,
        "reason": made.reason,
        "asked_at": made.asked_at,
    }


def _file() -> bytes:
    """The one file of the request. Raises NotJson, WrongInput, BodyTooLarge."""
    if request.mimetype != "multipart/form-data":
        raise NotJson(
            f"Expected multipart/form-data, found {request.content_type or 'no Content-Type'!r:.100}.",
            remedy="Send the file as a part named file, such as curl -F file=@2026-11-02.csv.",
        )
    parts = list(request.files.items(multi=True))
    if len(parts) != 1 or parts[0][0] != "file":
        raise WrongInput(
            "The file is not there.",
            places=[Place("/file", "Expected one part named file.", "missing")],
            remedy="Send the daily file as a part named file.",
        )
    most, upload = services().upload_bytes, parts[0][1]
    content = upload.stream.read(most + 1)
    if len(content) > most:
        raise BodyTooLarge(f"The file has more than {most} bytes.", remedy="Split it by days.")
    upload.stream.seek(0)
    return content
