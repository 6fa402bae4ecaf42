"""`/_control`: change the switches, act as the person at the page, see calls and effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify

from sandbox.payments.callbacks import Caller
from sandbox.payments.problems import Problem, json_object
from sandbox.payments.records import Payment, Records
from sandbox.payments.switch import DEFAULT_DELAY_MS, Callbacks, Mode, Setting, Switch

_MOST = 1_000_000
_REFUNDS = ("success", "submitted", "error")
_OUTCOMES = {"pay": ("success", None), "decline": ("failed", "P0010"), "cancel": ("cancelled", "P0030")}


def control(records: Records, switch: Switch, caller: Caller, finished: Callable[[Payment], None]) -> Blueprint:
    """The switches, over HTTP."""
    blueprint = Blueprint("control", __name__, url_prefix="/_control")

    @blueprint.get("")
    def show() -> Response:
        return jsonify(_shown(switch.setting))

    @blueprint.post("")
    def change() -> Response:
        switch.set(_setting(json_object()))
        return jsonify(_shown(switch.setting))

    @blueprint.post("/reset")
    def reset() -> Response:
        switch.forget()
        records.forget()
        caller.sent.clear()
        return jsonify(_shown(switch.setting))

    @blueprint.post("/payments/<payment_id>/<action>")
    def act(payment_id: str, action: str) -> Response:
        if action not in _OUTCOMES:
            raise Problem(404, "no-action", "Do one of pay, decline, cancel.")
        payment = records.named(payment_id)
        status, code = _OUTCOMES[action]
        if records.finish(payment_id, status, code, "Test Payer"):
            finished(payment)
        return jsonify({"payment_id": payment_id, "status": payment.status})

    @blueprint.post("/payments/<payment_id>/callback")
    def callback(payment_id: str) -> Response:
        caller.tell(records.named(payment_id), switch.setting)
        return jsonify({"payment_id": payment_id})

    @blueprint.get("/calls")
    def calls() -> Response:
        return jsonify({"calls": switch.calls()})

    @blueprint.get("/callbacks")
    def callbacks() -> Response:
        return jsonify({"answered": list(caller.sent)})

    @blueprint.get("/effects")
    def effects() -> Response:
        return jsonify({"effects": records.told()})

    return blueprint


def _shown(setting: Setting) -> dict[str, Any]:
    return {
        "mode": setting.mode,
        "count": setting.count,
        "callbacks": setting.callbacks,
        "refunds": setting.refunds,
        "delay_ms": setting.delay_ms,
    }


def _setting(body: dict[str, Any]) -> Setting:
    unknown = sorted(set(body) - {"mode", "count", "callbacks", "refunds", "delay_ms"})
    if unknown:
        raise Problem(422, "invalid", f"These fields are not known: {', '.join(unknown)[:200]}.")
    mode, callbacks = body.get("mode", Mode.ok), body.get("callbacks", Callbacks.once)
    if mode not in list(Mode) or callbacks not in list(Callbacks) or body.get("refunds", "success") not in _REFUNDS:
        told = f"mode is one of {', '.join(Mode)}; callbacks one of {', '.join(Callbacks)}; refunds one of "
        raise Problem(422, "invalid", told + ", ".join(_REFUNDS) + ".")
    count, delay_ms = body.get("count"), body.get("delay_ms", DEFAULT_DELAY_MS)
    for name, value in (("count", 1 if count is None else count), ("delay_ms", delay_ms)):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _MOST:
            raise Problem(422, "invalid", f"{name} must be a whole number from 1 to {_MOST}.")
    return Setting(Mode(mode), count, Callbacks(callbacks), body.get("refunds", "success"), delay_ms)
