"""Applications over the API, with the shipped procedure: apply, follow, withdraw; and what others may not see."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from onewindow.bundles import bundle_of
from tests.builders.an_api import Api, an_api

LICENCE = Path(__file__).parents[3] / "processes" / "driving-licence"
RENEWAL = {
    "service": "driving-licence",
    "answers": {"kind": "renewal", "pin": "5FQ2K7M", "delivery": "unit", "consent": True},
}


@pytest.fixture
def licence(api_on_both: Api) -> Api:
    """The API with the driving licence procedure deployed."""
    roles = ("issuing-officer", "examiner", "head")
    api_on_both.staff("health:medical-clerk", *(f"traffic-police:{role}" for role in roles))
    api_on_both.deploy_files(bundle_of(LICENCE))
    return api_on_both


def test_a_citizen_applies_and_follows_the_steps_the_deadline_and_the_documents(licence: Api) -> None:
    applied = licence.post("/applications", "citizen", RENEWAL)
    shown = licence.get(f"/applications/{applied.json['id']}", "citizen").json

    assert applied.status_code == 201, applied.text
    assert applied.json["number"].startswith("AZ-2026-000001-")
    assert shown["service"] == "driving-licence"
    assert shown["deadline_at"] > shown["submitted_at"]
    assert {"steps", "where_now", "expected_at", "documents", "evidence", "decision"} <= set(shown)
    assert [one["number"] for one in licence.get("/applications", "citizen").json["items"]] == [applied.json["number"]]


def test_who_applies_without_end_hears_429_and_when_to_go_on(database_url: str) -> None:
    api = an_api(database_url, ONEWINDOW_APPLICATIONS_PER_DAY="2")
    api.staff("health:medical-clerk", *(f"traffic-police:{role}" for role in ("issuing-officer", "examiner", "head")))
    api.deploy_files(bundle_of(LICENCE))
    statuses = [api.post("/applications", "citizen", RENEWAL).status_code for _ in range(2)]

    refused = api.post("/applications", "citizen", RENEWAL)
    neighbour = api.post("/applications", "neighbour", RENEWAL | {"answers": RENEWAL["answers"] | {"pin": "1RE6N8F"}})
    api.clock.advance(timedelta(days=1))
    later = api.post("/applications", "citizen", RENEWAL)

    assert (statuses, neighbour.status_code, later.status_code) == ([201, 201], 201, 201)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "86400")
    assert refused.json["type"] == "urn:onewindow:problem:too-many-applications"
    api.composed.database.close()


def test_the_answer_to_an_application_shows_what_the_list_and_the_tracking_show(licence: Api) -> None:
    applied = licence.post("/applications", "citizen", RENEWAL, headers={"Idempotency-Key": "first-time"}).json
    tracked = licence.get(f"/applications/{applied['id']}", "citizen").json
    (listed,) = licence.get("/applications", "citizen").json["items"]
    withdrawn = licence.post(f"/applications/{applied['id']}/withdraw", "citizen", {}).json

    assert applied["expected_at"] is not None
    assert {name: tracked[name] for name in applied} == applied
    assert set(listed) == set(applied) == set(withdrawn)


@pytest.mark.parametrize(
    ("headers", "said", "words"),
    [
        pytest.param({"Accept-Language": "az"}, {}, ("Düzəldilməli", "Bu sahə doldurulmalıdır."), id="az"),
        pytest.param({"Accept-Language": "ru-RU, en;q=0.5"}, {}, ("исправить", "Это поле нужно заполнить."), id="ru"),
        pytest.param(
            {"Accept-Language": "en"}, {"language": "ru"}, ("исправить", "Это поле нужно заполнить."), id="said"
        ),
        pytest.param({"Accept-Language": "fr"}, {}, ("corrected", "An answer is needed here."), id="not known"),
        pytest.param({}, {}, ("corrected", "An answer is needed here."), id="not asked"),
    ],
)
def test_faults_are_told_in_the_language_of_the_applicant(
    licence: Api, headers: dict[str, str], said: dict[str, str], words: tuple[str, str]
) -> None:
    answers = {**RENEWAL["answers"], "kind": None}  # type: ignore[dict-item]

    answer = licence.post(
        "/applications", "citizen", {"service": "driving-licence", "answers": answers, **said}, headers=headers
    )

    assert words[0] in answer.json["detail"]
    assert [one["message"] for one in answer.json["places"] if one["path"] == "/answers/kind"] == [words[1]]


def test_an_application_of_somebody_else_does_not_exist(licence: Api) -> None:
    applied = licence.post("/applications", "citizen", RENEWAL).json

    shown = licence.get(f"/applications/{applied['id']}", "neighbour")
    withdrawn = licence.post(f"/applications/{applied['id']}/withdraw", "neighbour", {})

    assert (shown.status_code, withdrawn.status_code) == (404, 404)
    assert licence.get("/applications", "neighbour").json["items"] == []


def test_an_applicant_withdraws_and_cannot_twice(licence: Api) -> None:
    applied = licence.post("/applications", "citizen", RENEWAL).json

    first = licence.post(f"/applications/{applied['id']}/withdraw", "citizen", {})
    second = licence.post(f"/applications/{applied['id']}/withdraw", "citizen", {})

    assert (first.status_code, first.json["state"]) == (200, "withdrawn")
    assert second.status_code == 409


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        pytest.param({"kind": None}, "/answers/kind", id="answer missing"),
        pytest.param({"kind": "theft"}, "/answers/kind", id="no such choice"),
        pytest.param({"pin": "short"}, "/answers/pin", id="pin that is none"),
        pytest.param({"role": "admin"}, "/answers/role", id="field the form does not have"),
        pytest.param({"case": {"number": "x"}}, "/answers/case", id="variable of the engine"),
        pytest.param({"phone": "12‮34"}, "/answers/phone", id="right-to-left mark in a number"),
    ],
)
def test_every_fault_of_an_application_is_told_and_nothing_is_kept(
    licence: Api, changes: dict[str, object], place: str
) -> None:
    answers = {**RENEWAL["answers"], **changes}  # type: ignore[dict-item]

    answer = licence.post("/applications", "citizen", {"service": "driving-licence", "answers": answers})

    assert answer.status_code == 422, answer.text
    assert place in [one["path"] for one in answer.json["places"]]
    assert licence.get("/applications", "citizen").json["items"] == []


def test_the_catalogue_and_the_form_are_open_to_everyone(licence: Api) -> None:
    listed = licence.get("/services").json["items"]
    service = licence.get("/services/driving-licence").json
    form = licence.get("/services/driving-licence/form")

    assert [one["key"] for one in listed] == ["driving-licence"]
    assert set(service["title"]) == {"az", "en", "ru"}
    assert service["passport"]["legal_basis"]
    assert form.json["form_id"] == service["form_id"]


def test_forms_of_tasks_are_shown_to_officials_only(licence: Api) -> None:
    answers = [licence.get("/forms/decide", who).status_code for who in (None, "citizen", "clerk", "analyst")]

    assert answers == [401, 403, 200, 200]


def test_officials_try_a_decision_with_its_reasons(licence: Api) -> None:
    decisions = licence.get("/decisions", "analyst").json["items"]

    answers = {
        one["decision_id"]: licence.post(f"/decisions/{one['decision_id']}/evaluate", "analyst", {"inputs": {}})
        for one in decisions
    }

    assert decisions
    assert {answer.status_code for answer in answers.values()} == {200}
    assert all({"value", "trace", "version"} <= set(answer.json) for answer in answers.values())


def test_the_model_is_given_back_as_it_was_deployed(licence: Api) -> None:
    definition = licence.get("/process-definitions?process_id=driving-licence", "analyst").json["items"][0]

    xml = licence.get(f"/process-definitions/{definition['id']}/xml", "analyst")

    assert xml.data == (LICENCE / "driving-licence.bpmn").read_bytes()
    assert licence.get(f"/process-definitions/{definition['id']}", "analyst").json["version"] == 1
