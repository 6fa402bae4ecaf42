"""My data: what a citizen reads of looks at her data, and what she does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.casework.look import looks_chain
from engine.connectors.demo import DemoConnector
from engine.connectors.registry import Registry
from engine.identity import QueueName
from engine.jobs.hands import Hands
from onewindow.bundles import bundle_of
from tests.builders.a_public_procedure import a_passport, a_procedure
from tests.builders.a_runtime import Running
from tests.builders.an_api import Api, an_api

COMPLAINTS = Path(__file__).parents[3] / "processes" / "access-complaint"
ENGLISH = {"Accept-Language": "en"}
IN_CITY = {"az": "Şəhər", "en": "City hall", "ru": "Город"}
AS_CLERK = {"az": "Məmur", "en": "Examiner", "ru": "Эксперт"}


@dataclass(slots=True)
class Desk:
    """An API with a case that waits for a clerk."""

    api: Api
    case: str
    task: str

    def accesses(self, who: str = "citizen", query: str = "", **headers: str) -> list[dict[str, Any]]:
        """What somebody reads of looks at her data."""
        answer = self.api.get(f"/me/accesses{query}", who, headers=headers or ENGLISH)
        assert answer.status_code == 200, answer.text
        return list(answer.json["items"])

    def kinds(self, who: str = "citizen", query: str = "") -> list[str]:
        """The kinds of them, the newest first."""
        return [one["kind"] for one in self.accesses(who, query)]


def at_a_desk(url: str, **settings: str) -> Desk:
    """A city with its names, a service, and a case whose look-up was done."""
    api = an_api(url, **settings)
    assert api.post("/agencies", "operator", {"key": "city", "names": IN_CITY}).status_code == 201
    assert api.put("/agencies/city/roles/clerk", "administrator", {"names": AS_CLERK}).status_code == 200
    api.deploy_files({"permit.bpmn": a_procedure().xml(), "service.yaml": a_passport()})
    case = api.post("/applications", "citizen", {"service": "permit", "answers": {}}).json["id"]
    Running(api.runtime, Hands(runtime=api.runtime, registry=Registry([DemoConnector()]), owner="w")).work_off()
    task = api.get("/tasks", "clerk").json["items"][0]["id"]
    return Desk(api, case, task)


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = at_a_desk(database_url)
    yield made
    made.api.composed.database.close()


def test_a_citizen_reads_at_once_who_looked_at_what_as_what_and_why(desk: Desk) -> None:
    before = desk.kinds()
    desk.api.clock.advance(timedelta(minutes=1))
    desk.api.get(f"/tasks/{desk.task}", "clerk")

    (look,) = desk.accesses()

    assert before == []
    assert (look["kind"], look["ground"], look["agency"], look["role"]) == ("task.read", "task", "city", "clerk")
    assert look["sentence"] == (
        "An official (City hall, Examiner) saw the answers in your application, to work on your case."
    )
    assert look["legal_basis"] == "Law on permits, art. 1"
    assert (look["service_title"], look["case_id"], look["at"]) == ("Permit", desk.case, "2026-03-02T05:31:00Z")
    assert look["case_number"].startswith("AZ-2026-")
    assert look["withheld"] is None
    in_az = desk.accesses(**{"Accept-Language": "az"})[0]["sentence"]
    assert in_az == "Əməkdaş (Şəhər, Məmur) müraciətinizdəki cavablara baxıb: işinizə baxmaq üçün."
    assert desk.api.get(f"/me/accesses/{look['id']}", "citizen", headers=ENGLISH).json == look


def test_officials_are_told_by_office_and_by_name_only_where_that_is_set(database_url: str) -> None:
    desk = at_a_desk(database_url, ONEWINDOW_OFFICIALS="by-name")
    named = desk.api
    named.get(f"/tasks/{desk.task}", "clerk")

    assert desk.accesses()[0]["reader_name"] == "Clerk"
    named.composed.database.close()


def test_no_account_and_no_address_of_an_official_is_told(desk: Desk) -> None:
    desk.api.get(f"/tasks/{desk.task}", "clerk")

    shown = desk.api.get("/me/accesses", "citizen", headers=ENGLISH).text

    assert desk.api.keys["clerk"] not in shown
    assert '"reader_name":null' in shown
    assert "127.0.0.1" not in shown
    detail = entries(desk.api, desk.case)[-1]["detail"]
    assert '"origin":"127.0.0.1"' in detail


def test_own_looks_are_none_and_those_of_others_are_nobody_elses(desk: Desk) -> None:
    for path in (f"/applications/{desk.case}", f"/applications/{desk.case}/evidence", "/applications", "/tasks"):
        assert desk.api.get(path, "citizen").status_code == 200
    desk.api.get(f"/applications/{desk.case}", "supervisor")
    (look,) = desk.accesses()

    assert look["ground"] == "supervision"
    assert desk.kinds("neighbour") == []
    assert desk.api.get(f"/me/accesses/{look['id']}", "neighbour").status_code == 404
    assert desk.api.get(f"/me/accesses/{'0' * 64}", "citizen").status_code == 404
    assert desk.api.get("/me/accesses/nonsense", "citizen").status_code == 404


def test_pages_show_each_look_once_and_filters_narrow_them(desk: Desk) -> None:
    for number in range(7):
        desk.api.clock.advance(timedelta(hours=6))
        desk.api.get(f"/tasks/{desk.task}", "clerk" if number % 2 else "supervisor")
    pages, cursor = [], ""
    while True:
        answer = desk.api.get(f"/me/accesses?limit=3{cursor}", "citizen").json
        pages.append([one["id"] for one in answer["items"]])
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"

    shown = [one for page in pages for one in page]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len(set(shown)) == 7
    assert shown == [one["id"] for one in desk.accesses()]
    assert len(desk.accesses(query="?since=2026-03-03T00:00:00Z&until=2026-03-03T12:00:00Z")) == 2
    assert len(desk.accesses(query=f"?application={desk.case}&agency=city&kind=task.read")) == 7
    assert desk.accesses(query="?agency=elsewhere") == []
    assert desk.api.get("/me/accesses?cursor=x", "citizen").status_code == 422
    assert desk.api.get("/me/accesses?kind=x", "citizen").status_code == 422


def test_looks_are_counted_by_agency_case_and_day(desk: Desk) -> None:
    for _ in range(3):
        desk.api.get(f"/tasks/{desk.task}", "clerk")
    desk.api.clock.advance(timedelta(days=1))
    desk.api.get(f"/applications/{desk.case}", "supervisor")

    def counted(by: str) -> list[tuple[str, int, dict[str, int]]]:
        items = desk.api.get(f"/me/accesses/groups?by={by}", "citizen").json["items"]
        return [(one["key"], one["number"], one["kinds"]) for one in items]

    assert counted("agency") == [("city", 4, {"case.read": 1, "task.read": 3})]
    assert counted("case") == [(desk.case, 4, {"case.read": 1, "task.read": 3})]
    assert counted("day") == [("2026-03-03", 1, {"case.read": 1}), ("2026-03-02", 3, {"task.read": 3})]


def test_what_a_representative_reads_is_noted_as_acting_for_the_person(desk: Desk) -> None:
    offered = desk.api.post("/mandates", "citizen", {"holder": desk.api.keys["neighbour"]}).json["id"]
    desk.api.post(f"/mandates/{offered}/accept", "neighbour")
    desk.api.get("/applications", "neighbour")
    desk.api.clock.advance(timedelta(seconds=1))
    desk.api.get(f"/applications/{desk.case}", "neighbour")

    shown = desk.accesses()

    assert [(one["kind"], one["ground"]) for one in shown] == [("case.read", "mandate"), ("case.listed", "mandate")]
    assert {(one["role"], one["reader_name"], one["agency"]) for one in shown} == {
        ("representative", "Neighbour", None)
    }
    assert f'"acting_for":"{desk.api.keys["citizen"]}"' in entries(desk.api, desk.case)[-1]["detail"]


def test_work_that_programs_fetch_is_told(api_on_both: Api) -> None:
    api = api_on_both
    api.deploy_files({"permit.bpmn": a_procedure().xml(), "service.yaml": a_passport()})
    made = api.post("/applications", "citizen", {"service": "permit", "answers": {}})
    fetched = api.post("/jobs/fetch", "operator", {"worker": "press", "type": "demo"}).json["items"]

    shown = api.get("/me/accesses", "citizen").json["items"]

    assert len(fetched) == 1
    assert [(one["kind"], one["case_id"]) for one in shown] == [("work.fetched", made.json["id"])]


def test_a_look_of_an_operator_at_an_account_is_told_to_its_person(desk: Desk) -> None:
    desk.api.get(f"/accounts/{desk.api.keys['citizen']}/sessions", "operator")
    desk.api.get(f"/accounts/{desk.api.keys['neighbour']}/tokens", "operator")

    assert desk.kinds() == ["sessions.read"]
    assert desk.kinds("neighbour") == ["tokens.read"]


def test_me_shows_what_the_caller_administers_stands_in_for_and_represents(desk: Desk) -> None:
    offered = desk.api.post("/mandates", "citizen", {"holder": desk.api.keys["neighbour"], "services": ["permit"]})
    desk.api.post(f"/mandates/{offered.json['id']}/accept", "neighbour")

    assert desk.api.get("/me", "administrator").json["administers"] == ["city"]
    assert desk.api.get("/me", "neighbour").json["represents"] == {desk.api.keys["citizen"]: ["permit"]}
    assert desk.api.get("/me", "clerk").json["stands_in"] == {}


def entries(api: Api, case: str) -> list[dict[str, Any]]:
    """The journal's entries of looks at a case."""
    running = Running(api.runtime, Hands(runtime=api.runtime, registry=api.composed.registry, owner="w"))
    chain = looks_chain(case)
    return [dict(row) for row in running.rows("SELECT * FROM journal_entry WHERE chain = :c ORDER BY seq", c=chain)]


