"""Signing in with a password: sessions, their cookie, the token against forged requests, and resting accounts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from engine.jobs.housekeeping import tidy_up
from onewindow import accounts
from tests.builders.a_runtime import Running
from tests.builders.an_api import PASSWORD, Api, an_api


def _sign_in(api: Api, name: str = "citizen", password: str = PASSWORD):  # type: ignore[no-untyped-def]
    return api.post("/session", body={"name": name, "password": password})


def test_a_session_is_a_cookie_scripts_cannot_read(api: Api) -> None:
    answer = _sign_in(api)

    assert answer.status_code == 201
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert api.get("/me").json["roles"] == ["citizen"]


def test_the_cookie_is_secure_where_the_public_address_is(sqlite_url: str) -> None:
    api = an_api(sqlite_url, ONEWINDOW_PUBLIC_URL="https://services.example.gov")

    cookie = _sign_in(api).headers["Set-Cookie"]
    assert cookie.startswith("__Host-onewindow_session=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert "Path=/" in cookie
    api.composed.database.close()


def test_a_change_with_the_cookie_needs_the_token_of_the_session(api: Api) -> None:
    token = _sign_in(api).json["csrf_token"]

    without = api.ask("DELETE", "/session")
    forged = api.ask("DELETE", "/session", headers={"X-Csrf-Token": "x" * 64})
    genuine = api.ask("DELETE", "/session", headers={"X-Csrf-Token": token})

    assert (without.status_code, forged.status_code, genuine.status_code) == (403, 403, 204)
    assert without.json["type"] == "urn:onewindow:problem:csrf-token-missing"


def test_signing_out_ends_the_session_for_good(api: Api) -> None:
    answer = _sign_in(api)
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    signed_out = api.ask("DELETE", "/session", headers={"X-Csrf-Token": answer.json["csrf_token"]})

    assert signed_out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert api.get("/me", headers={"Cookie": cookie}).status_code == 401


@pytest.mark.parametrize(
    ("name", "password"), [("citizen", "wrong password here"), ("nobody", PASSWORD), ("citizen", "x" * 1_000)]
)
def test_name_and_password_that_do_not_fit_get_the_same_answer(api: Api, name: str, password: str) -> None:
    answer = _sign_in(api, name, password)

    assert answer.status_code == 401
    assert answer.json["type"] == "urn:onewindow:problem:wrong-credentials"
    assert answer.json["detail"] == "Name or password is wrong."


@pytest.mark.parametrize("name", ["citizen", "nobody"])
def test_after_five_wrong_passwords_the_name_rests_whether_it_exists_or_not(api: Api, name: str) -> None:
    for _ in range(5):
        _sign_in(api, name, "wrong password here")

    resting = _sign_in(api, name, PASSWORD)

    assert resting.status_code == 429
    assert resting.headers["Retry-After"] == "31"


def test_after_its_rest_the_account_opens_and_forgets(api: Api) -> None:
    for _ in range(5):
        _sign_in(api, "citizen", "wrong password here")
    api.clock.advance(timedelta(seconds=31))

    assert _sign_in(api).status_code == 201


def test_a_session_unused_for_half_an_hour_is_over(api: Api) -> None:
    _sign_in(api)
    api.clock.advance(timedelta(minutes=31))

    assert api.get("/me").status_code == 401


def test_a_session_in_use_lasts_until_its_absolute_end(api: Api) -> None:
    _sign_in(api)
    statuses = []
    for _ in range(37):
        api.clock.advance(timedelta(minutes=20))
        statuses.append(api.get("/me").status_code)

    assert statuses[:35] == [200] * 35
    assert statuses[36] == 401


def test_a_disabled_account_is_out_at_once_with_session_and_token(api: Api) -> None:
    _sign_in(api)
    accounts.set_disabled(api.composed.database, "citizen", True)

    assert api.get("/me").status_code == 401
    assert api.get("/me", "citizen").status_code == 401
    assert _sign_in(api).status_code == 401


def test_a_change_of_duties_works_at_once(api: Api) -> None:
    accounts.grant(api.composed.database, "clerk", accounts.Duties(operator=True))

    assert api.get("/me", "clerk").json["roles"] == ["clerk", "operator"]


def test_a_token_ends_by_itself(api: Api) -> None:
    api.clock.advance(timedelta(days=31))

    assert api.get("/me", "clerk").status_code == 401


def test_own_sessions_are_listed_and_ended_and_those_of_others_are_not(api: Api) -> None:
    _sign_in(api)
    listed = api.get("/me/sessions").json["items"]

    of_other = api.ask("DELETE", f"/me/sessions/{listed[0]['id']}", "neighbour")
    own = api.ask("DELETE", f"/me/sessions/{listed[0]['id']}", "citizen")

    assert [(session["is_this_one"], session["origin"]) for session in listed] == [(True, "127.0.0.1")]
    assert (of_other.status_code, own.status_code) == (404, 204)
    assert api.get("/me").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="told by the browser"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="from a sister site"),
        pytest.param({"Origin": "https://elsewhere.example"}, id="told by its origin"),
        pytest.param({"Origin": "null"}, id="from nowhere"),
    ],
)
def test_a_page_of_another_site_cannot_sign_its_visitor_in(api: Api, headers: dict[str, str]) -> None:
    answer = api.post("/session", body={"name": "citizen", "password": PASSWORD}, headers=headers)

    assert answer.status_code == 403
    assert answer.json["type"] == "urn:onewindow:problem:cross-site-sign-in"


def test_our_own_page_signs_in(api: Api) -> None:
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}):
        assert api.post("/session", body={"name": "citizen", "password": PASSWORD}, headers=headers).status_code == 201


def test_wrong_passwords_from_one_network_do_not_lock_the_owner_out_elsewhere(api: Api) -> None:
    attacker = {"REMOTE_ADDR": "203.0.113.7"}
    body = {"name": "citizen", "password": "wrong password here"}
    for _ in range(5):
        api.post("/session", body=body, environ_base=attacker)

    assert api.post("/session", body=body, environ_base=attacker).status_code == 429
    assert _sign_in(api).status_code == 201


def test_wrong_passwords_from_everywhere_let_the_name_rest_everywhere(api: Api) -> None:
    name = "citizen"
    for network in range(25):
        for _ in range(4):
            body = {"name": name, "password": "w" * 300}
            api.post("/session", body=body, environ_base={"REMOTE_ADDR": f"10.0.{network}.1"})

    assert _sign_in(api, name).status_code == 429


def test_an_address_that_tries_many_names_rests(api: Api) -> None:
    statuses = [_sign_in(api, f"nobody-{number}", "w" * 300).status_code for number in range(51)]

    assert statuses[49:] == [401, 429]
    assert _sign_in(api).status_code == 429


def test_failures_stand_in_the_journal_without_names(api: Api) -> None:
    for _ in range(5):
        _sign_in(api, "citizen", "wrong password here")
        _sign_in(api, "a secret typed as name", "wrong password here")
    api.clock.advance(timedelta(seconds=31))
    _sign_in(api)

    running = Running(api.runtime, None)  # type: ignore[arg-type]
    assert running.acts(f"account-{api.keys['citizen']}")[-3:] == ["sign-in.rests", "sign-in.failed", "session.began"]
    entries = running.rows("SELECT subject, detail FROM journal_entry WHERE chain = 'unknown-names'")
    assert [entry["subject"] for entry in entries] == [""]
    assert "secret" not in str(entries)
    running.check()


def test_what_is_about_an_account_leaves_its_inbox_after_a_year_and_the_rest_before(api_on_both: Api) -> None:
    api = api_on_both
    token = _sign_in(api).json["csrf_token"]
    _sign_in(api, "nobody", "wrong password here")
    api.put("/me/password", body={"current": PASSWORD, "password": "p" * 20}, headers={"X-Csrf-Token": token})
    running = Running(api.runtime, None)  # type: ignore[arg-type]
    tables = ("session", "throttle", "known_place", "notice")
    before = [running.count(table) for table in tables]

    api.clock.advance(timedelta(days=364))
    tidy_up(api.runtime)
    within = [running.count(table) for table in tables]
    api.clock.advance(timedelta(days=2))
    tidy_up(api.runtime)

    assert before == [1, 3, 1, 1]
    assert within == [0, 0, 1, 1]
    assert [running.count(table) for table in tables] == [0, 0, 0, 0]


def test_what_is_done_to_an_account_stands_in_its_chain(api_on_both: Api) -> None:
    api, database = api_on_both, api_on_both.composed.database
    accounts.grant(database, "clerk", accounts.Duties(analyst=True, supervises=frozenset({"city"})))
    accounts.grant(database, "clerk", accounts.Duties(analyst=True), revoke=True)
    accounts.set_password(database, "clerk", "another long password")
    accounts.set_disabled(database, "clerk", True)
    accounts.set_disabled(database, "clerk", False)

    running, chain = Running(api.runtime, None), f"account-{api.keys['clerk']}"  # type: ignore[arg-type]
    assert running.acts(chain) == [
        "account.made",
        "token.made",
        "duties.granted",
        "duties.revoked",
        "password.changed",
        "account.disabled",
        "account.opened",
    ]
    granted = running.rows("SELECT detail FROM journal_entry WHERE chain = :c AND action = 'duties.granted'", c=chain)
    assert json.loads(granted[0]["detail"]) == {"duties": ["analyst", "supervisor of city"]}
    running.check()


def test_the_answer_for_unknown_names_costs_the_same_statements(api: Api) -> None:
    def cost(name: str) -> list[str]:
        told: list[str] = []

        def note(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
            told.append(text)

        for engine in api.composed.database.engines:
            event.listen(engine, "before_cursor_execute", note)
        for _ in range(5):
            _sign_in(api, name, "w" * 300)
        for engine in api.composed.database.engines:
            event.remove(engine, "before_cursor_execute", note)
        return told

    cost("somebody else")  # the chain of unknown names begins
    of_nobody = cost("nobody")
    assert cost("citizen") == of_nobody


def test_granting_a_duty_gives_open_sessions_a_new_secret(api: Api) -> None:
    before = _sign_in(api)
    accounts.grant(api.composed.database, "citizen", accounts.Duties(citizen=True))
    unchanged = api.get("/me")
    accounts.grant(api.composed.database, "citizen", accounts.Duties(supervises=frozenset({"city"})))

    renewed = api.get("/me")
    old = before.headers["Set-Cookie"].partition(";")[0]

    assert "Set-Cookie" not in unchanged.headers
    assert renewed.headers["Set-Cookie"].partition(";")[0] != old
    assert renewed.headers["X-Csrf-Token"] != before.json["csrf_token"]
    assert api.get("/me").json["csrf_token"] == renewed.headers["X-Csrf-Token"]
    assert api.app.test_client().get("/api/v1/me", headers={"Cookie": old}).status_code == 401


def test_a_new_password_ends_all_other_sessions_and_renews_this_one(api: Api) -> None:
    other = api.app.test_client()
    other.post("/api/v1/session", json={"name": "citizen", "password": PASSWORD})
    token = _sign_in(api).json["csrf_token"]
    body = {"current": PASSWORD, "password": "another long password"}

    wrong = api.put("/me/password", body={**body, "current": "x" * 12}, headers={"X-Csrf-Token": token})
    changed = api.put("/me/password", body=body, headers={"X-Csrf-Token": token})

    assert (wrong.status_code, changed.status_code) == (401, 200)
    assert changed.json["csrf_token"] != token
    assert api.get("/me").status_code == 200
    assert other.get("/api/v1/me").status_code == 401
    assert _sign_in(api).status_code == 401
    assert _sign_in(api, password="another long password").status_code == 201
    assert [one["kind"] for one in api.get("/inbox", "citizen").json["items"]] == ["account-password-changed"]


def test_all_other_sessions_are_ended_at_once(api: Api) -> None:
    other = api.app.test_client()
    other.post("/api/v1/session", json={"name": "citizen", "password": PASSWORD})
    token = _sign_in(api).json["csrf_token"]

    assert api.ask("DELETE", "/me/sessions", headers={"X-Csrf-Token": token}).status_code == 204
    assert (api.get("/me").status_code, other.get("/api/v1/me").status_code) == (200, 401)


def test_an_operator_ends_sessions_of_another_account(api: Api) -> None:
    _sign_in(api)
    key = api.keys["citizen"]
    listed = api.get(f"/accounts/{key}/sessions", "operator").json["items"]

    unknown = api.ask("DELETE", f"/accounts/{key}/sessions/unknown", "operator")
    ended = api.ask("DELETE", f"/accounts/{key}/sessions/{listed[0]['id']}", "operator")
    again = api.ask("DELETE", f"/accounts/{key}/sessions", "operator")

    assert (unknown.status_code, ended.status_code, again.status_code) == (404, 204, 204)
    assert api.get("/me").status_code == 401
    assert "session.ended" in Running(api.runtime, None).acts(f"account-{key}")  # type: ignore[arg-type]


def test_a_sign_in_from_a_new_place_is_told_in_the_inbox_and_by_mail(sqlite_url: str) -> None:
    api = an_api(sqlite_url, ONEWINDOW_SMTP_HOST="mail.example.gov", ONEWINDOW_MAIL_FROM="window@example.gov")
    api.put("/me/contact", "citizen", {"mail": "citizen@example.az", "language": "en"})
    body, home = {"name": "citizen", "password": PASSWORD}, {"REMOTE_ADDR": "198.51.100.7"}
    for address in ("198.51.100.7", "198.51.100.9"):
        api.post("/session", body=body, environ_base={"REMOTE_ADDR": address})
    at_home = api.get("/inbox", "citizen").json["items"]

    firefox = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    api.post("/session", body=body, headers=firefox, environ_base=home)
    told = api.get("/inbox", "citizen").json["items"]

    assert at_home == []
    assert [(one["kind"], one["case_number"]) for one in told] == [("account-new-place", None)]
    assert "Firefox on Linux" in told[0]["text"]
    assert Running(api.runtime, None).read("delivery", "address") == ["citizen@example.az"]  # type: ignore[arg-type]
    api.composed.database.close()
