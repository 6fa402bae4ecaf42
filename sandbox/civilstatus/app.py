"""The register as a Flask application: one address for all operations, its WSDL, and a switch."""

from __future__ import annotations

import hmac
import threading
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request, send_from_directory

from sandbox.civilstatus import envelope
from sandbox.civilstatus.envelope import Fault
from sandbox.civilstatus.records import Acts

DEMO_USER = "onewindow"
DEMO_PASSWORD = "sandbox-demo-password"  # noqa: S105 (of a simulation)
FOLDER = Path(__file__).parent
_MODES = ("ok", "fail", "down", "hang", "garbage")
_LARGEST_BODY = 64 * 1024


class Register:
    """What it holds, how it behaves, and what it was asked."""

    def __init__(self, hang_seconds: float) -> None:
        self.acts = Acts()
        self.mode = "ok"
        self.calls: list[dict[str, Any]] = []
        self._hang_seconds = hang_seconds
        self._changed = threading.Condition()

    def set(self, mode: str) -> None:
        """Behave so from now on; calls that hang are let go."""
        with self._changed:
            self.mode = mode
            self._changed.notify_all()

    def hang(self) -> None:
        """Until the mode changes, at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: self.mode != "hang", timeout=self._hang_seconds)

    def do(self, operation: str, said: dict[str, str], key: str | None) -> Response:
        """One operation. Raises Fault."""
        pin = said.get("pin", "")
        if operation == "GetCivilStatus":
            acts = self.acts.of(pin)
            if acts is None:
                raise Fault("NoSuchPerson", f"Nobody has the number {pin}.")
            kinds = [act["kind"] for act in acts]
            married = kinds.count("marriage") > kinds.count("divorce")
            return envelope.answer(operation, {"pin": pin, "married": married, "act": acts})
        if operation == "RegisterAct":
            number = self.acts.register(
                pin, {name: said[name] for name in ("kind", "date", "place") if name in said}, key
            )
            if number is None:
                raise Fault("NoSuchPerson", f"Nobody has the number {pin}.")
            return envelope.answer(operation, {"number": number})
        raise Fault("Client", f"There is no operation {operation}.")


def create_app(
    *, user: str = DEMO_USER, password: str = DEMO_PASSWORD, hang_seconds: float = 120, register: Register | None = None
) -> Flask:
    """The register; `user` and `password` are those of its callers."""
    app = Flask("sandbox.civilstatus")
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    known = register or Register(hang_seconds)

    @app.post("/civil-status")
    def call() -> Response:
        sent = request.authorization
        if (
            sent is None
            or not hmac.compare_digest(str(sent.username).encode(), user.encode())
            or not hmac.compare_digest(str(sent.password).encode(), password.encode())
        ):
            return Response("", 401, headers={"WWW-Authenticate": "Basic"})
        key = request.headers.get("Idempotency-Key")
        issue = request.headers.get("X-Issue")
        known.calls.append({"action": request.headers.get("SOAPAction"), "idempotency_key": key, "issue": issue})
        match known.mode:
            case "hang":
                known.hang()
            case "down":
                return Response("", 503, headers={"Retry-After": "7"})
            case "garbage":
                return Response("<html>502</html", 200, content_type="text/xml")
            case "fail":
                return envelope.refusal(Fault("Server", "The register is down; it was told to fail."))
            case _:
                pass
        try:
            return known.do(*envelope.read(request.get_data()), key)
        except Fault as fault:
            return envelope.refusal(fault)

    @app.get("/civil-status")
    def describe() -> Response:
        return send_from_directory(FOLDER, "civil-status.wsdl", mimetype="text/xml")

    @app.get("/civil-status.xsd")
    def schema() -> Response:
        return send_from_directory(FOLDER, "civil-status.xsd", mimetype="text/xml")

    @app.post("/_control")
    def change() -> tuple[Response, int]:
        body = request.get_json(silent=True)
        mode = body.get("mode") if isinstance(body, dict) else None
        if mode not in _MODES:
            return jsonify({"title": f"mode must be one of {', '.join(_MODES)}."}), 422
        known.set(mode)
        return jsonify({"mode": mode}), 200

    @app.get("/_control/calls")
    def calls() -> Response:
        return jsonify({"calls": known.calls})

    @app.get("/health")
    def health() -> Response:
        return jsonify({"status": "ok"})

    return app
