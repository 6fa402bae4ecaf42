"""Tasks over the API: the queue, claim, draft, complete; and what a second clerk is told."""

from __future__ import annotations

import pytest

from tests.builders.a_permit import a_permit
from tests.builders.an_api import Api


def _start(api: Api) -> str:
    """A permit has begun; its first task."""
    api.deploy_files(a_permit())
    started = api.post("/instances", "analyst", {"process_id": "permit", "variables": {"area": 120}})
    assert started.status_code == 201, started.text
    task: str = started.json["open_tasks"][0]["id"]
    return task


def test_a_clerk_takes_a_task_of_her_queue_through_to_the_end(api_on_both: Api) -> None:
    api = api_on_both
    task = _start(api)

    claimed = api.post(f"/tasks/{task}/claim", "clerk")
    first = api.post(f"/tasks/{task}/complete", "clerk", {"answers": {"complete": True, "note": "ağ 😀 ‏"}})
    following = first.json["open_tasks"][0]["id"]
    second = api.post(f"/tasks/{following}/complete", "clerk", {"answers": {"fee": 25.50}})

    assert (claimed.status_code, claimed.json["state"]) == (200, "claimed")
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json["open_tasks"] == []
    instance = api.get(f"/instances/{first.json['instance_id']}", "operator").json
    assert instance["state"] == "completed"
    values = api.get(f"/instances/{first.json['instance_id']}/variables", "operator").json["variables"]
    assert values == {"area": 120, "complete": True, "note": "ağ 😀 ‏", "fee": 25.5}


def test_a_queue_shows_its_tasks_to_its_members_and_to_nobody_else(api: Api) -> None:
    task = _start(api)

    seen = {who: [one["id"] for one in api.get("/tasks", who).json["items"]] for who in ("clerk", "supervisor")}
    hidden = {who: api.get("/tasks", who).json["items"] for who in ("outsider", "citizen")}

    assert seen == {"clerk": [task], "supervisor": [task]}
    assert hidden == {"outsider": [], "citizen": []}


@pytest.mark.parametrize("who", ["outsider", "citizen"])
def test_a_task_of_a_queue_of_others_does_not_exist(api: Api, who: str) -> None:
    task = _start(api)

    shown = api.get(f"/tasks/{task}", who)
    completed = api.post(f"/tasks/{task}/complete", who, {"answers": {"complete": True}})

    assert (shown.status_code, completed.status_code) == (404, 404)
    assert shown.json["detail"] == api.get("/tasks/01hk3v8b6s9e4w2m7q5t0x1y2z-1", who).json["detail"].replace(
        "01hk3v8b6s9e4w2m7q5t0x1y2z-1", task
    )


def test_a_second_clerk_who_claims_is_told_that_it_is_taken(api: Api) -> None:
    task = _start(api)
    api.post(f"/tasks/{task}/claim", "clerk")

    second = api.post(f"/tasks/{task}/claim", "colleague")

    assert second.status_code == 409
    assert second.json["type"] == "urn:onewindow:problem:task-taken"
    assert "supervisor" in second.json["remedy"]


def test_a_task_that_was_done_is_409_and_nothing_changes(api: Api) -> None:
    task = _start(api)
    api.post(f"/tasks/{task}/complete", "clerk", {"answers": {"complete": True}})

    again = api.post(f"/tasks/{task}/complete", "clerk", {"answers": {"complete": False}})

    assert again.status_code == 409
    assert again.json["type"] == "urn:onewindow:problem:task-done"


@pytest.mark.parametrize(
    ("answers", "place"),
    [
        pytest.param({"complete": True, "role": "admin"}, "/answers/role", id="field the form does not have"),
        pytest.param({"complete": "yes"}, "/answers/complete", id="text for a truth value"),
        pytest.param({"complete": True, "note": "x" * 201}, "/answers/note", id="too long"),
        pytest.param({"complete": True, "__builtins__": {}}, "/answers/__builtins__", id="name of an internal"),
        pytest.param({"complete": {"typename": "car"}}, "/answers/complete", id="object that means a class elsewhere"),
        pytest.param({"complete": True, "note": "a\x00b"}, "/answers/note", id="NUL"),
        pytest.param({"complete": True, "note": "a\x07b"}, "/answers/note", id="control character"),
    ],
)
def test_wrong_answers_are_told_with_their_place_and_change_nothing(api: Api, answers: object, place: str) -> None:
    task = _start(api)

    answer = api.post(f"/tasks/{task}/complete", "clerk", {"answers": answers})

    assert answer.status_code in (400, 422), answer.text
    assert place in [one["path"] for one in answer.json["places"]]
    assert api.get(f"/tasks/{task}", "clerk").json["state"] == "open"


