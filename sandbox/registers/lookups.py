"""The three registers that are only asked: population, medical certificates, foreign licences."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import Blueprint, Response, jsonify

from sandbox.registers import openapi
from sandbox.registers.problems import Problem, check_pin, no_record
from sandbox.registers.records import Json

_COUNTRY = re.compile(r"[A-Z]{2}")
_LICENCE_NUMBER = re.compile(r"[A-Z0-9-]{4,20}")


def population(persons: Mapping[str, Json]) -> Blueprint:
    """Persons by PIN."""
    blueprint = Blueprint("population", __name__, url_prefix="/population/v1")

    @blueprint.get("/persons/<pin>")
    def person(pin: str) -> Response:
        check_pin(pin)
        if pin not in persons:
            raise no_record("person", pin)
        return jsonify(persons[pin])

    openapi.publish(blueprint, openapi.population())
    return blueprint


def medical(certificates: Mapping[str, Json]) -> Blueprint:
    """Certificates of fitness to drive by PIN."""
    blueprint = Blueprint("medical", __name__, url_prefix="/medical/v1")

    @blueprint.get("/certificates/<pin>")
    def certificate(pin: str) -> Response:
        check_pin(pin)
        if pin not in certificates:
            raise no_record("certificate of", pin)
        return jsonify(certificates[pin])

    openapi.publish(blueprint, openapi.medical())
    return blueprint


def foreign(licences: Mapping[tuple[str, str], Json]) -> Blueprint:
    """What the issuing state says of a foreign licence."""
    blueprint = Blueprint("foreign", __name__, url_prefix="/foreign/v1")

    @blueprint.get("/licences/<country>/<number>")
    def licence(country: str, number: str) -> Response:
        if _COUNTRY.fullmatch(country) is None:
            raise Problem(400, "country-malformed", "A country is two capital letters (ISO 3166-1).")
        if _LICENCE_NUMBER.fullmatch(number) is None:
            raise Problem(400, "number-malformed", "A number is 4 to 20 capital letters, digits or hyphens.")
        if (country, number) not in licences:
            raise no_record(f"licence of {country}", number)
        return jsonify(licences[country, number])

    openapi.publish(blueprint, openapi.foreign())
    return blueprint