def with_complaints(desk: Desk) -> None:
    """Deploy the shipped procedure for complaints, once the authority is registered."""
    said = {"key": "data-protection", "names": {"az": "Mühafizə", "en": "Data protection", "ru": "Защита"}}
    assert desk.api.post("/agencies", "operator", said).status_code == 201
    desk.api.deploy_files(bundle_of(COMPLAINTS))


def test_a_complaint_opens_a_case_with_the_officer_of_the_agency_and_the_answer_comes_back(desk: Desk) -> None:
    api = desk.api
    with_complaints(desk)
    api.staff("city:dpo")
    officer = "colleague"
    api.composed.database.run(lambda work: work.accounts.grant(api.keys[officer], queues=[QueueName("city", "dpo")]))
    api.get(f"/tasks/{desk.task}", "clerk")
    look = desk.accesses()[0]["id"]

    body = {"complaint": "I never asked this office for anything."}
    made = api.post(f"/me/accesses/{look}/complaint", "citizen", body)
    (task,) = api.get("/tasks?queue=city:dpo", officer).json["items"]
    shown = api.get(f"/tasks/{task['id']}", officer).json
    api.post(f"/tasks/{task['id']}/claim", officer)
    answers = {"finding": "upheld", "answer": "There was no task that led to your data."}
    done = api.post(f"/tasks/{task['id']}/complete", officer, {"answers": answers})
    tell = Hands(runtime=api.runtime, registry=api.composed.registry, owner="w")
    Running(api.runtime, tell).work_off()
    tracked = api.get(f"/applications/{made.json['id']}", "citizen").json

    assert (made.status_code, made.json["agency"], made.json["service"]) == (201, "city", "access-complaint")
    assert made.json["deadline_at"] is not None
    assert shown["variables"]["access"]["reader"] == "Clerk"
    assert shown["variables"]["access"]["id"] == look
    assert done.status_code == 200, done.text
    assert (tracked["state"], tracked["decision"]["outcome"]) == ("decided", "granted")
    assert tracked["decision"]["text"] == answers["answer"]
    assert "Clerk" not in str(tracked)
    assert api.get("/inbox", "citizen").json["items"][0]["case_number"] == tracked["number"]


