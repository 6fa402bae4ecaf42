"""Errors of the security server itself, as its protocol writes them (PR-REST, 4.6): a type in header and body."""

from __future__ import annotations

import json
import uuid

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

BAD_REQUEST = "Client.BadRequest"
_CLIENT = "Client."


class RoadError(Exception):
    """Something went wrong within X-Road. A `Client.` type is status 400, all others are 500."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type, self.message = type, message

    def response(self) -> Response:
        """As it goes over the wire."""
        body = {"type": self.type, "message": self.message, "detail": str(uuid.uuid4())}
        return Response(
            json.dumps(body),
            400 if self.type.startswith(_CLIENT) else 500,
            {"X-Road-Error": self.type},
            content_type="application/json;charset=utf-8",
        )


def register_problems(app: Flask) -> None:
    """Answer every error of this program in the protocol's form."""

    @app.errorhandler(RoadError)
    def _road(error: RoadError) -> Response:
        return error.response()

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if (error.code or 500) < 500:
            return RoadError(BAD_REQUEST, f"{error.name}: {error.description}").response()
        return RoadError("Server.ClientProxy.InternalError", error.name).response()
