"""Retention over the API: what a citizen sees of it, and what supervisors may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from engine.jobs.hands import Hands
from engine.runtime.retain import retain
from onewindow import accounts
from tests.builders.a_closed_case import RULE
from tests.builders.a_public_procedure import a_passport, a_procedure
from tests.builders.a_runtime import Running
from tests.builders.an_api import Api, an_api


@dataclass(slots=True)
class Desk:
    """An API, and a case that was decided."""

    api: Api
    case: str

    def hold(self, reason: str = "court") -> str:
        """Place a hold; gives its address."""
        answer = self.api.post(f"/records/{self.case}/holds", "supervisor", {"reason": reason})
        assert answer.status_code == 201, answer.text
        return f"/records/{self.case}/holds/{answer.json['id']}"

    def later(self, days: int) -> None:
        """Let time pass, and a worker do what is due."""
        self.api.clock.advance(timedelta(days=days))
        retain(self.api.runtime)
        for who in self.api.tokens:
            self.api.tokens[who] = renewed(self.api, who)


def renewed(api: Api, who: str) -> str:
    """A fresh token: those of the beginning have run out."""
    name = f"tests-{api.clock.now().year}-{api.clock.now().toordinal()}"
    return accounts.create_token(api.composed.database, who, name, timedelta(days=30), api.clock.now())[1]


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    api = an_api(database_url, ONEWINDOW_FILES=str(tmp_path / "files"))
    api.deploy_files({"permit.bpmn": a_procedure().xml(), "service.yaml": a_passport(retention=RULE)})
    case = api.post("/applications", "citizen", {"service": "permit", "answers": {}}).json["id"]
    running = Running(api.runtime, Hands(runtime=api.runtime, registry=api.composed.registry, owner="worker"))
    running.work_off()
    task = api.get("/tasks", "clerk").json["items"][0]["id"]
    api.post(f"/tasks/{task}/claim", "clerk")
    assert api.post(f"/tasks/{task}/complete", "clerk", {"answers": {"verdict": "grant"}}).status_code < 300
    running.work_off()
    yield Desk(api, case)
    running.check()
    running.close()


def test_the_citizen_sees_until_when_the_record_is_kept(desk: Desk) -> None:
    before = desk.api.get(f"/applications/{desk.case}", "citizen").json
    retain(desk.api.runtime)
    after = desk.api.get(f"/applications/{desk.case}", "citizen").json

    assert (before["record"], before["kept_until"]) == ("live", None)
    assert (after["record"], after["kept_until"]) == ("live", "2036-03-02T20:00:00Z")


def test_an_archived_application_is_still_followed_and_its_package_is_the_supervisors(desk: Desk) -> None:
    assert desk.api.get(f"/records/{desk.case}/package", "supervisor").status_code == 404
    desk.later(days=400)

    shown = desk.api.get(f"/applications/{desk.case}", "citizen").json
    package = desk.api.get(f"/records/{desk.case}/package", "supervisor")

    assert (shown["record"], shown["outcome"]) == ("archived", "granted")
    assert [one["id"] for one in desk.api.get("/applications", "citizen").json["items"]] == [desk.case]
    assert package.json["number"] == shown["number"]
    assert package.headers["Content-Type"] == "application/json"
    assert desk.api.get(f"/records/{desk.case}/package", "citizen").status_code == 403


def test_an_erased_application_is_gone_for_the_citizen_and_a_shell_for_the_supervisor(desk: Desk) -> None:
    desk.later(days=4_000)

    shell = desk.api.get(f"/applications/{desk.case}", "supervisor").json

    assert desk.api.get(f"/applications/{desk.case}", "citizen").status_code == 404
    assert desk.api.get("/applications", "citizen").json["items"] == []
    assert (shell["record"], shell["decision"], shell["evidence"]) == ("erased", None, [])
    for path in ("deadline", "reasons", "payments", "notices"):
        assert desk.api.get(f"/applications/{desk.case}/{path}", "supervisor").status_code < 500
    answer = desk.api.post(f"/records/{desk.case}/holds", "supervisor", {"reason": "late"})
    assert (answer.status_code, answer.json["type"].rpartition(":")[2]) == (409, "record-erased")
    assert desk.api.get(f"/records/{desk.case}/package", "supervisor").status_code == 409


def test_a_hold_stops_erasing_until_it_is_released(desk: Desk) -> None:
    hold = desk.hold("Court of appeal, file 2-114/2026")
    desk.later(days=4_000)
    assert desk.api.get(f"/applications/{desk.case}", "citizen").json["record"] == "archived"

    released = desk.api.post(f"{hold}/release", "supervisor", {"reason": "The judgment is final."})
    (listed,) = desk.api.get(f"/records/{desk.case}/holds", "supervisor").json["items"]
    desk.later(days=0)

    assert (released.json["is_active"], listed["release_reason"]) == (False, "The judgment is final.")
    assert desk.api.get(f"/applications/{desk.case}", "citizen").status_code == 404
    assert desk.api.post(f"{hold}/release", "supervisor", {"reason": "again"}).status_code == 409


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1_001], ids=["none", "blanks", "too long"])
def test_a_hold_needs_a_reason(desk: Desk, reason: str) -> None:
    assert desk.api.post(f"/records/{desk.case}/holds", "supervisor", {"reason": reason}).status_code == 422


def test_a_repeated_request_places_one_hold(desk: Desk) -> None:
    for _ in range(2):
        answer = desk.api.post(
            f"/records/{desk.case}/holds",
            "supervisor",
            {"reason": "court"},
            headers={"Idempotency-Key": "hold-of-the-court"},
        )
        assert answer.status_code == 201

    assert len(desk.api.get(f"/records/{desk.case}/holds", "supervisor").json["items"]) == 1
