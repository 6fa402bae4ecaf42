"""The driver register takes each issued licence once, however often it is sent."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

ORDER: dict[str, Any] = {
    "pin": "5FQ2K7M",
    "categories": ["B", "C"],
    "issued_on": "2026-11-02",
    "valid_until": "2036-11-02",
    "kind": "renewal",
    "replaces": "AA100201",
    "reference": "AZ-2026-000123-7",
}
KEY = {"Idempotency-Key": "issue-1"}


def test_issued_licence_becomes_the_newest_of_the_person(client: FlaskClient) -> None:
    answer = client.post("/driver/v1/licences", json=ORDER, headers=KEY)

    assert answer.status_code == 201
    assert client.get("/driver/v1/licences/5FQ2K7M").json == answer.json
    assert answer.json["valid_until"] == "2036-11-02"


def test_same_key_again_gives_the_same_licence_and_has_no_second_effect(client: FlaskClient) -> None:
    first = client.post("/driver/v1/licences", json=ORDER, headers=KEY)

    again = client.post("/driver/v1/licences", json=ORDER, headers=KEY)

    assert (again.status_code, again.json) == (200, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(client.get("/_control/effects").json["effects"]) == 1


def test_same_key_with_another_body_is_refused(client: FlaskClient) -> None:
    client.post("/driver/v1/licences", json=ORDER, headers=KEY)

    answer = client.post("/driver/v1/licences", json=ORDER | {"categories": ["B"]}, headers=KEY)

    assert answer.status_code == 422
    assert answer.get_json(force=True)["code"] == "idempotency-key-reused"


def test_another_key_is_another_licence(client: FlaskClient) -> None:
    first = client.post("/driver/v1/licences", json=ORDER, headers=KEY)

    second = client.post("/driver/v1/licences", json=ORDER, headers={"Idempotency-Key": "issue-2"})

    assert second.json["number"] != first.json["number"]


def test_licence_is_issued_to_somebody_without_one(client: FlaskClient) -> None:
    answer = client.post("/driver/v1/licences", json=ORDER | {"pin": "1RE6N8F", "kind": "exchange"}, headers=KEY)

    assert answer.status_code == 201
    assert answer.json["unpaid_fines"] == []


def test_key_is_required(client: FlaskClient) -> None:
    assert client.post("/driver/v1/licences", json=ORDER).status_code == 400


def test_licence_for_nobody_is_404(client: FlaskClient) -> None:
    assert client.post("/driver/v1/licences", json=ORDER | {"pin": "0000000"}, headers=KEY).status_code == 404


@pytest.mark.parametrize(
    ("change", "path"),
    [
        pytest.param({"categories": []}, "/categories", id="no category"),
        pytest.param({"categories": ["Z"]}, "/categories", id="unknown category"),
        pytest.param({"categories": [{}]}, "/categories", id="category of a wrong type"),
        pytest.param({"issued_on": "02.11.2026"}, "/issued_on", id="date in another form"),
        pytest.param({"valid_until": "2026-11-02"}, "/valid_until", id="valid until the day of issue"),
        pytest.param({"kind": "gift"}, "/kind", id="unknown kind"),
        pytest.param({"pin": 5}, "/pin", id="PIN of a wrong type"),
        pytest.param({"reference": "x" * 61}, "/reference", id="reference too long"),
        pytest.param({"colour": "red"}, "/colour", id="unknown field"),
    ],
)
def test_faulty_order_is_422_with_the_place_and_changes_nothing(
    client: FlaskClient, change: dict[str, Any], path: str
) -> None:
    answer = client.post("/driver/v1/licences", json=ORDER | change, headers=KEY)

    assert answer.status_code == 422
    assert [error["path"] for error in answer.get_json(force=True)["errors"]] == [path]
    assert client.get("/_control/effects").json["effects"] == []


def test_body_that_is_not_json_is_400(client: FlaskClient) -> None:
    answer = client.post("/driver/v1/licences", data="{", headers=KEY, content_type="application/json")

    assert answer.status_code == 400


def test_body_that_is_too_large_is_413(client: FlaskClient) -> None:
    answer = client.post("/driver/v1/licences", json={"pin": "x" * 70_000}, headers=KEY)

    assert answer.status_code == 413
