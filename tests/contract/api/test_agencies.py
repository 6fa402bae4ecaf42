"""Agencies over the API: registered by an operator, arranged by their administrator; deputies and delegated tasks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders.a_permit import a_permit
from tests.builders.an_api import Api

NAMES = {"az": "Şəhər", "en": "City", "ru": "Город"}
CLERK_NAMES = {"az": "Məmur", "en": "Clerk", "ru": "Чиновник"}


def _city(api: Api) -> None:
    """The agency that the administrator administers."""
    made = api.post("/agencies", "operator", {"key": "city", "names": NAMES, "contact": {"phone": "102"}})
    assert made.status_code == 201, made.text


def _task(api: Api) -> str:
    api.deploy_files(a_permit())
    started = api.post("/instances", "analyst", {"process_id": "permit", "variables": {"area": 120}})
    task: str = started.json["open_tasks"][0]["id"]
    return task


def test_an_agency_is_arranged_from_its_registration_to_its_last_member(api_on_both: Api) -> None:
    api = api_on_both
    _city(api)
    unit = api.put("/agencies/city/units/north", "administrator", {"names": {"az": "Ş", "en": "N", "ru": "С"}})
    role = api.put("/agencies/city/roles/head", "administrator", {"names": {"az": "R", "en": "H", "ru": "Н"}})
    member = api.post(
        "/agencies/city/members", "administrator", {"account": "outsider", "roles": ["clerk"], "unit": "north"}
    )
    key = api.keys["outsider"]
    moved = api.put(f"/agencies/city/members/{key}", "administrator", {"roles": ["head"], "supervises": True})
    shown = api.get("/agencies/city", "citizen").json
    people = {one["sign_in_name"]: one for one in api.get("/agencies/city/members", "supervisor").json["items"]}
    gone = api.ask("DELETE", f"/agencies/city/members/{key}", "administrator")

    assert [one.status_code for one in (unit, role, member, moved, gone)] == [200, 200, 200, 200, 204]
    assert (member.json["roles"], member.json["unit"]) == (["clerk"], "north")
    assert (moved.json["roles"], moved.json["unit"], moved.json["supervises"]) == (["head"], None, True)
    assert (shown["names"], shown["contact"]) == (NAMES, {"phone": "102"})
    assert [one["queue"] for one in shown["roles"]] == ["city:clerk", "city:head"]
    assert [one["key"] for one in shown["units"]] == ["north"]
    assert people["administrator"]["administers"]
    assert people["clerk"]["roles"] == ["clerk"]
    assert set(api.get("/me", "outsider").json["queues"]) == {"elsewhere:clerk"}
    for path in ("units/north", "roles/head"):
        assert api.ask("DELETE", f"/agencies/city/{path}", "administrator").status_code == 204
    assert [one["key"] for one in api.get("/agencies", "clerk").json["items"]] == ["city"]


def test_operators_appoint_and_dismiss_administrators_who_change_their_agency(api: Api) -> None:
    _city(api)
    changed = {"names": {**NAMES, "en": "Town"}}

    appointed = api.post("/agencies/city/administrators", "operator", {"account": "neighbour"})
    by_administrator = api.put("/agencies/city", "neighbour", changed)
    dismissed = api.ask("DELETE", f"/agencies/city/administrators/{api.keys['neighbour']}", "operator")

    assert [one.status_code for one in (appointed, by_administrator, dismissed)] == [200, 200, 204]
    assert api.get("/agencies/city", "clerk").json["names"]["en"] == "Town"
    assert api.put("/agencies/city", "neighbour", changed).status_code == 403


@pytest.mark.parametrize(
    ("names", "place"),
    [
        pytest.param({**NAMES, "en": "Cіty"}, "/names/en", id="Cyrillic letter in a Latin word"),
        pytest.param({**NAMES, "en": "Ci\u200bty"}, "/names/en", id="zero width"),
        pytest.param({**NAMES, "ru": "\u202eдороГ"}, "/names/ru", id="turned round"),
        pytest.param({"az": "Şəhər"}, "/names/en", id="two languages missing"),
        pytest.param({**NAMES, "en": 7}, "/names/en/value", id="no text"),
        pytest.param("City", "/names", id="no object"),
    ],
)
def test_a_name_that_imitates_or_is_missing_is_told_with_its_place(api: Api, names: Any, place: str) -> None:
    answer = api.post("/agencies", "operator", {"key": "town", "names": names})

    assert answer.status_code == 422, answer.text
    assert place in [one["path"] for one in answer.json["places"]]


def test_a_name_that_looks_like_another_agency_s_is_refused(api: Api) -> None:
    _city(api)

    answer = api.post("/agencies", "operator", {"key": "town", "names": {**NAMES, "en": "CITY"}})

    assert (answer.status_code, answer.json["type"]) == (409, "urn:onewindow:problem:name-taken")


def test_administrator_sees_no_task_and_gives_herself_nothing(api: Api) -> None:
    _city(api)
    task = _task(api)

    asked = api.post("/agencies/city/members", "administrator", {"account": "administrator", "roles": ["clerk"]})

    assert (asked.status_code, asked.json["type"]) == (403, "urn:onewindow:problem:duty-to-oneself")
    assert api.get(f"/tasks/{task}", "administrator").status_code == 403
    assert api.post(f"/tasks/{task}/claim", "administrator").status_code == 403


def test_a_deputy_works_in_the_queue_of_her_absent_colleague(api_on_both: Api) -> None:
    api = api_on_both
    _city(api)
    task = _task(api)
    given = api.post("/agencies/city/members", "administrator", {"account": "outsider", "roles": []})
    api.put("/agencies/city/roles/head", "administrator", {"names": {"az": "R", "en": "H", "ru": "Н"}})
    api.post("/agencies/city/members", "administrator", {"account": "outsider", "roles": ["head"]})
    deputy = api.post("/agencies/city/deputies", "clerk", {"absent": "clerk", "deputy": "outsider"})
    before = api.get(f"/tasks/{task}", "outsider").status_code
    absence = api.post(
        "/agencies/city/absences",
        "clerk",
        {"account": "clerk", "kind": "illness", "from_at": "2026-03-02T05:30:00Z", "until_at": "2026-03-09T05:30:00Z"},
    )

    claimed = api.post(f"/tasks/{task}/claim", "outsider")
    listed = api.get("/tasks?mine=true", "outsider").json["items"]

    assert (given.status_code, deputy.status_code, absence.status_code) == (200, 201, 201)
    assert deputy.json["queues"] == ["city:clerk"]
    assert (before, claimed.status_code) == (404, 200)
    assert [(one["id"], one["acted_for_name"]) for one in listed] == [(task, "Clerk")]
    (away,) = api.get("/agencies/city/absences", "colleague").json["items"]
    assert (away["name"], away["kind"]) == ("Clerk", None)
    (stands_in,) = api.get("/agencies/city/deputies", "colleague").json["items"]
    assert (stands_in["deputy_name"], stands_in["counts_now"]) == ("Outsider", True)
    assert api.post(f"/agencies/city/absences/{absence.json['id']}/end", "clerk").status_code == 200
    assert api.get(f"/tasks/{task}", "outsider").status_code == 404
    assert api.post(f"/agencies/city/deputies/{deputy.json['id']}/end", "outsider").status_code == 200
    again = api.post(f"/agencies/city/deputies/{deputy.json['id']}/end", "clerk")
    assert (again.status_code, again.json["type"]) == (409, "urn:onewindow:problem:already-over")


def test_a_member_who_is_dismissed_loses_the_task_in_her_hands(api: Api) -> None:
    _city(api)
    task = _task(api)
    api.post(f"/tasks/{task}/claim", "clerk")

    api.ask("DELETE", f"/agencies/city/members/{api.keys['clerk']}", "administrator")

    done = api.post(f"/tasks/{task}/complete", "clerk", {"answers": {"complete": True}})
    assert done.status_code in (403, 404)
    assert api.get(f"/tasks/{task}", "colleague").json["state"] == "open"


def test_a_task_is_handed_to_a_colleague_who_accepts_it(api_on_both: Api) -> None:
    api = api_on_both
    task = _task(api)
    api.post(f"/tasks/{task}/claim", "clerk")

    offered = api.post(f"/tasks/{task}/delegate", "clerk", {"account": api.keys["colleague"]})
    listed = api.get("/tasks?offered=true", "colleague").json["items"]
    declined = api.post(f"/tasks/{task}/decline", "colleague")
    early = api.post(f"/tasks/{task}/accept", "colleague")
    api.post(f"/tasks/{task}/delegate", "clerk", {"account": api.keys["colleague"]})
    accepted = api.post(f"/tasks/{task}/accept", "colleague")

    assert (offered.json["assignee"], offered.json["offered_to"]) == (api.keys["clerk"], api.keys["colleague"])
    assert [one["id"] for one in listed] == [task]
    assert (declined.json["offered_to"], early.status_code) == (None, 403)
    assert (accepted.json["assignee"], accepted.json["offered_to"]) == (api.keys["colleague"], None)
    assert api.get("/tasks?offered=true", "colleague").json["items"] == []


@pytest.mark.parametrize("who", ["outsider", "supervisor"])
def test_a_task_is_not_handed_to_who_does_not_work_in_its_queue(api: Api, who: str) -> None:
    task = _task(api)
    api.post(f"/tasks/{task}/claim", "clerk")

    answer = api.post(f"/tasks/{task}/delegate", "clerk", {"account": api.keys[who]})

    assert (answer.status_code, answer.json["type"]) == (409, "urn:onewindow:problem:assignee-outside-queue")
