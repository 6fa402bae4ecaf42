"""Decision definitions over the API: tried and explained, by key and version."""

from __future__ import annotations

import pytest

from tests.builders.an_api import Api
from tests.builders.importing_decisions import a_library, an_importer

DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:m">
<inputData id="age" name="age"><variable name="age" typeRef="number"/></inputData>
<decision id="may-drive" name="May drive"><variable name="May drive"/>
<informationRequirement id="r1"><requiredInput href="#age"/></informationRequirement>
<decisionTable id="t" hitPolicy="UNIQUE">
<input id="i1" label="Age"><inputExpression typeRef="number"><text>age</text></inputExpression></input>
<output id="o1" name="answer" typeRef="string"/><annotation name="article"/>
<rule id="r-1"><inputEntry><text>&lt; {limit}</text></inputEntry><outputEntry><text>"no"</text></outputEntry>
<annotationEntry><text>Art. 30</text></annotationEntry></rule>
<rule id="r-2"><inputEntry><text>&gt;= {limit}</text></inputEntry><outputEntry><text>"yes"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.fixture
def rules(api_on_both: Api) -> Api:
    """Version 1 lets people drive at 18, version 2 at 21."""
    for limit in (18, 21):
        api_on_both.deploy_files({"rules.dmn": DMN.replace("{limit}", str(limit)).encode()})
    return api_on_both


def test_the_newest_version_is_explained_in_the_language_asked_for(rules: Api) -> None:
    answer = rules.post("/decisions/may-drive/explain", "analyst", {"inputs": {"age": 20}, "language": "en"}).json

    assert (answer["value"], answer["version"], answer["language"]) == ("no", 2, "en")
    assert answer["sentences"] == [
        "May drive: no.",
        "What was considered: Age – 20.",
        "Rule 1 applied.",
        "Legal basis: Art. 30.",
        "The answer would be “yes” if: Age – at least 21 (now: 20).",
    ]
    (decision,) = answer["decisions"]
    assert decision["tables"][0]["others"][0]["lacks"] == [
        {"name": "Age", "found": 20, "expected": "at least 21", "condition": ">= 21"}
    ]


def test_an_older_version_is_explained_by_its_number(rules: Api) -> None:
    body = {"inputs": {"age": 20}, "version": 1}

    assert rules.post("/decisions/may-drive/explain", "analyst", body).json["value"] == "yes"


@pytest.mark.parametrize(
    ("version", "value", "answered"),
    [
        pytest.param(None, "no", 2, id="the newest, when none is named"),
        pytest.param(1, "yes", 1, id="an older one"),
        pytest.param(2, "no", 2, id="the newest by its number"),
    ],
)
def test_a_decision_is_evaluated_by_key_and_version(rules: Api, version: int | None, value: str, answered: int) -> None:
    body = {"inputs": {"age": 20}} | ({} if version is None else {"version": version})

    answer = rules.post("/decisions/may-drive/evaluate", "analyst", body)

    assert answer.status_code == 200
    assert (answer.json["value"], answer.json["version"], answer.json["warnings"]) == (value, answered, [])
    assert [one["index"] for one in answer.json["trace"][0]["tables"][0]["matched"]] == [1 if value == "no" else 2]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"inputs": {}, "version": 9}, 404, id="unknown version"),
        pytest.param({"inputs": {}, "version": 0}, 422, id="no version"),
        pytest.param({"inputs": {}, "version": "1"}, 422, id="a text"),
    ],
)
def test_a_version_that_is_not_there_is_refused(rules: Api, body: object, status: int) -> None:
    assert rules.post("/decisions/may-drive/evaluate", "analyst", body).status_code == status


def test_a_service_is_evaluated_by_its_key_and_listed(api: Api) -> None:
    service = '<decisionService id="drive" name="Drive"><outputDecision href="#may-drive"/><inputData href="#age"/>'
    dmn = DMN.replace("{limit}", "18").replace("</definitions>", f"{service}</decisionService></definitions>")
    api.deploy_files({"rules.dmn": dmn.encode()})

    answer = api.post("/decisions/drive/evaluate", "analyst", {"inputs": {"age": 20}}).json

    assert (answer["value"], answer["version"]) == ("yes", 1)
    assert {one["decision_id"] for one in api.get("/decisions", "analyst").json["items"]} == {"may-drive", "drive"}


def test_a_library_and_what_imports_it_are_deployed_over_the_api(api: Api) -> None:
    api.deploy_files({"lib.dmn": a_library()})
    api.deploy_files({"fee.dmn": an_importer()})

    assert api.post("/decisions/fee/evaluate", "analyst", {"inputs": {"amount": 4}}).json["value"] == 8


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("ru", "ru"), ("fr, en;q=0.5", "en"), ("fr", "az"), ("", "az")],
    ids=["russian", "second choice", "none known", "none said"],
)
def test_the_browsers_language_is_taken_where_none_is_named(rules: Api, accepted: str, language: str) -> None:
    headers = {"Accept-Language": accepted} if accepted else {}
    answer = rules.post("/decisions/may-drive/explain", "analyst", {"inputs": {"age": 20}}, headers=headers)

    assert answer.json["language"] == language


def test_what_was_not_given_is_told_beside_the_result(rules: Api) -> None:
    answer = rules.post("/decisions/may-drive/explain", "analyst", {"inputs": {}, "language": "en"}).json

    assert answer["value"] is None
    assert any("age" in warning for warning in answer["warnings"])
    assert "No rule applied." in answer["sentences"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/decisions/none/explain", {"inputs": {}}, 404, id="unknown key"),
        pytest.param("/decisions/may-drive/explain", {"inputs": {}, "version": 9}, 404, id="unknown version"),
        pytest.param("/decisions/may-drive/explain", {"inputs": []}, 422, id="inputs that are no object"),
        pytest.param("/decisions/may-drive/explain", {"inputs": {}, "language": "fr"}, 422, id="unknown language"),
        pytest.param("/decisions/may-drive/explain", {}, 422, id="no inputs"),
    ],
)
def test_a_wrong_question_is_refused_with_what_is_wrong(rules: Api, path: str, body: object, status: int) -> None:
    refused = rules.post(path, "analyst", body)

    assert refused.status_code == status
    assert refused.json["detail"]


def test_citizens_do_not_try_rules(rules: Api) -> None:
    assert rules.post("/decisions/may-drive/explain", "citizen", {"inputs": {}}).status_code == 403
