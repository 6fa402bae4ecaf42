"""What an identity provider, or somebody in its name, must not get away with at the end of a sign-in."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from werkzeug.test import TestResponse

from api.wiring import EXTENSION
from door.sign_in import Came
from onewindow import logs
from onewindow.federation.mapping import person_of
from tests.builders.a_federated_api import Visitor, a_federated_api, providers_file, sent_along
from tests.builders.an_api import Api
from tests.builders.an_issuer import Issuer, a_key, an_issuer
from tests.builders.an_openid_provider import CLIENT_SECRET
from tests.builders.threads import at_once

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"

RULES = """
    sign_in:
      client_id: onewindow
      client_secret: state-login
      accounts: made
      duties:
        - give: [citizen]
"""


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """A provider that says what the test says."""
    with an_issuer() as made:
        yield made


@pytest.fixture
def api(sqlite_url: str, tmp_path: Path, issuer: Issuer) -> Iterator[Api]:
    """The API that believes it."""
    made = a_federated_api(sqlite_url, tmp_path, providers_file(issuer.address, RULES))
    yield made
    made.composed.database.close()


def sign_in(
    api: Api, issuer: Issuer, *, provider: str = "state", fresh: bool = False, answer: dict[str, str] | None = None,
    **said: Any,
) -> tuple[Visitor, TestResponse]:  # fmt: skip
    """A whole sign-in; `said` are claims of the ID token, or `key` and `header` of it."""
    visitor = Visitor.of(api)
    sent = visitor.begin(provider, fresh="true" if fresh else "false")
    assert sent.status_code == 303, sent.text
    along = sent_along(sent)
    issuer.gives(**{"nonce": along["nonce"], **said})
    return visitor, visitor.come_back({"state": along["state"], "code": "a-code", **(answer or {})}, provider)


def test_a_sign_in_holds_as_it_should(api: Api, issuer: Issuer) -> None:
    visitor, answer = sign_in(api, issuer)

    assert answer.status_code == 303
    assert visitor.me()["name"] == "Someone"
    assert issuer.forms[0]["grant_type"] == "authorization_code"
    assert len(issuer.forms[0]["code_verifier"]) == 43
    assert CLIENT_SECRET not in str(issuer.forms)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"nonce": "of-another-sign-in"}, id="nonce of another sign-in"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"aud": "another-client"}, id="for another client"),
        pytest.param({"aud": ["onewindow", "another"]}, id="for others too, without azp"),
        pytest.param({"aud": ["onewindow", "another"], "azp": "another"}, id="for another client's use"),
        pytest.param({"azp": "another"}, id="azp of another"),
        pytest.param({"iss": "https://login.example"}, id="of another issuer"),
        pytest.param({"exp": int(time.time()) - 4_000}, id="expired"),
        pytest.param({"iat": int(time.time()) + 400_000}, id="issued ahead"),
        pytest.param({"auth_time": int(time.time()) + 400_000}, id="proved ahead"),
        pytest.param({"sub": None}, id="about nobody"),
        pytest.param({"exp": None}, id="without an end"),
        pytest.param({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, id="of another access token"),
        pytest.param({"header": {"typ": "at+jwt"}}, id="an access token"),
        pytest.param({"key": a_key("two"), "header": {"kid": "one"}}, id="by a key that is not the provider's"),
    ],
)
def test_an_id_token_that_does_not_hold_signs_nobody_in(api: Api, issuer: Issuer, said: dict[str, Any]) -> None:
    visitor, answer = sign_in(api, issuer, **said)

    assert answer.status_code == 401
    assert answer.json["type"] == "urn:onewindow:problem:bad-token"
    assert visitor.client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("age", [None, 3_600])
def test_whoever_was_to_prove_herself_anew_must_have(api: Api, issuer: Issuer, age: int | None) -> None:
    proved = None if age is None else int(time.time()) - age

    _, answer = sign_in(api, issuer, fresh=True, auth_time=proved)

    assert answer.json["type"] == "urn:onewindow:problem:bad-token"


def test_a_sign_in_too_long_ago_does_not_count_where_the_operator_says_so(
    sqlite_url: str, tmp_path: Path, issuer: Issuer
) -> None:
    rules = RULES.replace("accounts: made", "accounts: made\n      max_age_minutes: 10")
    api = a_federated_api(sqlite_url, tmp_path, providers_file(issuer.address, rules))

    statuses = [
        sign_in(api, issuer, auth_time=int(time.time()) - seconds)[1].status_code for seconds in (300, 700, 3_600)
    ]
    _, unsaid = sign_in(api, issuer, auth_time=None)
    api.composed.database.close()

    assert statuses == [303, 401, 401]
    assert unsaid.status_code == 401


def test_a_session_ends_so_long_after_the_proof_at_the_provider(
    sqlite_url: str, tmp_path: Path, issuer: Issuer
) -> None:
    rules = RULES.replace("accounts: made", "accounts: made\n      session_hours: 2")
    api = a_federated_api(sqlite_url, tmp_path, providers_file(issuer.address, rules))
    visitor, _ = sign_in(api, issuer, auth_time=int(time.time()) - 3_600)

    ends = visitor.client.get("/api/v1/me/sessions").json["items"][0]["expires_at"]
    lasts = datetime.fromisoformat(ends) - api.clock.now()
    _, late = sign_in(api, issuer, auth_time=int(time.time()) - 3 * 3_600)
    asked = sent_along(Visitor.of(api).begin())["max_age"]
    api.composed.database.close()

    assert timedelta(minutes=58) < lasts <= timedelta(minutes=60, seconds=1)
    assert (late.status_code, asked) == (401, "7200")


def test_userinfo_about_somebody_else_signs_nobody_in(sqlite_url: str, tmp_path: Path, issuer: Issuer) -> None:
    rules = RULES.replace("accounts: made", "accounts: made\n      userinfo: true")
    api = a_federated_api(sqlite_url, tmp_path, providers_file(issuer.address, rules))
    issuer.userinfo = {"sub": "somebody-else", "name": "Somebody Else"}

    _, answer = sign_in(api, issuer)
    api.composed.database.close()

    assert answer.json["type"] == "urn:onewindow:problem:bad-token"


def test_what_is_signed_counts_before_what_is_not(sqlite_url: str, tmp_path: Path, issuer: Issuer) -> None:
    rules = RULES.replace("accounts: made", "accounts: made\n      userinfo: true")
    api = a_federated_api(sqlite_url, tmp_path, providers_file(issuer.address, rules))
    issuer.userinfo = {"sub": "someone", "name": "Another Name"}

    visitor, _ = sign_in(api, issuer)
    name = visitor.me()["name"]
    api.composed.database.close()

    assert name == "Someone"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"issuer": "https://login.example"}, id="another issuer"),
        pytest.param({"token_endpoint": "http://10.0.0.1/token"}, id="a host that is not listed"),
        pytest.param({"jwks_uri": "file:///etc/passwd"}, id="no web address"),
        pytest.param({"authorization_endpoint": None}, id="no place to send browsers to"),
        pytest.param({"authorization_endpoint": "javascript:alert(1)"}, id="a script to send browsers to"),
    ],
)
def test_a_provider_that_describes_itself_otherwise_is_not_used(
    api: Api, issuer: Issuer, said: dict[str, object]
) -> None:
    issuer.metadata = said

    answer = Visitor.of(api).begin()

    assert answer.json["type"] == "urn:onewindow:problem:identity-provider-unusable"
    assert "/token" not in issuer.asked


def test_the_answer_of_another_provider_is_not_taken(sqlite_url: str, tmp_path: Path, issuer: Issuer) -> None:
    """Mix-up (RFC 9700, 4.4): each provider has an address of its own, and a sign-in begun at one ends at no other."""
    with an_issuer() as evil:
        file = providers_file(issuer.address, RULES) + f"  evil:\n    issuer: {evil.address}\n    inner: true{RULES}"
        api = a_federated_api(sqlite_url, tmp_path, file)
        visitor = Visitor.of(api)
        state = sent_along(visitor.begin("state"))["state"]

        at_other = visitor.come_back({"state": state, "code": "stolen"}, "evil")
        named = visitor.come_back({"state": state, "code": "stolen", "iss": evil.address}, "state")
        api.composed.database.close()

    assert (at_other.status_code, named.status_code) == (403, 409)
    assert "/token" not in [*issuer.asked, *evil.asked]


def test_the_same_sub_at_another_provider_is_another_person(sqlite_url: str, tmp_path: Path, issuer: Issuer) -> None:
    with an_issuer() as other:
        file = providers_file(issuer.address, RULES) + f"  other:\n    issuer: {other.address}\n    inner: true{RULES}"
        api = a_federated_api(sqlite_url, tmp_path, file)
        here, _ = sign_in(api, issuer)
        there, _ = sign_in(api, other, provider="other")
        keys = {here.me()["account"], there.me()["account"]}
        api.composed.database.close()

    assert len(keys) == 2


def test_a_provider_without_sign_in_or_that_is_none_is_404(api: Api) -> None:
    assert Visitor.of(api).begin("unknown").status_code == 404
    assert Visitor.of(api).come_back({"state": "x", "code": "x"}, "unknown").status_code == 404


def test_beginnings_from_one_address_are_limited(api: Api) -> None:
    statuses = [Visitor.of(api).begin().status_code for _ in range(25)]

    assert statuses[:20] == [303] * 20
    assert statuses[-1] == 429


def test_who_comes_for_the_first_time_twice_at_once_gets_one_account(database_url: str, tmp_path: Path) -> None:
    api = a_federated_api(database_url, tmp_path, providers_file("http://localhost:1", RULES))
    flow = api.app.extensions[EXTENSION].federation
    provider, rules = flow.providers.for_sign_in("state")
    person = person_of({"sub": "someone", "name": "Someone"}, rules)

    came = at_once(4, lambda _: flow.arrivals.arrive(provider, rules, person, Came("127.0.0.1", "")))
    api.composed.database.close()

    assert len({one.actor.account for one in came}) == 1
    assert len({one.secret for one in came}) == 4


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"events": {}}, "no event"),
        ({"events": "http://schemas.openid.net/event/backchannel-logout"}, "an event that is none"),
        ({"nonce": "n"}, "a nonce, as an ID token has"),
        ({"sub": None}, "nobody and no session"),
        ({"aud": "another"}, "for another client"),
        ({"iss": "https://login.example"}, "of another issuer"),
        ({"iat": int(time.time()) - 4_000, "exp": None}, "too old"),
        ({"iat": None}, "of no time"),
        ({"jti": None}, "of no name"),
        ({"sub": "é"}, "about a subject that is none"),
        ({"header": {"typ": "at+jwt"}}, "an access token"),
        ({"key": a_key("two"), "header": {"kid": "one"}}, "by a key that is not the provider's"),
    ],
)
def test_a_logout_token_that_does_not_hold_ends_nothing(
    api: Api, issuer: Issuer, said: dict[str, Any], why: str
) -> None:
    visitor, _ = sign_in(api, issuer)
    usual = {"events": {LOGOUT: {}}, "jti": "1", "nonce": None, "auth_time": None, "name": None}
    issuer.gives(**{**usual, **said})

    answer = api.ask("POST", "/session/oidc/state/logout", data={"logout_token": issuer.id_token})

    assert (answer.status_code, answer.json["type"]) == (400, "urn:onewindow:problem:logout-refused"), why
    assert visitor.client.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize("body", [{}, {"logout_token": ["a", "b"]}, {"logout_token": "no token"}])
def test_a_logout_without_a_token_is_refused(api: Api, body: dict[str, Any]) -> None:
    assert api.ask("POST", "/session/oidc/state/logout", data=body).status_code in (400, 415, 422)


def test_a_logout_token_ends_what_began_before_it_and_may_come_twice(api: Api, issuer: Issuer) -> None:
    visitor, _ = sign_in(api, issuer)
    issuer.gives(nonce=None, events={LOGOUT: {}}, jti="1")
    token = {"logout_token": issuer.id_token}

    first = api.ask("POST", "/session/oidc/state/logout", data=token)
    api.clock.advance(timedelta(minutes=2))
    later, _ = sign_in(api, issuer, iat=int(api.clock.now().timestamp()), exp=int(api.clock.now().timestamp()) + 300)
    second = api.ask("POST", "/session/oidc/state/logout", data=token)

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.headers["Cache-Control"] == "no-store"
    assert visitor.client.get("/api/v1/me").status_code == 401
    assert later.client.get("/api/v1/me").status_code == 200


def test_the_log_of_a_sign_in_tells_nothing_of_the_person(
    api: Api, issuer: Issuer, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("debug", "json")

    visitor, _ = sign_in(
        api, issuer, name="Canary Canarova", sub="sub-of-a-canary", answer={"code": "code-of-a-canary"}
    )
    sign_in(api, issuer, nonce="another", sub="sub-of-a-canary")
    key = visitor.me()["account"]
    said = capsys.readouterr()
    lines = [json.loads(line) for line in said.err.splitlines()]

    assert {"session.began", "account.made", "federation.refused"} <= {line["event"] for line in lines}
    assert key in said.err
    assert "anar" not in said.out + said.err


OPERATORS = RULES.replace("accounts: made", "accounts: made\n      session_hours: 1").replace("[citizen]", "[operator]")
SEAL = {"ONEWINDOW_SECRET_FACTOR_SEAL": "a seal for factors that nobody could ever guess"}


def change(visitor: Visitor, path: str, body: dict[str, str]) -> TestResponse:
    """Change the visitor's second factors."""
    token = {"X-Csrf-Token": str(visitor.me()["csrf_token"])}
    return visitor.client.post(f"/api/v1/me/second-factors{path}", json=body, headers=token)


