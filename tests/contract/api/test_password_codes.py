"""Codes by which somebody sets her password: the first one, and in place of a forgotten one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from onewindow import password_codes
from tests.builders.an_api import PASSWORD, Api, an_api

NEW = "nine lamps along the quay"


def signed_in(api: Api, name: str, password: str) -> int:
    return api.post("/session", body={"name": name, "password": password}).status_code


def use(api: Api, code: str, password: str = NEW, name: str = "citizen") -> Any:
    return api.post("/session/password", body={"name": name, "code": code, "password": password})


@pytest.fixture
def code(api_on_both: Api) -> str:
    """A code of the account `citizen`."""
    return password_codes.new_code(api_on_both.composed.database, "citizen", api_on_both.clock.now())


def test_a_code_sets_a_password_once_and_within_a_day(api_on_both: Api, code: str) -> None:
    api = api_on_both
    assert signed_in(api, "citizen", PASSWORD) == 201  # until it is used, the one before works

    answers = [use(api, code).status_code, use(api, code, "another long password").status_code]

    assert answers == [204, 401]
    assert [signed_in(api, "citizen", one) for one in (NEW, PASSWORD)] == [201, 401]
    late = password_codes.new_code(api.composed.database, "citizen", api.clock.now())
    api.clock.advance(timedelta(hours=24))
    assert use(api, late).status_code == 401


def test_a_new_code_takes_the_place_of_the_one_before(api_on_both: Api, code: str) -> None:
    newer = password_codes.new_code(api_on_both.composed.database, "citizen", api_on_both.clock.now())

    assert [use(api_on_both, one).status_code for one in (code, newer)] == [401, 204]


def test_who_set_a_password_by_a_code_is_signed_out_and_told(api: Api) -> None:
    code = password_codes.new_code(api.composed.database, "citizen", api.clock.now())
    cookie = api.post("/session", body={"name": "citizen", "password": PASSWORD}).headers["Set-Cookie"]
    use(api, code)

    assert api.get("/me", headers={"Cookie": cookie.partition(";")[0]}).status_code == 401
    assert "password" in api.get("/inbox", "citizen", headers={"Accept-Language": "en"}).text.lower()
    with api.composed.database.read() as connection:
        chain = f"account-{api.keys['citizen']}"
        rows = connection.execute(
            text("SELECT * FROM journal_entry WHERE chain = :chain ORDER BY seq"), {"chain": chain}
        )
        entries = [dict(row) for row in rows.mappings()]
    assert [entry["action"] for entry in entries][-1] == "password.changed"
    assert "password-code.made" in [entry["action"] for entry in entries]
    assert code not in str(entries)


@pytest.mark.parametrize("name", ["citizen", "nobody", "neighbour"])
def test_wrong_codes_are_counted_and_answered_alike_whether_the_name_exists_or_not(api: Api, name: str) -> None:
    password_codes.new_code(api.composed.database, "citizen", api.clock.now())
    answers = [use(api, "x" * 32, name=name) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[0].json["detail"] == "Name or code is wrong, or the code was used or is over."


def test_a_password_of_the_own_name_is_refused_and_the_code_stays_good(api: Api) -> None:
    code = password_codes.new_code(api.composed.database, "citizen", api.clock.now())

    refused = use(api, code, "citizen-citizen-1")

    assert (refused.status_code, refused.json["type"]) == (422, "urn:onewindow:problem:guessable-password")
    assert use(api, code).status_code == 204


def test_who_forgot_her_password_sets_one_by_the_code_of_an_operator(sqlite_url: str) -> None:
    # given an operator who has just signed in, where factors are only offered
    api = an_api(sqlite_url, ONEWINDOW_SECOND_FACTOR="offered")
    token = api.post("/session", body={"name": "operator", "password": PASSWORD}).json["csrf_token"]
    path = f"/accounts/{api.keys['clerk']}/password-code"

    made = api.post(path, body={}, headers={"X-Csrf-Token": token})
    api.clock.advance(timedelta(minutes=11))
    stale = api.post(path, body={}, headers={"X-Csrf-Token": token})

    assert made.status_code == 201
    assert stale.json["type"] == "urn:onewindow:problem:step-up-needed"
    assert use(api, made.json["code"], name="clerk").status_code == 204
    assert signed_in(api, "clerk", NEW) == 201
    api.composed.database.close()


@pytest.mark.parametrize("who", ["citizen", "clerk", "supervisor", "administrator", "analyst"])
def test_nobody_else_makes_codes(api: Api, who: str) -> None:
    assert api.post(f"/accounts/{api.keys['neighbour']}/password-code", who, {}).status_code == 403


def test_a_page_of_another_site_sets_no_password(api: Api) -> None:
    code = password_codes.new_code(api.composed.database, "citizen", api.clock.now())
    said = {"name": "citizen", "code": code, "password": NEW}

    assert api.post("/session/password", body=said, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
