"""The driver register: licences by PIN, and the registration of an issued licence, once an idempotency key."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.registers import openapi
from sandbox.registers.problems import Problem, check_pin, json_object, no_record
from sandbox.registers.records import DriverRegister, Json, KeyReused

CATEGORIES = ("A", "A1", "B", "B1", "BE", "C", "C1", "CE", "D", "D1", "DE", "TRAM")
KINDS = ("renewal", "exchange")
_REQUIRED = ("pin", "categories", "issued_on", "valid_until", "kind")
_OPTIONAL = ("replaces", "reference")


def driver(register: DriverRegister, persons: frozenset[str]) -> Blueprint:
    """Licences by PIN; licences are registered only for known persons."""
    blueprint = Blueprint("driver", __name__, url_prefix="/driver/v1")

    @blueprint.get("/licences/<pin>")
    def licence(pin: str) -> Response:
        check_pin(pin)
        found = register.licence_of(pin)
        if found is None:
            raise no_record("driver", pin)
        return jsonify(found)

    @blueprint.post("/licences")
    def issue() -> tuple[Response, int]:
        key = request.headers.get("Idempotency-Key", "")
        if not 0 < len(key) <= 200:
            raise Problem(400, "idempotency-key-missing", "Send the header Idempotency-Key, at most 200 characters.")
        body = json_object()
        faults = _faults(body)
        if faults:
            raise Problem(422, "invalid", "The licence cannot be registered: see errors.", faults)
        check_pin(body["pin"])
        if body["pin"] not in persons:
            raise no_record("person", body["pin"])
        try:
            issued, replayed = register.issue(key, body)
        except KeyReused:
            raise Problem(422, "idempotency-key-reused", "This key came before with another body.") from None
        response = jsonify(issued)
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return response, 200 if replayed else 201

    openapi.publish(blueprint, openapi.driver(CATEGORIES, KINDS))
    return blueprint


def _faults(body: Json) -> list[dict[str, str]]:
    """Everything wrong with a licence to register, all at once."""
    faults = {f"/{name}": "is required" for name in _REQUIRED if name not in body}
    faults |= {f"/{name}": "is not a known field" for name in body if name not in _REQUIRED + _OPTIONAL}
    checks = {
        "pin": (isinstance(body.get("pin"), str), "must be a text"),
        "categories": (_are_categories(body.get("categories")), f"must be a list of {', '.join(CATEGORIES)}"),
        "issued_on": (_is_date(body.get("issued_on")), "must be a date, YYYY-MM-DD"),
        "valid_until": (_is_date(body.get("valid_until")), "must be a date, YYYY-MM-DD"),
        "kind": (body.get("kind") in KINDS, f"must be one of {', '.join(KINDS)}"),
        "replaces": (_is_short_text(body.get("replaces")), "must be a text of at most 60 characters, or null"),
        "reference": (_is_short_text(body.get("reference")), "must be a text of at most 60 characters, or null"),
    }
    faults |= {f"/{name}": message for name, (holds, message) in checks.items() if name in body and not holds}
    if not faults and body["valid_until"] <= body["issued_on"]:
        faults["/valid_until"] = "must be after issued_on"
    return [{"path": path, "message": message} for path, message in faults.items()]


def _are_categories(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= len(CATEGORIES) and all(item in CATEGORIES for item in value)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_short_text(value: Any) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= 60)
