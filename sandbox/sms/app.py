"""Puts API, page and switches together as one Flask application."""

from __future__ import annotations

import hmac
import re
from typing import Any

from flask import Flask, Response, jsonify, render_template_string, request

from sandbox.sms.callbacks import Caller
from sandbox.sms.problems import Problem, json_object, register_problems
from sandbox.sms.records import Records
from sandbox.sms.switch import OUTCOMES, Mode, Setting, Switch

DEMO_KEY = "sandbox-demo-key"
DEMO_SECRET = "sandbox-callback-secret"  # noqa: S105 (of a simulation)
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_TEXT = 1_000
_MOST = 1_000_000
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>SMS (simulated)</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>
<h1>Texts that were sent</h1>
{% for one in texts %}
<article><h2>{{ one.to }}</h2><p>{{ one.at }}, {{ one.status }}</p><p>{{ one.text }}</p></article>
{% else %}<p>None yet.</p>{% endfor %}
</main></body></html>"""


def create_app(
    *,
    api_key: str = DEMO_KEY,
    callback_url: str | None = None,
    callback_secret: str = DEMO_SECRET,
    hang_seconds: float = 120,
) -> Flask:
    """The gateway; it calls back to `callback_url`. The page is for whoever sits at this machine."""
    app = Flask("sandbox.sms")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # DefaultJSONProvider has it, the base class not
    app.json.sort_keys = False  # type: ignore[attr-defined]
    records, switch, caller = Records(), Switch(), Caller(callback_url, callback_secret)
    app.extensions["sms"] = (records, switch, caller)
    register_problems(app)

    @app.before_request
    def check_key() -> None:
        sent = request.headers.get("Authorization", "")
        is_open = request.path in ("/page", "/health")
        if not is_open and not hmac.compare_digest(sent.encode(), f"Bearer {api_key}".encode()):
            raise Problem(401, "key-wrong", "Send Authorization: Bearer with the key.")

    @app.get("/")
    def root() -> Response:
        return jsonify({"name": "SMS gateway (simulated)"})

    @app.post("/v1/messages")
    def send() -> Response:
        setting = switch.take()
        if setting.mode is Mode.fail:
            raise Problem(503, "gateway-down", "The gateway is down; it was told to fail.")
        if setting.mode is Mode.busy:
            answer = Problem(429, "too-many-messages", "Slower, please.").response()
            answer.headers["Retry-After"] = "3"
            return answer
        key, said = _message()
        if setting.mode is Mode.refuse:
            raise Problem(422, "number-unreachable", "This number takes no messages.")
        text, is_new = records.take(key, said["to"], said["text"], said["reference"])
        if is_new:
            caller.tell(text, setting.outcome, setting.delay_ms)
        if setting.mode is Mode.hang:
            switch.wait_for_change(hang_seconds)
        if setting.mode is Mode.garbage:
            return Response(b'{"message_id": "sms-\xff<html>', 200, content_type="application/json")
        answer = jsonify({"message_id": text.message_id, "status": "created"})
        answer.status_code = 201 if is_new else 200
        return answer

    @app.get("/page")
    def page() -> Response:
        answer = Response(render_template_string(_PAGE, texts=records.all()[:200]))
        answer.headers["Content-Security-Policy"] = "default-src 'none'"
        return answer

    @app.get("/_control")
    def show() -> Response:
        return jsonify(_shown(switch.setting))

    @app.post("/_control")
    def change() -> Response:
        switch.set(_setting(json_object()))
        return jsonify(_shown(switch.setting))

    @app.post("/_control/reset")
    def reset() -> Response:
        switch.set(Setting())
        records.forget()
        caller.sent.clear()
        return jsonify(_shown(switch.setting))

    @app.get("/_control/messages")
    def messages() -> Response:
        return jsonify({"messages": [text.told() for text in records.all()]})

    @app.post("/_control/messages/<message_id>/<outcome>")
    def tell(message_id: str, outcome: str) -> Response:
        if outcome not in OUTCOMES:
            raise Problem(404, "no-outcome", f"It is one of {', '.join(OUTCOMES)}.")
        text = records.named(message_id)
        caller.tell(text, outcome, 0)
        return jsonify(text.told())

    @app.get("/_control/callbacks")
    def callbacks() -> Response:
        return jsonify({"statuses": caller.sent})

    @app.get("/health")
    def health() -> Response:
        return jsonify({"status": "ok"})

    return app


def _message() -> tuple[str, dict[str, str]]:
    """The key and the message of a request. Raises Problem."""
    key, body = request.headers.get("Idempotency-Key", ""), json_object()
    if not 0 < len(key) <= 200 or not key.isprintable():
        raise Problem(400, "key-missing", "Send the header Idempotency-Key.")
    said = {name: body.get(name) for name in ("to", "text", "reference")}
    if set(body) != set(said) or not all(isinstance(value, str) and value for value in said.values()):
        raise Problem(422, "invalid", "Send to, text and reference, each a text.")
    if _NUMBER.fullmatch(str(said["to"])) is None:
        raise Problem(422, "number-malformed", "`to` must be an international number, such as +994501234567.")
    if len(str(said["text"])) > _LONGEST_TEXT:
        raise Problem(422, "text-too-long", f"`text` has more than {_LONGEST_TEXT} characters.")
    return key, {name: str(value) for name, value in said.items()}


def _shown(setting: Setting) -> dict[str, Any]:
    told = {name: getattr(setting, name) for name in ("mode", "count", "outcome", "delay_ms")}
    return told


def _setting(body: dict[str, Any]) -> Setting:
    unknown = sorted(set(body) - {"mode", "count", "outcome", "delay_ms"})
    if unknown:
        raise Problem(422, "invalid", f"These fields are not known: {', '.join(unknown)[:200]}.")
    mode, outcome = body.get("mode", Mode.ok), body.get("outcome", "delivered")
    if mode not in list(Mode) or outcome not in OUTCOMES:
        raise Problem(422, "invalid", f"mode is one of {', '.join(Mode)}; outcome one of {', '.join(OUTCOMES)}.")
    count, delay_ms = body.get("count"), body.get("delay_ms", 200)
    for name, value in (("count", 1 if count is None else count), ("delay_ms", delay_ms)):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _MOST:
            raise Problem(422, "invalid", f"{name} must be a whole number from 1 to {_MOST}.")
    return Setting(Mode(mode), count, outcome, delay_ms)
