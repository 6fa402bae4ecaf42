"""`/_control`: make a register fail, see the calls it received and the effects it had."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.registers.gate import Gate
from sandbox.registers.problems import Problem, json_object
from sandbox.registers.records import DriverRegister
from sandbox.registers.switch import DEFAULT_DELAY_MS, REGISTERS, Mode, Setting

_MAX_COUNT = 1_000_000
_MAX_DELAY_MS = 600_000


def control(gate: Gate, register: DriverRegister) -> Blueprint:
    """The switch, over HTTP."""
    blueprint = Blueprint("control", __name__, url_prefix="/_control")
    blueprint.before_request(gate.check_key)
    switch = gate.switch

    @blueprint.get("")
    def show() -> Response:
        return jsonify({"registers": switch.settings()})

    @blueprint.post("")
    def change() -> Response:
        body = json_object()
        if body.get("register") not in REGISTERS:
            raise Problem(422, "invalid", f"register must be one of {', '.join(REGISTERS)}.")
        switch.set(body["register"], _setting(body))
        return jsonify({"registers": switch.settings()})

    @blueprint.post("/reset")
    def reset() -> Response:
        switch.reset()
        register.reset()
        return jsonify({"registers": switch.settings()})

    @blueprint.get("/calls")
    def calls() -> Response:
        asked = request.args.get("register")
        if asked is not None and asked not in REGISTERS:
            raise Problem(422, "invalid", f"register must be one of {', '.join(REGISTERS)}.")
        return jsonify({"calls": switch.calls(asked)})

    @blueprint.get("/effects")
    def effects() -> Response:
        return jsonify({"effects": register.effects()})

    return blueprint


def _setting(body: dict[str, Any]) -> Setting:
    unknown = sorted(set(body) - {"register", "mode", "count", "delay_ms"})
    if unknown:
        raise Problem(422, "invalid", f"These fields are not known: {', '.join(unknown)[:200]}.")
    if body.get("mode") not in list(Mode):
        raise Problem(422, "invalid", f"mode must be one of {', '.join(Mode)}.")
    count, delay_ms = body.get("count"), body.get("delay_ms", DEFAULT_DELAY_MS)
    if count is not None and not _is_whole(count, 1, _MAX_COUNT):
        raise Problem(422, "invalid", f"count must be a whole number from 1 to {_MAX_COUNT}, or absent.")
    if not _is_whole(delay_ms, 0, _MAX_DELAY_MS):
        raise Problem(422, "invalid", f"delay_ms must be a whole number from 0 to {_MAX_DELAY_MS}.")
    return Setting(Mode(body["mode"]), count, delay_ms)


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
