"""The inbox and the notices of an application, as their readers ask for them; addresses a person sets herself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.casework.actor import SYSTEM
from engine.identity import new_key
from engine.jobs.hands import Hands
from engine.runtime.deploy import deploy
from tests.builders.a_notified_permit import a_notified_service
from tests.builders.an_api import Api, an_api


@pytest.fixture
def notified(database_url: str) -> Iterator[Api]:
    """The API with a service that tells its applicants something."""
    made = an_api(database_url)
    deploy(made.runtime, a_notified_service(), by=SYSTEM)
    yield made
    made.composed.database.close()


def applied(api: Api, times: int = 1) -> str:
    """An application that was told of; gives the last one's key."""
    for _ in range(times):
        answer = api.post("/applications", "citizen", {"service": "permit", "answers": {}})
        assert answer.status_code == 201, answer.json
    hands = Hands(runtime=api.runtime, registry=api.composed.registry, owner="worker")
    while jobs := hands.take(100, timedelta(seconds=60)):
        for job in jobs:
            hands.carry_out(job)
    return str(answer.json["id"])


def test_a_citizen_lists_reads_and_marks_her_notices(notified: Api) -> None:
    case_id = applied(notified)

    page = notified.get("/inbox", "citizen").json
    (item,) = page["items"]
    one = notified.get(f"/inbox/{item['id']}", "citizen").json
    marked = [notified.put(f"/inbox/{item['id']}/read", "citizen").status_code for _ in range(2)]

    assert (page["unread"], page["next"]) == (1, None)
    assert one == item
    assert (one["application"], one["service"], one["kind"]) == (case_id, "permit", "decided")
    assert one["text"] == "Hörmətli Rəşad, qərar: yoxdur."
    assert one["read_at"] is None
    assert marked == [204, 204]
    assert notified.get(f"/inbox/{item['id']}", "citizen").json["read_at"] is not None
    assert notified.get("/inbox?unread=true", "citizen").json == {"items": [], "next": None, "unread": 0}


def test_an_inbox_comes_in_pages(notified: Api) -> None:
    applied(notified, times=3)

    first = notified.get("/inbox?limit=2", "citizen").json
    second = notified.get(f"/inbox?limit=2&cursor={first['next']}", "citizen").json

    keys = [item["id"] for item in first["items"] + second["items"]]
    assert keys == sorted(keys, reverse=True)
    assert (len(keys), second["next"], first["unread"]) == (3, None, 3)
    assert notified.get("/inbox?cursor=abc", "citizen").status_code == 422


def test_somebody_elses_notice_is_not_there(notified: Api) -> None:
    applied(notified)
    key = notified.get("/inbox", "citizen").json["items"][0]["id"]

    for asked in (
        notified.get(f"/inbox/{key}", "neighbour"),
        notified.put(f"/inbox/{key}/read", "neighbour"),
        notified.get(f"/inbox/{new_key()}", "citizen"),
    ):
        assert (asked.status_code, asked.json["type"].rpartition(":")[2]) == (404, "notice-not-found")
    assert notified.get("/inbox", "neighbour").json["items"] == []


def test_clerk_and_applicant_see_what_became_of_a_notice(notified: Api) -> None:
    case_id = applied(notified)

    seen = [notified.get(f"/applications/{case_id}/notices", who) for who in ("citizen", "clerk", "supervisor")]
    hidden = [notified.get(f"/applications/{case_id}/notices", who) for who in ("neighbour", "outsider")]

    assert [answer.status_code for answer in seen] == [200, 200, 200]
    assert [answer.json for answer in seen] == [seen[0].json] * 3
    assert seen[0].json["items"][0]["deliveries"] == []  # nothing is set up to send by
    assert [answer.status_code for answer in hidden] == [404, 404]


def test_a_person_sets_her_addresses(notified: Api) -> None:
    nothing = notified.get("/me/contact", "citizen").json
    said = {"mail": "Own@Example.AZ", "mobile": "+994 50 123-45-67", "language": "en", "time_zone": "Asia/Baku"}
    put = notified.put("/me/contact", "citizen", {**said, "sms_wanted": False})

    assert (nothing["mail"], nothing["mail_wanted"], nothing["changed_at"]) == (None, True, None)
    assert put.status_code == 200
    assert put.json == notified.get("/me/contact", "citizen").json
    assert (put.json["mail"], put.json["mobile"]) == ("Own@example.az", "+994501234567")
    assert notified.put("/me/contact", "citizen", {}).json["mail"] is None


def test_every_fault_of_an_address_is_told_with_its_place(notified: Api) -> None:
    refused = notified.put("/me/contact", "citizen", {"mail": "x", "mobile": "12", "language": "tr"})
    assert refused.status_code == 422
    assert [fault["path"] for fault in refused.json["places"]] == ["/mail", "/mobile", "/language"]
    assert notified.put("/me/contact", "citizen", {"fax": "1"}).status_code == 422
