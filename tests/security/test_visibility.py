"""Canaries in fields that not everybody sees, looked for in every answer to everybody who may not see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from engine.diagnostics import ModelRefused
from engine.jobs.hands import Hands
from onewindow import accounts
from onewindow.accounts import Duties
from tests.builders import a_file
from tests.builders.a_decision_model import a_decision, a_model, an_input, literal
from tests.builders.a_form import a_field, a_form_file, a_group
from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import CLERKS, a_passport
from tests.builders.an_api import Api, an_api

INCOME, REMARK = "INC-48211577", "REM-9912044"
"""What the applicant says, and what the head writes."""
SEES = {"citizen": {INCOME}, "head": {INCOME, REMARK}}
"""Everybody else sees neither."""
READERS = ("citizen", "neighbour", "clerk", "head", "supervisor", "administrator", "analyst", "operator")
HIDDEN = {"properties": {"ow:visible-to": "applicant, head"}}


@dataclass(slots=True)
class Stage:
    """A case whose head has written her remark, and which waits for a clerk."""

    api: Api
    places: dict[str, str]
    attachment: str
    assessed: str
    """The task that the head has done."""


def service() -> dict[str, bytes]:
    """An application with a restricted income; a rule and mappings copy it; the head adds a remark for herself."""
    process = a_process("permit").start()
    process.decision("rating", "rate", result="rated")
    process.user_task("assess", queue="city:head", form="assess", properties={"evidence": "identity"})
    process.user_task("check", queue=CLERKS, form="check", inputs={"seen": "=application.income", "told": "=remark"})
    process.end(properties={"outcome": "granted"})
    secret = a_group(a_field("income"), a_field("statement", "filepicker", accept=".pdf"), id="secret", **HIDDEN)
    rule = a_decision("rate", literal("application.income"), inputs="application")
    return {
        "permit.bpmn": process.xml(),
        "service.yaml": a_passport(form="apply", milestones={}),
        "apply.form": a_form_file(a_field("name"), secret, id="apply"),
        "assess.form": a_form_file(
            a_field("fit", "checkbox"),
            a_field("remark", properties={"ow:visible-to": "head"}),
            a_field("public"),
            id="assess",
        ),
        "check.form": a_form_file(
            a_field("complete", "checkbox"),
            {"type": "text", "id": "t", "text": "Income {{seen}}, remark {{remark}}, {{told}}"},
            a_field("seen", readonly=True),
            id="check",
        ),
        "rate.dmn": a_model(an_input("application") + rule),
    }


@pytest.fixture(scope="module")
def stage(sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The case, over SQLite."""
    api = an_api(sqlite_url, ONEWINDOW_FILES=str(tmp_path_factory.mktemp("files")))
    now, database = api.clock.now(), api.composed.database
    duties = Duties(queues=accounts.queues_of(["city:head"]))
    api.keys["head"] = accounts.add_account(database, "head", "Head", None, duties, now, None)
    _, api.tokens["head"] = accounts.create_token(database, "head", "tests", timedelta(days=30), now)
    api.deploy_files(service())
    yield _played(api)
    database.close()


def _played(api: Api) -> Stage:
    announced = api.post("/attachments", "citizen", {"name": "statement.pdf", "length": len(a_file.PDF)}).json["id"]
    head = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert api.ask("PATCH", f"/attachments/{announced}", "citizen", data=a_file.PDF, headers=head).status_code == 200
    answers = {"name": "Aysel", "income": INCOME, "statement": [announced]}
    made = api.post("/applications", "citizen", {"service": "permit", "answers": answers})
    assert made.status_code == 201, made.text
    hands = Hands(runtime=api.runtime, registry=api.composed.registry, owner="worker-1")
    for job in hands.take(10, timedelta(minutes=1)):
        hands.carry_out(job)
    (task,) = api.get("/tasks", "head").json["items"]
    assert api.post(f"/tasks/{task['id']}/claim", "head").status_code == 200
    tag = {"If-Match": api.get(f"/tasks/{task['id']}", "head").headers["ETag"]}
    kept = api.put(f"/tasks/{task['id']}/draft", "head", {"answers": {"remark": REMARK}}, headers=tag)
    assert kept.status_code == 200, kept.text
    drafted = api.get(f"/tasks/{task['id']}", "supervisor")
    assert drafted.status_code == 200
    assert REMARK not in drafted.text
    assert INCOME not in drafted.text
    hers = api.get(f"/tasks/{task['id']}", "head").text
    assert REMARK in hers
    assert INCOME in hers
    done = api.post(
        f"/tasks/{task['id']}/complete", "head", {"answers": {"fit": True, "remark": REMARK, "public": "In order."}}
    )
    assert done.status_code == 200, done.text
    (open_task,) = api.get("/tasks", "clerk").json["items"]
    instance = open_task["instance_id"]
    definition = api.get(f"/instances/{instance}", "analyst").json["definition_id"]
    places = {
        "case_id": made.json["id"],
        "task_id": open_task["id"],
        "instance_id": instance,
        "attachment_id": announced,
        "key": "permit",
        "form_id": "check",
        "agency": "city",
        "definition_id": definition,
    }
    return Stage(api, places, announced, task["id"])


