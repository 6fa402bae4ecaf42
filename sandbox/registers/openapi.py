"""The OpenAPI 3.1 document of each register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify

Schema = dict[str, Any]
"""A JSON Schema (2020-12), as OpenAPI 3.1 uses it."""

_TEXT: Schema = {"type": "string"}
_DATE: Schema = {"type": "string", "format": "date"}
_PIN: Schema = {"type": "string", "pattern": "^[0-9A-HJ-NP-Z]{7}$", "examples": ["5FQ2K7M"]}
_TEXTS: Schema = {"type": "array", "items": _TEXT}


def publish(blueprint: Blueprint, document: dict[str, Any]) -> None:
    """Serve a register's document beside its calls."""

    @blueprint.get("/openapi.json")
    def openapi_document() -> Response:
        return jsonify(document)


def population() -> dict[str, Any]:
    """Document of the population register."""
    address = _object(country=_TEXT, city=_TEXT, district=_TEXT, street=_TEXT, postal_code=_TEXT)
    permit = _object(number=_TEXT, issued_on=_DATE, valid_until=_DATE)
    person = _object(
        pin=_PIN,
        given_name=_TEXT,
        family_name=_TEXT,
        patronymic=_or_null(_TEXT),
        birth_date=_DATE,
        sex={"enum": ["male", "female"]},
        citizenship={"type": "string", "pattern": "^[A-Z]{2}$"},
        status={"enum": ["alive", "deceased"]},
        address=address,
        residence_permit=_or_null(permit),
        photo={"type": "null", "description": "This sandbox holds no photos."},
    )
    return _document("Population register", "population", {"/persons/{pin}": {"get": _look_up("person", person)}})


def driver(categories: Sequence[str], kinds: Sequence[str]) -> dict[str, Any]:
    """Document of the driver register."""
    category_list = {"type": "array", "items": {"enum": list(categories)}, "minItems": 1}
    fine = _object(protocol=_TEXT, amount={"type": "number"}, currency={"const": "AZN"}, imposed_on=_DATE)
    licence = _object(
        pin=_PIN,
        number=_TEXT,
        categories=category_list,
        issued_on=_DATE,
        valid_until=_DATE,
        issuing_unit=_TEXT,
        status={"enum": ["valid", "expired", "withdrawn"]},
        disqualified_until=_or_null(_DATE),
        unpaid_fines={"type": "array", "items": fine},
        unpaid_fines_total={"type": "number", "description": "In manat."},
    )
    order = _object(pin=_PIN, categories=category_list, issued_on=_DATE, valid_until=_DATE, kind={"enum": list(kinds)})
    order["properties"] |= {"replaces": _or_null(_TEXT), "reference": _or_null(_TEXT)}
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string", "maxLength": 200}}
    issue = {
        "operationId": "issueLicence",
        "summary": "Register an issued licence; one effect a key",
        "parameters": [key],
        "requestBody": {"required": True, "content": {"application/json": {"schema": order}}},
        "responses": {
            "201": _answer("Registered", licence),
            "200": _answer("Was registered before under this key", licence),
            **_problems("400", "401", "403", "404", "422", "503"),
        },
    }
    paths = {"/licences/{pin}": {"get": _look_up("licence", licence)}, "/licences": {"post": issue}}
    return _document("Driver register", "driver", paths)


def medical() -> dict[str, Any]:
    """Document of the register of medical certificates."""
    certificate = _object(
        pin=_PIN,
        number=_TEXT,
        issued_on=_DATE,
        valid_until=_DATE,
        fit={"type": "boolean"},
        categories=_TEXTS,
        restrictions={"type": "array", "items": {"enum": ["glasses", "hearing-aid", "automatic-gearbox"]}},
        listed_illness={"type": "boolean"},
        certified_years=_or_null({"type": "integer", "minimum": 1}),
        institution=_TEXT,
    )
    paths = {"/certificates/{pin}": {"get": _look_up("certificate", certificate)}}
    return _document("Medical certificates", "medical", paths)


def foreign() -> dict[str, Any]:
    """Document of the check of foreign licences."""
    holder = _object(pin=_PIN, given_name=_TEXT, family_name=_TEXT, birth_date=_DATE)
    licence = _object(
        country=_TEXT,
        number=_TEXT,
        status={"enum": ["confirmed", "expired", "withdrawn", "pending"]},
        holder=_or_null(holder),
        categories=_or_null(_TEXTS),
        issued_on=_or_null(_DATE),
        valid_until=_or_null(_DATE),
        answer_expected_by=_or_null(_DATE),
    )
    look_up = _look_up("foreign licence", licence)
    look_up["operationId"] = "getForeignLicence"
    look_up["parameters"] = [
        {"name": "country", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Z]{2}$"}},
        {
            "name": "number",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^[A-Z0-9-]{4,20}$"},
        },
    ]
    return _document("Foreign licences", "foreign", {"/licences/{country}/{number}": {"get": look_up}})


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _answer(description: str, schema: Schema) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _problems(*statuses: str) -> dict[str, Any]:
    said = {
        "400": "Malformed",
        "401": "No key",
        "403": "Wrong key",
        "404": "No record",
        "422": "Invalid",
        "503": "Down",
    }
    problem = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": problem}}
    return {status: {"description": said[status], "content": content} for status in statuses}


def _look_up(thing: str, schema: Schema) -> dict[str, Any]:
    return {
        "operationId": f"get{thing.capitalize()}",
        "summary": f"The {thing} of a person",
        "parameters": [{"name": "pin", "in": "path", "required": True, "schema": _PIN}],
        "responses": {"200": _answer(f"The {thing}", schema), **_problems("400", "401", "403", "404", "503")},
    }


def _document(title: str, register: str, paths: dict[str, Any]) -> dict[str, Any]:
    error = {"type": "object", "properties": {"path": _TEXT, "message": _TEXT}}
    problem: Schema = {
        "type": "object",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "code": _TEXT,
            "detail": _TEXT,
            "errors": {"type": "array", "items": error},
        },
        "required": ["type", "title", "status", "code", "detail"],
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{title} (simulated)", "version": "1.0.0"},
        "servers": [{"url": f"/{register}/v1"}],
        "security": [{"apiKey": []}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": problem},
            "securitySchemes": {"apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}},
        },
    }
