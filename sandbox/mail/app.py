"""What arrived as a page and as JSON, and the switches, as one Flask application."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Flask, Response, jsonify, render_template_string, request

from sandbox.mail.bounces import Postman
from sandbox.mail.box import Arrived, Box
from sandbox.mail.problems import Problem, json_object, register_problems
from sandbox.mail.switch import Mode, Setting, Switch

DEMO_KEY = "sandbox-demo-key"
_MOST = 1_000_000
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mail (simulated)</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>
<h1>Mail that arrived</h1>
{% for mail in mails %}
<article><h2>{{ mail.subject }}</h2>
<p>To {{ mail.envelope_to|join(", ") }}, {{ mail.at }}, handed over {{ mail.times }} time(s)</p>
<pre>{{ mail.text }}</pre>
{% for file in mail.attachments %}<h3>{{ file.name }}</h3><pre>{{ file.content }}</pre>{% endfor %}
</article>
{% else %}<p>None yet.</p>{% endfor %}
</main></body></html>"""


def create_app(box: Box, switch: Switch, postman: Postman, *, api_key: str = DEMO_KEY) -> Flask:
    """The pages are for whoever sits at this machine; the switches need the key."""
    app = Flask("sandbox.mail")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # DefaultJSONProvider has it, the base class not
    app.json.sort_keys = False  # type: ignore[attr-defined]
    register_problems(app)

    @app.before_request
    def check_key() -> None:
        sent = request.headers.get("Authorization", "")
        if request.path.startswith("/_control") and not hmac.compare_digest(
            sent.encode(), f"Bearer {api_key}".encode()
        ):
            raise Problem(401, "key-wrong", "Send Authorization: Bearer with the key.")

    @app.get("/")
    def page() -> Response:
        answer = Response(render_template_string(_PAGE, mails=[mail.told(whole=True) for mail in box.all()[:100]]))
        answer.headers["Content-Security-Policy"] = "default-src 'none'"
        return answer

    @app.get("/mails")
    def mails() -> Response:
        return jsonify({"mails": [mail.told() for mail in box.all()]})

    @app.get("/mails/<int:number>")
    def mail(number: int) -> Response:
        return jsonify(_named(box, number).told(whole=True))

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
        box.forget()
        postman.sent.clear()
        return jsonify(_shown(switch.setting))

    @app.post("/_control/mails/<int:number>/bounce")
    def bounce(number: int) -> Response:
        found = _named(box, number)
        postman.bring_back(found)
        return jsonify(found.told())

    @app.get("/_control/bounces")
    def bounces() -> Response:
        return jsonify({"statuses": postman.sent})

    @app.get("/health")
    def health() -> Response:
        return jsonify({"status": "ok"})

    return app


def _named(box: Box, number: int) -> Arrived:
    found = box.numbered(number)
    if found is None:
        raise Problem(404, "no-mail", "There is no such mail.")
    return found


def _shown(setting: Setting) -> dict[str, Any]:
    return {"mode": setting.mode, "count": setting.count}


def _setting(body: dict[str, Any]) -> Setting:
    unknown = sorted(set(body) - {"mode", "count"})
    if unknown:
        raise Problem(422, "invalid", f"These fields are not known: {', '.join(unknown)[:200]}.")
    mode, count = body.get("mode", Mode.ok), body.get("count")
    if mode not in list(Mode):
        raise Problem(422, "invalid", f"mode is one of {', '.join(Mode)}.")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or not 0 < count <= _MOST):
        raise Problem(422, "invalid", f"count must be a whole number from 1 to {_MOST}.")
    return Setting(Mode(mode), count)