def test_no_answer_to_anybody_holds_what_she_may_not_see(stage: Stage) -> None:
    leaks, asked, seen = [], 0, set()
    for rule in stage.api.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or not rule.arguments <= set(stage.places):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: stage.places[found[1]], rule.rule)
        paths = [path, path.replace(stage.places["task_id"], stage.assessed)]
        queries = ("", f"?application={stage.places['case_id']}", "?state=completed", "?queue=city:clerk")
        for who, path in product(READERS, sorted(set(paths))):
            for query in queries:
                answer = stage.api.client.get(
                    path + query, headers={"Authorization": f"Bearer {stage.api.tokens[who]}"}
                )
                said = answer.get_data(as_text=True)
                answer.close()
                asked += 1
                seen |= {(who, one) for one in (INCOME, REMARK) if one in said}
                leaks += [f"{who}: {path}{query}" for one in {INCOME, REMARK} - SEES.get(who, set()) if one in said]

    assert leaks == []
    assert asked > 500
    assert {("head", REMARK), ("head", INCOME)} <= seen, "else nothing was looked for"


def test_the_others_work_with_what_is_left(stage: Stage) -> None:
    shown = stage.api.get(f"/tasks/{stage.places['task_id']}", "clerk").json

    assert shown["variables"]["public"] == "In order."
    assert shown["variables"]["application"] == {"name": "Aysel"}
    assert "remark" not in shown["variables"]
    assert shown["variables"]["seen"] == "***"


def test_an_answer_to_a_field_that_is_not_shown_is_refused(stage: Stage) -> None:
    other = stage.api.post("/applications", "citizen", {"service": "permit", "answers": {"name": "B"}}).json
    (task,) = [one for one in stage.api.get("/tasks", "head").json["items"] if one["case_number"] == other["number"]]
    supervisor = stage.api.put(
        f"/tasks/{task['id']}/draft", "supervisor", {"answers": {"remark": "x"}}, headers={"If-Match": '"1"'}
    )

    assert supervisor.status_code == 403
    taken = stage.api.post(f"/tasks/{stage.places['task_id']}/complete", "clerk", {"answers": {"remark": "x"}})
    assert taken.status_code == 422


def test_a_file_of_a_hidden_field_is_not_there(stage: Stage) -> None:
    case = stage.places["case_id"]

    for who, found in (("citizen", 200), ("clerk", 404), ("supervisor", 404)):
        assert stage.api.get(f"/attachments/{stage.attachment}", who).status_code == found
        assert stage.api.get(f"/attachments/{stage.attachment}/content", who).status_code == found
        listed = stage.api.get(f"/attachments?application={case}", who).json["items"]
        assert (stage.attachment in {one["id"] for one in listed}) is (found == 200)


def test_readers_whom_nobody_can_be_and_properties_that_name_none_are_refused(stage: Stage) -> None:
    for said, rule in (("hed", "unknown-reader"), ("", "form-visible-to"), ("No Body", "form-visible-to")):
        form = a_form_file(a_field("x", properties={"ow:visible-to": said}), id="other")
        with pytest.raises(ModelRefused) as refused:
            stage.api.deploy_files({"other.form": form})
        assert [one.rule for one in refused.value.diagnostics] == [rule]


def test_the_page_of_analysts_names_all_words() -> None:
    page = (Path(__file__).parents[2] / "docs" / "analyst" / "modelling.md").read_text(encoding="utf-8")

    for word in ("ow:visible-to", "applicant", "supervisor", "operator", "analyst"):
        assert word in page
