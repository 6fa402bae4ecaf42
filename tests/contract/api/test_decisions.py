"""Decision definitions over the API: tried and explained, by key and version."""

from __future__ import annotations

import pytest

from tests.builders.an_api import Api

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
