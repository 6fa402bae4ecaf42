"""Errors as `application/problem+json` (RFC 9457), and the bodies they are about."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException


class Problem(Exception):
    """A refusal: HTTP status, stable code, one sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail

    def response(self) -> Response:
        """As it goes over the wire."""
        body = {"title": self.code.replace("-", " ").capitalize(), "status": self.status, "code": self.code}
        headers = {"Retry-After": "2"} if self.status == 503 else None
        content = json.dumps({**body, "detail": self.detail})
        return Response(content, self.status, headers, content_type="application/problem+json")


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
