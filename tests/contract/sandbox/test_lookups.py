"""What the simulated registers answer when asked; the cases are those of sandbox/registers/README.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

REGISTERS = Path(__file__).parents[3] / "sandbox" / "registers"
PERSONS = yaml.safe_load((REGISTERS / "persons.yaml").read_text(encoding="utf-8"))["persons"]
PINS = [person["pin"] for person in PERSONS]


def test_person_is_given_with_address_and_without_photo(client: FlaskClient) -> None:
    answer = client.get("/population/v1/persons/5FQ2K7M")

    assert answer.status_code == 200
    assert answer.json["family_name"] == "Əliyev"
    assert answer.json["address"]["city"] == "Bakı"
    assert answer.json["photo"] is None


def test_dates_are_counted_from_the_day_of_the_start(client: FlaskClient) -> None:
    licence = client.get("/driver/v1/licences/5FQ2K7M").json

    assert (licence["issued_on"], licence["valid_until"]) == ("2016-12-17", "2026-12-17")


@pytest.mark.parametrize(
    ("path", "field", "expected"),
    [
        pytest.param("/medical/v1/certificates/3HT9W1P", "valid_until", "2026-10-03", id="medical note expired"),
        pytest.param("/driver/v1/licences/7KZ4R2X", "disqualified_until", "2027-05-21", id="disqualified"),
        pytest.param("/population/v1/persons/2BN8V5C", "birth_date", "1950-06-30", id="over 70"),
        pytest.param("/medical/v1/certificates/4GJ7Y3E", "certified_years", 1, id="listed illness"),
        pytest.param("/driver/v1/licences/8PW5A6T", "unpaid_fines_total", 120, id="unpaid fines"),
        pytest.param("/medical/v1/certificates/6VN2E8C", "fit", False, id="not fit"),
        pytest.param("/foreign/v1/licences/TR/TR-4471920", "status", "confirmed", id="foreign licence confirmed"),
        pytest.param("/foreign/v1/licences/PL/PL-00918273", "status", "withdrawn", id="foreign licence withdrawn"),
        pytest.param("/foreign/v1/licences/DE/DE-B072RRE2", "holder", None, id="foreign licence pending"),
        pytest.param("/population/v1/persons/8DH3Z5R", "status", "deceased", id="deceased"),
    ],
)
def test_each_case_stands_in_its_register(client: FlaskClient, path: str, field: str, expected: object) -> None:
    assert client.get(path).json[field] == expected


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/population/v1/persons/0000000", id="nobody has this PIN"),
        pytest.param("/driver/v1/licences/9CX2U4H", id="no driver"),
        pytest.param("/medical/v1/certificates/7TQ1M5A", id="no certificate"),
        pytest.param("/foreign/v1/licences/TR/TR-0000000", id="issuing state knows no such licence"),
    ],
)
def test_unknown_record_is_a_404_problem(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.get_json(force=True)["code"] == "no-record"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/population/v1/persons/5fq2k7m", id="small letters"),
        pytest.param("/driver/v1/licences/5FQ2K7", id="six characters"),
        pytest.param("/medical/v1/certificates/5FQ2K7I", id="letter I"),
        pytest.param("/foreign/v1/licences/tr/TR-4471920", id="country in small letters"),
        pytest.param("/foreign/v1/licences/TR/x", id="number too short"),
    ],
)
def test_malformed_key_is_a_400_problem(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


def test_call_without_key_is_refused(stranger: FlaskClient) -> None:
    assert stranger.get("/population/v1/persons/5FQ2K7M").status_code == 401


def test_call_with_a_wrong_key_is_refused(stranger: FlaskClient) -> None:
    answer = stranger.get("/population/v1/persons/5FQ2K7M", headers={"X-Api-Key": "guessed"})

    assert answer.status_code == 403


def test_readme_lists_exactly_the_persons_of_the_data() -> None:
    readme = (REGISTERS / "README.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| `([0-9A-Z]{7})` \|", readme, flags=re.MULTILINE) == PINS


@pytest.mark.parametrize("register", ["population", "driver", "medical", "foreign"])
def test_openapi_document_is_valid_and_open_to_all(stranger: FlaskClient, register: str) -> None:
    document = stranger.get(f"/{register}/v1/openapi.json").json

    validate(document)
    assert document["openapi"] == "3.1.0"


@pytest.mark.parametrize("pin", PINS)
@pytest.mark.parametrize(
    ("register", "path"),
    [("population", "/persons/{pin}"), ("driver", "/licences/{pin}"), ("medical", "/certificates/{pin}")],
    ids=["population", "driver", "medical"],
)
def test_every_answer_keeps_to_its_document(client: FlaskClient, register: str, path: str, pin: str) -> None:
    document = client.get(f"/{register}/v1/openapi.json").json
    answer = client.get(f"/{register}/v1{path.format(pin=pin)}")

    described = document["paths"][path]["get"]["responses"][str(answer.status_code)]["content"]
    schema = next(iter(described.values()))["schema"] | {"components": document["components"]}
    Draft202012Validator(schema).validate(answer.get_json(force=True))


@pytest.mark.parametrize(("country", "number"), [("TR", "TR-4471920"), ("DE", "DE-B072RRE2")], ids=["known", "pending"])
def test_every_foreign_answer_keeps_to_its_document(client: FlaskClient, country: str, number: str) -> None:
    document = client.get("/foreign/v1/openapi.json").json
    answer = client.get(f"/foreign/v1/licences/{country}/{number}")

    responses = document["paths"]["/licences/{country}/{number}"]["get"]["responses"]
    Draft202012Validator(responses["200"]["content"]["application/json"]["schema"]).validate(answer.json)