def test_a_complaint_about_an_agency_without_an_officer_goes_to_the_authority(desk: Desk) -> None:
    with_complaints(desk)
    desk.api.get(f"/tasks/{desk.task}", "clerk")
    look = desk.accesses()[0]["id"]

    made = desk.api.post(f"/me/accesses/{look}/complaint", "citizen", {"complaint": "Nobody should have looked."})

    assert made.json["agency"] == "data-protection"
    (opened,) = Running(
        desk.api.runtime, Hands(runtime=desk.api.runtime, registry=desk.api.composed.registry, owner="w")
    ).rows("SELECT queue FROM task WHERE element_id = 'examine-access'")
    assert opened["queue"] == "data-protection:dpo"


def test_nobody_complains_about_a_look_that_is_not_hers_or_without_words(desk: Desk) -> None:
    with_complaints(desk)
    desk.api.get(f"/tasks/{desk.task}", "clerk")
    look = desk.accesses()[0]["id"]
    body = {"complaint": "Nobody should have looked."}

    answers = [
        desk.api.post(f"/me/accesses/{look}/complaint", "neighbour", body).status_code,
        desk.api.post(f"/me/accesses/{'0' * 64}/complaint", "citizen", body).status_code,
        desk.api.post(f"/me/accesses/{look}/complaint", "clerk", body).status_code,
        desk.api.post(f"/me/accesses/{look}/complaint", "citizen", {"complaint": "No."}).status_code,
    ]

    assert answers == [404, 404, 403, 422]
