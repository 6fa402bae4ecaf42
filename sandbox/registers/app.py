"""Puts the four registers and the switch together as one Flask application."""

from __future__ import annotations

from datetime import date

from flask import Flask, Response, jsonify

from sandbox.registers import lookups
from sandbox.registers.control import control
from sandbox.registers.driver import driver
from sandbox.registers.gate import Gate
from sandbox.registers.problems import register_problems
from sandbox.registers.records import DriverRegister, Records
from sandbox.registers.switch import Switch

DEMO_KEY = "sandbox-demo-key"

_LARGEST_BODY = 64 * 1024


def create_app(
    today: date,
    *,
    api_key: str = DEMO_KEY,
    latency_ms: int = 0,
    hang_seconds: float = 120,
    switch: Switch | None = None,
) -> Flask:
    """The registers with their persons' dates counted from `today`."""
    app = Flask("sandbox.registers")
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # DefaultJSONProvider has it, the base class not
    app.json.sort_keys = False  # type: ignore[attr-defined]
    records = Records.load(today)
    register = DriverRegister(records.licences)
    gate = Gate(switch or Switch(), api_key, latency_ms, hang_seconds)
    for blueprint in (
        lookups.population(records.persons),
        driver(register, frozenset(records.persons)),
        lookups.medical(records.certificates),
        lookups.foreign(records.foreign_licences),
    ):
        gate.guard(blueprint)
        app.register_blueprint(blueprint)
    app.register_blueprint(control(gate, register))
    register_problems(app)

    @app.get("/health")
    def health() -> Response:
        return jsonify({"status": "ok"})

    return app
