"""Signing in with a password: sessions, their cookie, the token against forged requests, and resting accounts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onewindow import accounts
from tests.builders.an_api import PASSWORD, Api


def _sign_in(api: Api, name: str = "clerk", password: str = PASSWORD):  # type: ignore[no-untyped-def]
    return api.post("/session", body={"name": name, "password": password})


def test_a_session_is_a_cookie_scripts_cannot_read(api: Api) -> None:
    answer = _sign_in(api)

    assert answer.status_code == 201
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert api.get("/me").json["roles"] == ["clerk"]


def test_the_cookie_is_secure_where_the_public_address_is(sqlite_url: str) -> None:
    from tests.builders.an_api import an_api

    api = an_api(sqlite_url, ONEWINDOW_PUBLIC_URL="https://services.example.gov")

    assert "Secure" in _sign_in(api).headers["Set-Cookie"]
    api.composed.database.close()


def test_a_change_with_the_cookie_needs_the_token_of_the_session(api: Api) -> None:
    token = _sign_in(api).json["csrf_token"]

    without = api.ask("DELETE", "/session")
    forged = api.ask("DELETE", "/session", headers={"X-Csrf-Token": "x" * 64})
    genuine = api.ask("DELETE", "/session", headers={"X-Csrf-Token": token})

    assert (without.status_code, forged.status_code, genuine.status_code) == (403, 403, 204)
    assert without.json["type"] == "urn:onewindow:problem:csrf-token-missing"


def test_after_sign_out_the_session_is_over(api: Api) -> None:
    answer = _sign_in(api)
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    api.ask("DELETE", "/session", headers={"X-Csrf-Token": answer.json["csrf_token"]})

    assert api.get("/me", headers={"Cookie": cookie}).status_code == 401


@pytest.mark.parametrize(
    ("name", "password"), [("clerk", "wrong password here"), ("nobody", PASSWORD), ("clerk", "x" * 1_000)]
)
def test_name_and_password_that_do_not_fit_get_the_same_answer(api: Api, name: str, password: str) -> None:
    answer = _sign_in(api, name, password)

    assert answer.status_code == 401
    assert answer.json["type"] == "urn:onewindow:problem:wrong-credentials"
    assert answer.json["detail"] == "Name or password is wrong."


@pytest.mark.parametrize("name", ["clerk", "nobody"])
def test_after_five_wrong_passwords_the_name_rests_whether_it_exists_or_not(api: Api, name: str) -> None:
    for _ in range(5):
        _sign_in(api, name, "wrong password here")

    resting = _sign_in(api, name, PASSWORD)

    assert resting.status_code == 429
    assert resting.headers["Retry-After"] == "31"


def test_after_its_rest_the_account_opens_and_forgets(api: Api) -> None:
    for _ in range(5):
        _sign_in(api, "clerk", "wrong password here")
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
    accounts.set_disabled(api.composed.database, "clerk", True)

    assert api.get("/me").status_code == 401
    assert api.get("/me", "clerk").status_code == 401
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

    of_other = api.ask("DELETE", f"/me/sessions/{listed[0]['id']}", "colleague")
    own = api.ask("DELETE", f"/me/sessions/{listed[0]['id']}", "clerk")

    assert [session["is_this_one"] for session in listed] == [True]
    assert (of_other.status_code, own.status_code) == (404, 204)
    assert api.get("/me").status_code == 401
