"""API tokens: made by their owners and for programs, limited to scopes, listed with their last use, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from door.access import rule_of
from door.scopes import NOUNS
from onewindow import accounts
from onewindow.accounts import Duties
from tests.builders.a_runtime import Running
from tests.builders.an_api import PASSWORD, Api, an_api


def _signed_in(api: Api, name: str = "citizen") -> dict[str, str]:
    answer = api.post("/session", body={"name": name, "password": PASSWORD})
    return {"X-Csrf-Token": answer.json["csrf_token"]}


def _make(api: Api, **said: Any) -> Any:
    return api.post("/me/tokens", body={"name": "Mine", **said}, headers=_signed_in(api))


def _with(api: Api, token: str, path: str, method: str = "GET") -> Any:
    return api.app.test_client().open(
        f"/api/v1{path}", method=method, headers={"Authorization": f"Bearer {token}"}, json={}
    )


def test_a_token_is_shown_once_kept_as_a_hash_used_and_revoked(api_on_both: Api) -> None:
    api = api_on_both
    made = _make(api, scopes=["applications:read", "me:read"], days=7).json
    used = _with(api, made["token"], "/applications").status_code
    listed = [one for one in api.get("/me/tokens").json["items"] if one["id"] == made["id"]]
    csrf = {"X-Csrf-Token": api.get("/me").json["csrf_token"]}
    revoked = api.ask("DELETE", f"/me/tokens/{made['id']}", headers=csrf).status_code

    assert made["token"].startswith("ow_")
    assert (used, revoked) == (200, 204)
    assert (listed[0]["scopes"], listed[0]["last_used_at"] is not None) == (["applications:read", "me:read"], True)
    assert _with(api, made["token"], "/applications").status_code == 401
    running = Running(api.runtime, None)  # type: ignore[arg-type]
    assert not any(made["token"] in str(row) for row in running.rows("SELECT * FROM api_token"))
    assert running.acts(f"account-{api.keys['citizen']}")[-2:] == ["token.made", "token.revoked"]
    running.check()


def test_a_token_does_what_its_scopes_say_and_is_told_which_is_missing(api: Api) -> None:
    token = _make(api, scopes=["applications:read", "attachments:write"]).json["token"]

    asked = {
        path: _with(api, token, path, method)
        for method, path in (
            ("GET", "/applications"),
            ("GET", "/attachments"),
            ("POST", "/attachments"),
            ("GET", "/inbox"),
        )
    }
    refused = _with(api, token, "/applications", "POST")

    assert [asked[path].status_code for path in ("/applications", "/attachments", "/inbox")] == [200, 422, 403]
    assert (refused.status_code, refused.json["type"]) == (403, "urn:onewindow:problem:scope-missing")
    assert "applications:write" in refused.json["detail"]
    assert _with(api, token, "/services").status_code == 200


@pytest.mark.parametrize("scopes", [["tasks:delete"], ["*"], [], ["tasks:read", "x" * 60]])
def test_scopes_that_are_none_are_refused(api: Api, scopes: list[str]) -> None:
    assert _make(api, scopes=scopes).status_code == 422


def test_every_noun_that_needs_a_caller_has_scopes(api: Api) -> None:
    guarded = {
        rule.endpoint.partition(".")[0]
        for rule in api.app.url_map.iter_rules()
        if (found := rule_of(api.app.view_functions[rule.endpoint])) is not None and found.roles is not None
    }

    assert guarded <= set(NOUNS)


def test_a_token_ends_when_it_was_said_and_without_a_fresh_sign_in_none_is_made(api: Api) -> None:
    csrf = _signed_in(api)
    token = api.post("/me/tokens", body={"name": "Mine", "days": 1}, headers=csrf).json["token"]
    api.clock.advance(timedelta(minutes=11))
    stale = api.post("/me/tokens", body={"name": "Mine"}, headers=csrf)
    api.clock.advance(timedelta(days=1))

    assert (stale.status_code, stale.json["type"]) == (403, "urn:onewindow:problem:step-up-needed")
    assert _with(api, token, "/me").status_code == 401


def test_nobody_revokes_the_token_of_another(api: Api) -> None:
    token = _make(api).json

    answer = api.ask("DELETE", f"/me/tokens/{token['id']}", "neighbour")

    assert answer.status_code == 404
    assert _with(api, token["token"], "/me").status_code == 200


def test_an_operator_makes_tokens_of_programs_and_of_no_person(sqlite_url: str) -> None:
    api = an_api(sqlite_url, ONEWINDOW_SECOND_FACTOR="offered")
    duties, now = Duties(operator=True), api.clock.now()
    program = accounts.add_account(api.composed.database, "printer", "Printer", None, duties, now, None)
    csrf = _signed_in(api, "operator")

    made = api.post(f"/accounts/{program}/tokens", body={"name": "p", "scopes": ["jobs:write"]}, headers=csrf)
    of_person = api.post(f"/accounts/{api.keys['clerk']}/tokens", body={"name": "p"}, headers=csrf)
    listed = api.get(f"/accounts/{program}/tokens").json["items"]
    revoked = api.ask("DELETE", f"/accounts/{program}/tokens/{listed[0]['id']}", headers=csrf)

    assert made.status_code == 201, made.json
    assert (of_person.status_code, of_person.json["type"]) == (409, "urn:onewindow:problem:not-a-program")
    assert [one["scopes"] for one in listed] == [["jobs:write"]]
    assert revoked.status_code == 204
    assert _with(api, made.json["token"], "/jobs").status_code == 401
    api.composed.database.close()
