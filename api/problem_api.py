"""flask-smorest's registry of operations, told to speak of problems (RFC 9457) instead of its own error document."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response
from flask_smorest import Api, Blueprint
from flask_smorest.spec.plugins import FlaskPlugin
from werkzeug.exceptions import HTTPException

from api import problems
from api.operation import KeyConverter, NameConverter, TaskConverter
from api.schemas.problems import ProblemSchema
from door import access

_DESCRIPTION: Final = (
    "Public services behind one window: apply, follow, decide. Errors are application/problem+json (RFC 9457) with a "
    "stable type, the places at fault and a remedy. Lists give at most 100 items and the cursor of the next page. "
    "Sign in with an API token (Authorization: Bearer ...) or with a session (POST /api/v1/session)."
)


class ProblemApi(Api):  # type: ignore[misc]
    """Documents every error as a problem, and tells it as one.

    Operations are described when the document is first asked for: it takes longer than all else of a start, and few
    processes are ever asked.
    """

    def __init__(self, app: Flask, *, spec_kwargs: Mapping[str, Any]) -> None:
        self._undescribed: list[tuple[Blueprint, str]] = []
        self._describing = threading.Lock()
        super().__init__(app, spec_kwargs=dict(spec_kwargs))

    def register_blueprint(self, blp: Blueprint, **options: Any) -> None:
        """Serve the operations of a blueprint."""
        name = options.get("name", blp.name)
        self._app.extensions["flask-smorest"]["blp_name_to_api"][name] = self
        self._app.register_blueprint(blp, **options)
        self._undescribed.append((blp, name))

    def document(self) -> dict[str, Any]:
        """The OpenAPI document of all operations."""
        with self._describing:
            while self._undescribed:
                blueprint, name = self._undescribed[0]
                blueprint.register_views_in_doc(self, self._app, self.spec, name=name, parameters=None)
                self.spec.tag({"name": name, "description": blueprint.description})
                del self._undescribed[0]
            described: dict[str, Any] = self.spec.to_dict()
        return described

    def handle_http_exception(self, error: HTTPException) -> Response:
        """The framework's own errors."""
        return problems.of_http(error)

    def _register_responses(self) -> None:
        content = {problems.MEDIA_TYPE: {"schema": ProblemSchema}}
        for status in HTTPStatus:
            told = {"description": status.phrase, **({"content": content} if status >= 400 else {})}
            self.spec.components.response(status.name, told, lazy=True)
        told = {"description": "A problem: what went wrong, where, and what to do.", "content": content}
        self.spec.components.response("DEFAULT_ERROR", told, lazy=True)


def make_api(app: Flask) -> ProblemApi:
    """The registry of an application, with what all operations share."""
    plugin = FlaskPlugin()
    plugin.register_converter(KeyConverter, _key_parameter)
    plugin.register_converter(NameConverter, _name_parameter)
    plugin.register_converter(TaskConverter, _task_parameter)
    api = ProblemApi(
        app,
        spec_kwargs={
            "flask_plugin": plugin,
            "info": {"description": _DESCRIPTION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
            "servers": [{"url": "/"}],
            "security": [{"token": []}, {"session": []}],
        },
    )
    components = api.spec.components
    components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": access.SESSION_COOKIE})
    return api


def _key_parameter(_: object) -> dict[str, Any]:
    return {
        "type": "string",
        "minLength": 26,
        "maxLength": 26,
        "pattern": f"^{KeyConverter.regex}$",
        "example": "01hk3v8b6s9e4w2m7q5t0x1y2z",
    }


def _name_parameter(_: object) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{NameConverter.regex}$"}


def _task_parameter(_: object) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{TaskConverter.regex}$", "example": "01hk3v8b6s9e4w2m7q5t0x1y2z-7"}
