"""Second factors: authenticator apps, passkeys and recovery codes, at sign-in and again before what matters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from onewindow import accounts
from tests.builders.a_browser import Browser
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE, Running
from tests.builders.an_api import PASSWORD, an_api
from tests.builders.an_authenticator import an_authenticator
from tests.builders.threads import at_once

ADDRESS = "http://localhost:8080"
_SEAL = {"ONEWINDOW_SECRET_FACTOR_SEAL": "s" * 40, "ONEWINDOW_PUBLIC_URL": ADDRESS}


@pytest.fixture
def office(database_url: str) -> Iterator[Browser]:
    """A browser of a clerk, on both databases."""
    api = an_api(database_url, **_SEAL)
    yield Browser(api)
    api.composed.database.close()


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Browser]:
    """The same on SQLite alone."""
    api = an_api(sqlite_url, **_SEAL)
    yield Browser(api)
    api.composed.database.close()


def test_an_official_adds_a_factor_before_her_duties_count(office: Browser) -> None:
    half = office.sign_in().json
    denied = office.get("/tasks")
    secret, codes = office.add_app()

    assert (half["second_factor_needed"], half["ways"], half["roles"]) == (True, [], [])
    assert (denied.status_code, denied.json["type"]) == (403, "urn:onewindow:problem:second-factor-needed")
    assert len(set(codes)) == 10
    assert office.get("/tasks").status_code == 200
    assert office.get("/me").json["roles"] == ["clerk"]
    running = Running(office.api.runtime, None)  # type: ignore[arg-type]
    kept = running.rows("SELECT secret FROM second_factor")[0]["secret"]
    assert secret not in kept
    assert running.acts(f"account-{office.api.keys['clerk']}")[-2:] == ["session.began", "factor.added"]
    running.check()


def test_a_session_gets_a_new_cookie_when_the_factor_is_proved(office: Browser) -> None:
    before = office.sign_in().headers["Set-Cookie"].partition(";")[0]
    office.add_app()

    answer = office.api.app.test_client().get("/api/v1/me", headers={"Cookie": before})

    assert answer.status_code == 401


def test_a_code_opens_once_and_no_earlier_one_after_it(office: Browser) -> None:
    office.sign_in()
    secret, _ = office.add_app()
    office.api.clock.advance(timedelta(minutes=5))
    half = office.sign_in().json
    code, earlier = office.code(secret), office.code(secret, -1)

    first = office.prove(code)
    again = office.prove(code)
    before = office.prove(earlier)

    assert half["ways"] == ["totp", "recovery-code"]
    assert [first.status_code, again.status_code, before.status_code] == [200, 403, 403]
    assert again.json["type"] == "urn:onewindow:problem:wrong-second-factor"


def test_of_many_who_show_one_code_at_once_one_gets_in(office: Browser) -> None:
    office.sign_in()
    secret, _ = office.add_app()
    office.api.clock.advance(timedelta(minutes=5))
    browsers = [Browser(office.api) for _ in range(4)]
    for browser in browsers:
        browser.sign_in()
    code = office.code(secret)

    statuses = at_once(4, lambda number: browsers[number].prove(code).status_code)

    assert sorted(statuses) == [200, 403, 403, 403]


def test_a_recovery_code_opens_once_and_the_owner_is_told(office: Browser) -> None:
    office.sign_in()
    _, codes = office.add_app()
    office.sign_in()

    used = office.prove(codes[3].upper().replace("-", " "), "recovery-code")
    office.sign_in()
    again = office.prove(codes[3], "recovery-code")
    other = office.prove(codes[4], "recovery-code")

    assert [used.status_code, again.status_code, other.status_code] == [200, 403, 200]
    assert office.get("/me/second-factors").json["recovery_codes_left"] == 8
    kinds = sorted(one["kind"] for one in office.get("/inbox").json["items"])
    assert kinds == ["account-factor-added", "account-recovery-code-used", "account-recovery-code-used"]
    running = Running(office.api.runtime, None)  # type: ignore[arg-type]
    assert not any(codes[5].replace("-", "") in str(row) for row in running.rows("SELECT * FROM recovery_code"))


def test_after_five_wrong_codes_the_factors_rest_also_for_a_right_one(office: Browser) -> None:
    office.sign_in()
    secret, _ = office.add_app()
    office.api.clock.advance(timedelta(minutes=5))
    office.sign_in()
    wrong = [office.prove("000000").status_code for _ in range(5)]

    resting = office.prove(office.code(secret))
    office.api.clock.advance(timedelta(seconds=31))
    office.sign_in()
    opened = office.prove(office.code(secret))

    assert wrong == [403] * 5
    assert (resting.status_code, resting.headers["Retry-After"], opened.status_code) == (429, "31", 200)


def test_a_half_session_ends_after_a_quarter_of_an_hour_and_a_whole_one_does_not(desk: Browser) -> None:
    desk.sign_in()
    desk.api.clock.advance(timedelta(minutes=16))
    ended = desk.get("/me").status_code
    desk.sign_in()
    desk.add_app()
    desk.api.clock.advance(timedelta(minutes=25))

    assert (ended, desk.get("/me").status_code) == (401, 200)


def test_a_passkey_is_made_and_proved(office: Browser) -> None:
    key = an_authenticator(ADDRESS)
    office.sign_in()
    asked = office.post("/me/second-factors/passkey/options").json
    made = office.post(
        "/me/second-factors/passkey",
        challenge=asked["challenge"],
        name="Key",
        credential=key.create(asked["options"]),
    )
    half = office.sign_in().json
    asked = office.post("/session/second-factor/options").json
    proved = office.post(
        "/session/second-factor",
        way="passkey",
        challenge=asked["challenge"],
        credential=key.get(asked["options"]),
    )

    assert made.status_code == 201, made.json
    assert len(made.json["recovery_codes"]) == 10
    assert half["ways"] == ["passkey", "recovery-code"]
    assert proved.status_code == 200, proved.json
    assert office.get("/me").json["roles"] == ["clerk"]
    Running(office.api.runtime, None).check()  # type: ignore[arg-type]


def test_a_challenge_is_good_once_for_its_session_and_its_purpose_and_five_minutes(office: Browser) -> None:
    key = an_authenticator(ADDRESS)
    office.sign_in()
    asked = office.post("/me/second-factors/passkey/options").json
    office.post(
        "/me/second-factors/passkey", challenge=asked["challenge"], name="Key", credential=key.create(asked["options"])
    )

    def ask(browser: Browser) -> dict[str, Any]:
        browser.sign_in()
        found: dict[str, Any] = browser.post("/session/second-factor/options").json
        return found

    def prove(browser: Browser, asked: dict[str, Any], of: Any = key) -> int:
        said = {"challenge": asked["challenge"], "credential": of.get(asked["options"])}
        return browser.post("/session/second-factor", way="passkey", **said).status_code

    thief = Browser(office.api)
    asked = ask(office)
    thief.sign_in()
    of_another_session = prove(thief, asked)
    used_up = prove(office, asked)
    late = ask(office)
    office.api.clock.advance(timedelta(minutes=5))
    too_late = prove(office, late)
    elsewhere = an_authenticator("https://phishing.example")
    elsewhere.id, elsewhere.key, elsewhere.count = key.id, key.key, 50
    phished = prove(office, ask(office), elsewhere)
    right = prove(office, ask(office))
    key.count = 0
    copied = prove(office, ask(office))

    assert [of_another_session, used_up, too_late, phished, right, copied] == [403, 403, 403, 403, 200, 403]


@pytest.mark.parametrize("credential", [{}, {"id": 7}, {"id": "x", "response": []}, {"id": "x" * 5_000}])
def test_what_is_no_passkey_is_refused(desk: Browser, credential: dict[str, Any]) -> None:
    desk.sign_in()
    asked = desk.post("/me/second-factors/passkey/options").json

    answer = desk.post("/me/second-factors/passkey", challenge=asked["challenge"], name="Key", credential=credential)

    assert answer.status_code == 403


def test_a_numeric_address_has_no_passkeys_and_without_a_seal_there_are_no_apps(sqlite_url: str) -> None:
    api = an_api(sqlite_url)
    browser = Browser(api)
    browser.sign_in()

    passkey = browser.post("/me/second-factors/passkey/options")
    app = browser.post("/me/second-factors/app", name="Phone")

    assert (passkey.status_code, passkey.json["type"]) == (409, "urn:onewindow:problem:no-passkeys")
    assert (app.status_code, app.json["type"]) == (409, "urn:onewindow:problem:no-seal")
    api.composed.database.close()


def test_a_citizen_needs_no_factor_until_she_adds_one(desk: Browser) -> None:
    citizen = Browser(desk.api, "citizen")
    before = citizen.sign_in().json
    citizen.add_app()
    after = citizen.sign_in().json

    assert (before["second_factor_needed"], after["second_factor_needed"]) == (False, True)
    assert citizen.get("/applications").status_code == 403


def test_the_first_factor_needs_a_fresh_password(desk: Browser) -> None:
    citizen = Browser(desk.api, "citizen")
    citizen.sign_in()
    desk.api.clock.advance(timedelta(minutes=11))

    answer = citizen.post("/me/second-factors/app", name="Phone")

    assert (answer.status_code, answer.json["type"]) == (403, "urn:onewindow:problem:step-up-needed")


def test_factors_are_changed_with_a_fresh_proof_only(desk: Browser) -> None:
    desk.sign_in()
    secret, codes = desk.add_app()
    factor = desk.get("/me/second-factors").json["items"][0]["id"]
    desk.api.clock.advance(timedelta(minutes=11))

    stale = [
        desk.post("/me/second-factors/app", name="Other").status_code,
        desk.ask("DELETE", f"/me/second-factors/{factor}").status_code,
        desk.post("/me/recovery-codes").status_code,
        desk.post("/me/tokens", name="Mine").status_code,
        desk.ask("PUT", "/me/password", {"current": PASSWORD, "password": "p" * 20}).status_code,
    ]
    desk.prove(desk.code(secret))
    fresh = desk.post("/me/recovery-codes")

    assert stale == [403] * 5
    assert fresh.status_code == 201
    assert not set(fresh.json["recovery_codes"]) & set(codes)


def test_an_official_keeps_her_last_factor_and_a_citizen_may_remove_it(desk: Browser) -> None:
    answers = []
    for name in ("clerk", "citizen"):
        browser = Browser(desk.api, name)
        browser.sign_in()
        browser.add_app()
        factor = browser.get("/me/second-factors").json["items"][0]["id"]
        answers.append(browser.ask("DELETE", f"/me/second-factors/{factor}").status_code)
        left = browser.get("/me/second-factors").json

    assert browser.get("/me").json["second_factor_at"] is None
    assert answers == [409, 204]
    assert left == {"items": [], "recovery_codes_left": 0}


def test_where_it_is_only_offered_an_official_signs_in_by_password(sqlite_url: str) -> None:
    api = an_api(sqlite_url, ONEWINDOW_SECOND_FACTOR="offered", **_SEAL)
    browser = Browser(api)

    assert browser.sign_in().json["roles"] == ["clerk"]
    browser.add_app()
    assert browser.sign_in().json["second_factor_needed"]
    api.composed.database.close()


def test_a_citizen_who_becomes_an_official_needs_a_factor_at_once(desk: Browser) -> None:
    citizen = Browser(desk.api, "citizen")
    citizen.sign_in()
    accounts.grant(desk.api.composed.database, "citizen", accounts.Duties(operator=True))

    assert citizen.get("/applications").json["type"] == "urn:onewindow:problem:second-factor-needed"


def test_an_operator_takes_lost_factors_away(desk: Browser) -> None:
    desk.sign_in()
    desk.add_app()

    gone = accounts.reset_factors(desk.api.composed.database, "clerk")

    assert gone == 1
    assert desk.get("/me").status_code == 401
    assert desk.sign_in().json["ways"] == []


def test_a_token_proves_no_person(desk: Browser) -> None:
    for method, path, body in (
        ("POST", "/me/second-factors/app", {"name": "Phone"}),
        ("POST", "/me/tokens", {"name": "Mine"}),
        ("POST", "/session/second-factor", {"way": "totp", "code": "000000"}),
    ):
        answer = desk.api.ask(method, path, "clerk", json=body)
        assert (answer.status_code, answer.json["type"]) == (409, "urn:onewindow:problem:needs-session"), path


def test_a_task_that_signs_wants_a_fresh_proof(office: Browser) -> None:
    api = office.api
    api.staff(QUEUE)
    drawing = a_process("p").start().user_task("sign", queue=QUEUE, properties={"secondFactor": "fresh"}).end()
    api.deploy_files({"p.bpmn": drawing.xml()})
    started = api.post("/instances", "operator", {"process_id": "p"})
    assert started.status_code == 201, started.json
    office.sign_in()
    secret, _ = office.add_app()
    task = office.get("/tasks").json["items"][0]["id"]
    office.post(f"/tasks/{task}/claim")
    api.clock.advance(timedelta(minutes=11))

    by_token = api.post(f"/tasks/{task}/complete", "clerk", {"answers": {}})
    stale = office.post(f"/tasks/{task}/complete", answers={})
    office.prove(office.code(secret))
    fresh = office.post(f"/tasks/{task}/complete", answers={})

    assert [by_token.status_code, stale.status_code, fresh.status_code] == [403, 403, 200]
    assert stale.json["type"] == "urn:onewindow:problem:step-up-needed"
