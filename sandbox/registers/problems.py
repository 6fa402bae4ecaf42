"""Errors as `application/problem+json` (RFC 9457) and the checks that raise them."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

_PIN = re.compile(r"[0-9A-HJ-NP-Z]{7}")


class Problem(Exception):
    """A refusal: HTTP status, stable code, one sentence; `errors` name the faults of a body."""

    def __init__(self, status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.errors = status, code, detail, errors

    def response(self) -> Response:
        """As it goes over the wire."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.code.replace("-", " ").capitalize(),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors is not None:
            body["errors"] = self.errors
        headers = {"Retry-After": "2"} if self.status == 503 else None
        return Response(json.dumps(body), self.status, headers, content_type="application/problem+json")


def no_record(kind: str, key: str) -> Problem:
    """The register knows nothing under this key."""
    return Problem(404, "no-record", f"There is no {kind} {key} in this register.")


def check_pin(pin: str) -> None:
    """Refuse what cannot be a PIN."""
    if _PIN.fullmatch(pin) is None:
        raise Problem(400, "pin-malformed", "A PIN is seven capital letters or digits, without I and O.")


def json_object() -> dict[str, Any]:
    """The body of the request, which must be a JSON object."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Problem(400, "not-json", "Send a JSON object with Content-Type: application/json.")
    return body


def register_problems(app: Flask) -> None:
    """Answer every error of this program as a problem."""

    @app.errorhandler(Problem)
    def _problem(problem: Problem) -> Response:
        return problem.response()

    @app.errorhandler(HTTPException)
    def _http_error(error: HTTPException) -> Response:
        code = (error.name or "error").lower().replace(" ", "-")
        return Problem(error.code or 500, code, error.description or error.name).response()
