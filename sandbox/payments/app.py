"""Puts API, page and switches together as one Flask application."""

from __future__ import annotations

import hmac
from pathlib import Path

from flask import Flask, Response, g, jsonify, request

from sandbox.payments.api import api
from sandbox.payments.callbacks import Caller
from sandbox.payments.control import control
from sandbox.payments.pages import pages
from sandbox.payments.problems import Problem, register_problems
from sandbox.payments.records import Payment, Records
from sandbox.payments.switch import Call, Mode, Switch

DEMO_KEY = "sandbox-demo-key"
DEMO_SECRET = "sandbox-callback-secret"  # noqa: S105 (of a simulation)

_LARGEST_BODY = 64 * 1024
_GARBAGE = b'{"payment_id": "pay-\xff\xfe<html>502'


def create_app(
    *,
    api_key: str = DEMO_KEY,
    callback_url: str | None = None,
    callback_secret: str = DEMO_SECRET,
    state: Path | None = None,
    hang_seconds: float = 120,
) -> Flask:
    """The provider; it calls back to `callback_url`, and keeps its records in `state`."""
    app = Flask("sandbox.payments")
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # DefaultJSONProvider has it, the base class not
    app.json.sort_keys = False  # type: ignore[attr-defined]
    records, switch = Records.load(state), Switch()
    caller = Caller(callback_url, callback_secret)

    def finished(payment: Payment) -> None:
        caller.tell(payment, switch.setting)

    calls = api(records, switch, finished)
    controls = control(records, switch, caller, finished)

    @calls.before_request
    @controls.before_request
    def check_key() -> None:
        sent = request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {api_key}".encode()):
            raise Problem(401, "key-wrong", "Send Authorization: Bearer with the key.")

    @calls.before_request
    def enter() -> None:
        setting = switch.take()
        g.mode = setting.mode
        key = request.headers.get("Idempotency-Key")
        g.call = Call(request.method, request.path[:500], setting.mode.value, key[:200] if key else None)
        switch.receive(g.call)
        if setting.mode is Mode.fail:
            raise Problem(503, "provider-down", "The provider is down; it was told to fail.")
        if setting.mode is Mode.refuse and (request.method, request.path) == ("POST", "/v1/payments"):
            raise Problem(422, "payment-refused", "This payment is not taken; the provider was told so.")

    @calls.after_request
    def leave(response: Response) -> Response:
        mode: Mode | None = g.get("mode")
        if mode is Mode.hang:
            switch.wait_for_change(hang_seconds)
        if mode is Mode.garbage and response.status_code < 400:
            response = Response(_GARBAGE, 200, content_type="application/json")
        if "call" in g:
            g.call.status = response.status_code
        return response

    app.register_blueprint(calls)
    app.register_blueprint(controls)
    app.register_blueprint(pages(records, finished))
    register_problems(app)

    @app.get("/health")
    def health() -> Response:
        return jsonify({"status": "ok"})

    return app
