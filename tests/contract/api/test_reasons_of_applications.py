"""Why the decisions of an application came out so: in plain sentences, with the values as they were."""

from __future__ import annotations

import pytest

from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import a_passport
from tests.builders.an_api import Api

DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:m">
<inputData id="born" name="born"><variable name="born" typeRef="date"/></inputData>
<decision id="validity" name="Validity"><variable name="Validity" typeRef="number"/>
<informationRequirement id="r1"><requiredInput href="#born"/></informationRequirement>
<decisionTable id="t" hitPolicy="UNIQUE">
<input id="i1" label="Born"><inputExpression typeRef="date"><text>born</text></inputExpression></input>
<output id="o1" name="years" typeRef="number"/><annotation name="article"/>
<rule id="r-1"><inputEntry><text>&lt; date("1966-01-01")</text></inputEntry><outputEntry><text>2</text></outputEntry>
<annotationEntry><text>Art. 30</text></annotationEntry></rule>
<rule id="r-2"><inputEntry><text>&gt;= date("1966-01-01")</text></inputEntry>
<outputEntry><text>{years}</text></outputEntry>
<annotationEntry><text>Art. 31</text></annotationEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.fixture
def permits(api_on_both: Api) -> Api:
    """A service whose procedure asks one decision definition."""
    model = (
        a_process("permit")
        .start()
        .script("know", '=date("1990-05-17")', result="born")
        .decision("decide", "validity", result="years")
        .end(properties={"outcome": "granted"})
    )
    files = {
        "permit.bpmn": model.xml(),
        "validity.dmn": DMN.replace("{years}", "10").encode(),
        "service.yaml": a_passport(evidence={}, milestones={}),
    }
    api_on_both.deploy_files(files)
    return api_on_both


def applied(api: Api) -> str:
    """The key of a new application."""
    made = api.post("/applications", "citizen", {"service": "permit", "answers": {}})
    assert made.status_code == 201, made.text
    return str(made.json["id"])


def test_the_applicant_reads_what_was_considered_and_which_rule_applied(permits: Api) -> None:
    case = applied(permits)

    answer = permits.get(f"/applications/{case}/reasons", "citizen", headers={"Accept-Language": "en"}).json

    (said,) = answer["items"]
    assert answer["language"] == "en"
    assert (said["element_id"], said["decision_id"], said["version"]) == ("decide", "validity", 1)
    assert said["sentences"] == [
        "Validity: 10.",
        "What was considered: Born – 17 May 1990.",
        "Rule 2 applied.",
        "Legal basis: Art. 31.",
        "The answer would be “2” if: Born – before 1 January 1966 (now: 17 May 1990).",
    ]


def test_a_newer_version_of_the_rules_does_not_change_what_was_said(permits: Api) -> None:
    case = applied(permits)
    permits.deploy_files({"validity.dmn": DMN.replace("{years}", "5").encode()})

    before = permits.get(f"/applications/{case}/reasons", "citizen").json["items"][0]
    after = permits.get(f"/applications/{applied(permits)}/reasons", "citizen").json["items"][0]

    assert (before["version"], after["version"]) == (1, 2)
    assert [one["sentences"][0][-3:] for one in (before, after)] == ["10.", " 5."]


def test_reasons_are_shown_to_those_who_may_see_the_application(permits: Api) -> None:
    case = applied(permits)

    statuses = {
        who: permits.get(f"/applications/{case}/reasons", who).status_code for who in (None, "citizen", "neighbour")
    }

    assert statuses == {None: 401, "citizen": 200, "neighbour": 404}
    assert permits.get("/applications/nothing/reasons", "citizen").status_code == 404


def test_history_shows_the_values_of_a_decision_as_they_are_written(permits: Api) -> None:
    applied(permits)
    instance = permits.get("/instances", "operator").json["items"][0]["id"]

    history = permits.get(f"/instances/{instance}/history", "operator").json["items"]

    (made,) = [one["detail"]["trace"] for one in history if one["element_id"] == "decide"]
    assert made[0]["inputs"] == [{"name": "born", "value": "1990-05-17"}]