def test_faults_of_a_task_are_told_in_the_language_the_caller_asks_for(api: Api) -> None:
    task, asked = _start(api), {"Accept-Language": "ru"}
    version = api.post(f"/tasks/{task}/claim", "clerk").headers["ETag"]
    answers = {"answers": {"complete": "yes"}}

    completed = api.post(f"/tasks/{task}/complete", "clerk", answers, headers=asked)
    drafted = api.put(f"/tasks/{task}/draft", "clerk", answers, headers={**asked, "If-Match": version})

    said = [answer.json["places"][0]["message"] for answer in (completed, drafted)]
    assert said == ["Ожидалось «да» или «нет»."] * 2


def test_a_task_shows_its_form_with_values_and_draft_in_a_language(api: Api) -> None:
    task = _start(api)
    version = api.post(f"/tasks/{task}/claim", "clerk").headers["ETag"]
    api.put(f"/tasks/{task}/draft", "clerk", {"answers": {"note": "half"}}, headers={"If-Match": version})

    shown = api.get(f"/tasks/{task}?language=en", "clerk")

    assert shown.status_code == 200
    assert shown.json["form"]["language"] == "en"
    assert shown.json["variables"] == {"area": 120}
    assert shown.json["draft"] == {"note": "half"}
    assert shown.headers["ETag"] == f'"{shown.json["version"]}"'


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 428, id="no version named"),
        pytest.param({"If-Match": '"1"'}, 412, id="older version"),
        pytest.param({"If-Match": "*"}, 412, id="no version of ours"),
    ],
)
def test_a_draft_over_a_version_not_seen_is_refused(api: Api, headers: dict[str, str], status: int) -> None:
    task = _start(api)
    api.post(f"/tasks/{task}/claim", "clerk")

    answer = api.put(f"/tasks/{task}/draft", "clerk", {"answers": {"note": "half"}}, headers=headers)

    assert answer.status_code == status


def test_a_supervisor_assigns_a_task_to_a_member_of_its_queue_only(api: Api) -> None:
    task = _start(api)

    to_member = api.post(f"/tasks/{task}/assign", "supervisor", {"account": api.keys["colleague"]})
    to_stranger = api.post(f"/tasks/{task}/assign", "supervisor", {"account": api.keys["outsider"]})

    assert to_member.json["assignee"] == api.keys["colleague"]
    assert to_stranger.status_code == 409


def test_a_released_task_is_in_its_queue_again(api: Api) -> None:
    task = _start(api)
    api.post(f"/tasks/{task}/claim", "clerk")

    released = api.post(f"/tasks/{task}/release", "clerk")

    assert (released.json["state"], released.json["assignee"]) == ("open", None)
    assert api.post(f"/tasks/{task}/claim", "colleague").status_code == 200


def test_a_queue_is_read_page_by_page_without_gap_or_double(api: Api) -> None:
    first = _start(api)
    others = [api.post("/instances", "analyst", {"process_id": "permit"}).json["open_tasks"][0]["id"] for _ in range(4)]
    found, cursor = [], ""
    for _ in range(3):
        page = api.get(f"/tasks?limit=2&sort=created{cursor}", "clerk").json
        found += [one["id"] for one in page["items"]]
        cursor = f"&cursor={page['next']}"

    assert sorted(found) == sorted([first, *others])
    assert page["next"] is None


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("limit=0", "?limit"),
        ("limit=101", "?limit"),
        ("limit=1_0", "?limit"),
        ("limit=٣", "?limit"),
        ("limit=3&limit=4", "?limit"),
        ("cursor=%00", "?cursor"),
        ("cursor=abc", "?cursor"),
        ("sort=name", "?sort"),
        ("overdue=yes", "?overdue"),
        ("queue=Justice", "?queue"),
        ("unknown=1", "?unknown"),
        ("search=%07", "?search"),
    ],
)
def test_a_wrong_query_is_422_with_its_name(api: Api, query: str, place: str) -> None:
    answer = api.get(f"/tasks?{query}", "clerk")

    assert answer.status_code == 422, answer.text
    assert answer.json["places"][0]["path"] == place