def test_proving_our_second_factor_does_not_lengthen_what_the_provider_allows(
    sqlite_url: str, tmp_path: Path, issuer: Issuer
) -> None:
    api = a_federated_api(sqlite_url, tmp_path, providers_file(issuer.address, OPERATORS), **SEAL)
    visitor, _ = sign_in(api, issuer, fresh=True)
    begun = change(visitor, "/app", {"name": "Phone"})

    code = pyotp.TOTP(begun.json["secret"]).at(api.clock.now())
    added = change(visitor, f"/app/{begun.json['id']}/confirm", {"code": code})
    api.composed.database.close()

    lasts = datetime.fromisoformat(added.json["expires_at"]) - api.clock.now()
    assert added.json["second_factor_needed"] is False
    assert timedelta(minutes=58) < lasts <= timedelta(minutes=60)


def test_a_factor_is_not_added_on_an_old_proof_at_the_provider(sqlite_url: str, tmp_path: Path, issuer: Issuer) -> None:
    api = a_federated_api(sqlite_url, tmp_path, providers_file(issuer.address, OPERATORS), **SEAL)
    visitor, _ = sign_in(api, issuer, auth_time=int(time.time()) - 1_800)

    answer = change(visitor, "/app", {"name": "Phone"})
    api.composed.database.close()

    assert answer.json["type"] == "urn:onewindow:problem:step-up-needed"
