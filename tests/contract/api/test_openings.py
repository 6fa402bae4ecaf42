"""An opening over the API: from sign-in with a second factor to the review that the applicant reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from werkzeug.test import TestResponse

from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import a_passport
from tests.builders.an_api import PASSWORD, Api, an_api

REASON = "The applicant asks by telephone where it is."


@pytest.fixture
def city(database_url: str) -> Iterator[Api]:
    """An API that keeps second factors, with a service whose tasks lie with the heads."""
    api = an_api(
        database_url,
        ONEWINDOW_SECRET_FACTOR_SEAL="a seal for factors that nobody could ever guess",
        ONEWINDOW_PUBLIC_URL="http://localhost:8080",
    )
    api.staff("city:head")
    process = a_process("permit").start().user_task("check", queue="city:head").end(properties={"outcome": "granted"})
    api.deploy_files({"permit.bpmn": process.xml(), "service.yaml": a_passport(evidence={}, milestones={})})
    yield api
    api.composed.database.close()


class Signed:
    """A clerk in a session whose second factor was proved just now."""

    def __init__(self, api: Api) -> None:
        self._client = api.app.test_client()
        self._csrf = ""
        self.ask("POST", "/session", name="clerk", password=PASSWORD)
        begun = self.ask("POST", "/me/second-factors/app", name="My phone").json
        code = pyotp.TOTP(begun["secret"]).at(api.clock.now())
        assert self.ask("POST", f"/me/second-factors/app/{begun['id']}/confirm", code=code).status_code == 201

    def ask(self, method: str, path: str, **body: Any) -> TestResponse:
        """One request with the cookie and its token."""
        said = {"json": body} if method == "POST" else {}
        answer = self._client.open(f"/api/v1{path}", method=method, headers={"X-Csrf-Token": self._csrf}, **said)
        self._csrf = (answer.json or {}).get("csrf_token") or self._csrf
        return answer


def test_a_case_is_opened_with_a_fresh_factor_reviewed_and_shown_to_its_applicant(city: Api) -> None:
    case = city.post("/applications", "citizen", {"service": "permit", "answers": {}}).json
    address, followed = f"/cases/{case['number']}/openings", f"/applications/{case['id']}"
    clerk = Signed(city)

    refused = city.post(address, "clerk", {"reason": REASON})
    assert (refused.status_code, refused.json["type"]) == (403, "urn:onewindow:problem:step-up-needed")
    assert clerk.ask("GET", followed).status_code == 404
    opened = clerk.ask("POST", address, reason=REASON)
    assert opened.status_code == 201, opened.json
    assert clerk.ask("GET", followed).status_code == 200

    (listed,) = city.get("/cases/openings?unreviewed=true", "supervisor").json["items"]
    assert (listed["case_number"], listed["account_name"], listed["verdict"]) == (case["number"], "Clerk", None)
    said = {"verdict": "objected", "remark": "Ask her clerk."}
    assert city.post(f"{address}/{listed['id']}/review", "supervisor", said).json["verdict"] == "objected"
    assert clerk.ask("GET", followed).status_code == 404
    (shown,) = city.get(followed, "citizen").json["openings"]
    assert (shown["reason"], shown["remark"]) == (REASON, "Ask her clerk.")
    assert "account" not in shown
