"""`/_control`: make X-Road fail, see the messages it received."""

from __future__ import annotations

import hmac
import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.xroad.directory import Directory
from sandbox.xroad.problems import BAD_REQUEST, RoadError
from sandbox.xroad.switch import DEFAULT_ERROR, EVERYTHING, Mode, Setting, Switch

_ERROR = re.compile(r"(Client|Server)(\.[A-Za-z]{1,60}){1,4}")
_MAX_COUNT = 1_000_000


def control(switch: Switch, directory: Directory, key: str) -> Blueprint:
    """The switch, over HTTP."""
    blueprint = Blueprint("control", __name__, url_prefix="/_control")

    @blueprint.before_request
    def check_key() -> None:
        sent = request.headers.get("X-Api-Key", "")
        if not hmac.compare_digest(sent.encode(), key.encode()):
            raise RoadError(BAD_REQUEST, "Send the header X-Api-Key.")

    @blueprint.get("")
    def show() -> Response:
        return jsonify({"services": switch.settings()})

    @blueprint.post("")
    def change() -> Response:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise RoadError(BAD_REQUEST, "Send a JSON object with Content-Type: application/json.")
        service = body.get("service", EVERYTHING)
        if service != EVERYTHING and service not in {str(one) for one in directory.services}:
            raise RoadError(BAD_REQUEST, "service must be one of members.yaml, or absent for all.")
        switch.set(service, _setting(body))
        return jsonify({"services": switch.settings()})

    @blueprint.post("/reset")
    def reset() -> Response:
        switch.reset()
        return jsonify({"services": switch.settings()})

    @blueprint.get("/messages")
    def messages() -> Response:
        return jsonify({"messages": switch.messages()})

    return blueprint


def _setting(body: dict[str, Any]) -> Setting:
    if set(body) - {"service", "mode", "error", "count"}:
        raise RoadError(BAD_REQUEST, "Known fields: service, mode, error, count.")
    if body.get("mode") not in list(Mode):
        raise RoadError(BAD_REQUEST, f"mode must be one of {', '.join(Mode)}.")
    error, count = body.get("error", DEFAULT_ERROR), body.get("count")
    if not isinstance(error, str) or _ERROR.fullmatch(error) is None:
        raise RoadError(BAD_REQUEST, f"error must be a type such as {DEFAULT_ERROR}.")
    if count is not None and (type(count) is not int or not 1 <= count <= _MAX_COUNT):
        raise RoadError(BAD_REQUEST, f"count must be a whole number from 1 to {_MAX_COUNT}, or absent.")
    return Setting(Mode(body["mode"]), error, count)
