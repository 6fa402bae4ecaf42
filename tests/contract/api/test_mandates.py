"""Mandates over the API: offered by one, accepted by the other, used, revoked."""

from __future__ import annotations

from typing import Any

import pytest

from engine.casework.actor import SYSTEM
from engine.runtime.mandates import add_company
from tests.builders.a_public_procedure import a_passport, a_procedure
from tests.builders.an_api import Api


def _service(api: Api) -> None:
    api.staff("city:clerk")
    api.deploy_files({"permit.bpmn": a_procedure().xml(), "service.yaml": a_passport()})


def _apply(api: Api, who: str, on_behalf_of: str) -> Any:
    body = {"service": "permit", "answers": {}, "on_behalf_of": on_behalf_of}
    return api.post("/applications", who, body)


def test_a_citizen_acts_for_another_from_the_offer_to_its_end(api_on_both: Api) -> None:
    api = api_on_both
    _service(api)
    mother = api.keys["neighbour"]
    before = _apply(api, "citizen", mother)
    offered = api.post("/mandates", "neighbour", {"holder": api.keys["citizen"], "services": ["permit"]})
    mandate = offered.json["id"]
    early = _apply(api, "citizen", mother)
    accepted = api.post(f"/mandates/{mandate}/accept", "citizen")

    applied = _apply(api, "citizen", mother)
    case = applied.json["id"]
    listed = {
        who: [one["id"] for one in api.get("/applications", who).json["items"]] for who in ("citizen", "neighbour")
    }
    narrowed = api.get(f"/applications?on_behalf_of={mother}", "citizen").json["items"]
    followed = api.get(f"/applications/{case}", "citizen")
    revoked = api.post(f"/mandates/{mandate}/revoke", "neighbour")

    assert [one.status_code for one in (before, offered, early, accepted, applied)] == [403, 201, 403, 200, 201]
    assert before.json["type"] == "urn:onewindow:problem:no-mandate"
    assert (offered.json["state"], offered.json["is_valid"]) == ("offered", False)
    assert (accepted.json["state"], accepted.json["is_valid"], accepted.json["services"]) == (
        "active", True, ["permit"],
    )  # fmt: skip
    assert (applied.json["applicant_name"], applied.json["representative_name"]) == ("Neighbour", "Citizen")
    assert listed == {"citizen": [case], "neighbour": [case]}
    assert ([one["id"] for one in narrowed], followed.status_code) == ([case], 200)
    assert (revoked.status_code, revoked.json["is_valid"]) == (200, False)
    for path in (f"/applications/{case}", f"/applications/{case}/payments", f"/applications/{case}/deadline"):
        assert api.get(path, "citizen").status_code == 404
        assert api.get(path, "neighbour").status_code == 200
    assert api.get("/applications", "citizen").json["items"] == []
    assert [one["state"] for one in api.get("/mandates", "citizen").json["items"]] == ["revoked"]


def test_an_operator_enters_what_the_register_proves_and_the_holder_accepts(api: Api) -> None:
    _service(api)
    company = add_company(api.runtime, "khazar", "Xəzər MMC", "1234567891", by=SYSTEM)
    body = {"mandator": company, "holder": api.keys["citizen"], "source": "register", "reference": "R-7"}

    entered = api.post("/mandates", "operator", body)
    by_oneself = api.post("/mandates", "citizen", body)
    accepted = api.post(f"/mandates/{entered.json['id']}/accept", "citizen")
    applied = _apply(api, "citizen", company)

    assert (entered.status_code, by_oneself.status_code, accepted.json["is_valid"]) == (201, 403, True)
    assert (applied.status_code, applied.json["applicant_name"]) == (201, "Xəzər MMC")


def test_nobody_else_finds_a_mandate(api: Api) -> None:
    offered = api.post("/mandates", "neighbour", {"holder": api.keys["citizen"]}).json["id"]

    answers = [api.post(f"/mandates/{offered}/{act}", "operator") for act in ("accept", "decline", "revoke")]

    assert {one.status_code for one in answers} == {404}
    assert api.get("/mandates", "operator").json["items"] == []
    assert api.post(f"/mandates/{offered}/decline", "citizen").json["state"] == "declined"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param({}, "/holder", id="of oneself"),
        pytest.param({"holder": "01hk3v8b6s9e4w2m7q5t0x1y2z"}, "/holder", id="to nobody"),
        pytest.param({"holder": "x"}, "/holder", id="no key"),
        pytest.param({"services": []}, "/services", id="for nothing"),
        pytest.param({"services": ["nothing"]}, "/services/0", id="for a service that is none"),
        pytest.param({"until_at": "2020-01-01T00:00:00Z"}, "/until_at", id="over before it begins"),
        pytest.param({"source": "rumour"}, "/source", id="source that is none"),
        pytest.param({"scope": "all"}, "/scope", id="unknown field"),
    ],
)
def test_a_mandate_that_cannot_be_is_told_with_its_place(api: Api, body: dict[str, Any], place: str) -> None:
    whole = body if body == {} else {"holder": api.keys["citizen"], **body}

    answer = api.post("/mandates", "neighbour", whole)

    assert answer.status_code == 422, answer.text
    assert place in [one["path"] for one in answer.json["places"]]
