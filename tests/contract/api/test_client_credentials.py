"""OAuth 2 client credentials: a short-lived token for an API token (RFC 6749, 4.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from engine.jobs.housekeeping import tidy_up
from onewindow import accounts
from onewindow.client_credentials import MOST_AT_ONCE
from tests.builders.an_api import Api

GRANT = {"grant_type": "client_credentials"}


def a_client(api: Api, who: str = "operator", scopes: list[str] | None = None) -> tuple[str, str]:
    """Key and secret of a new API token."""
    return accounts.create_token(
        api.composed.database, who, "program", timedelta(days=1), api.clock.now(), scopes=scopes
    )


def ask(api: Api, client: tuple[str, str] | None, **form: Any) -> TestResponse:
    """Ask for a token."""
    return api.ask("POST", "/token", data={**GRANT, **form}, auth=client)


def opens(api: Api, token: str, path: str = "/me") -> int:
    """What a token gets."""
    return api.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_program_gets_a_token_of_fifteen_minutes(api: Api) -> None:
    answer = ask(api, a_client(api))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert {**answer.json, "access_token": ""} == {
        "access_token": "", "token_type": "Bearer", "expires_in": 900, "scope": ""
    }  # fmt: skip
    assert opens(api, answer.json["access_token"]) == 200
    api.clock.advance(timedelta(minutes=15, seconds=1))
    assert opens(api, answer.json["access_token"]) == 401


def test_key_and_secret_may_stand_in_the_form(api: Api) -> None:
    key, secret = a_client(api)

    assert ask(api, None, client_id=key, client_secret=secret).status_code == 200


def test_both_ways_at_once_are_refused(api: Api) -> None:
    key, secret = a_client(api)

    answer = ask(api, (key, secret), client_id=key, client_secret=secret)

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_less_may_be_asked_and_never_more(api: Api) -> None:
    client = a_client(api, scopes=["tasks:write", "jobs:read"])

    less, more = ask(api, client, scope="tasks:read"), ask(api, client, scope="tasks:read jobs:write")
    whole = ask(api, client)

    assert less.json["scope"] == "tasks:read"
    assert (more.status_code, more.json["error"]) == (400, "invalid_scope")
    assert whole.json["scope"] == "jobs:read tasks:write"
    assert opens(api, less.json["access_token"], "/jobs") == 403


def test_it_ends_with_the_token_it_was_got_for(api: Api) -> None:
    key, secret = a_client(api)
    token = ask(api, (key, secret)).json["access_token"]
    accounts.revoke_token(api.composed.database, key)

    assert opens(api, token) == 401
    assert ask(api, (key, secret)).status_code == 401


def test_it_lives_no_longer_than_the_token_it_was_got_for(api: Api) -> None:
    client = a_client(api)
    api.clock.advance(timedelta(hours=23, minutes=50))

    assert ask(api, client).json["expires_in"] == 600


def test_a_short_lived_token_gets_no_further_ones(api: Api) -> None:
    key, secret = a_client(api)
    got = ask(api, (key, secret)).json["access_token"]

    assert ask(api, (key, got)).status_code == 401


@pytest.mark.parametrize("kind", ["unknown key", "wrong secret", "another's secret", "nobody", "no basic"])
def test_who_is_not_known_is_401_in_the_words_of_the_standard(api: Api, kind: str) -> None:
    key, secret = a_client(api)
    _, other = a_client(api)
    client = {
        "unknown key": ("01hk3v8b6s9e4w2m7q5t0x1y2z", secret),
        "wrong secret": (key, "ow_" + "x" * 43),
        "another's secret": (key, other),
        "nobody": None,
        "no basic": None,
    }[kind]
    headers = {"Authorization": "Basic %%%"} if kind == "no basic" else {}

    answer = api.ask("POST", "/token", data=GRANT, auth=client, headers=headers)

    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_a_closed_account_gets_none(api: Api) -> None:
    client = a_client(api)
    accounts.set_disabled(api.composed.database, "operator", True)

    assert ask(api, client).status_code == 401


def test_other_grants_and_other_bodies_are_refused(api: Api) -> None:
    client = a_client(api)

    other = api.ask("POST", "/token", data={"grant_type": "password"}, auth=client)
    twice = api.ask("POST", "/token", data={"grant_type": ["client_credentials"] * 2}, auth=client)
    as_json = api.ask("POST", "/token", json=GRANT, auth=client)

    assert (other.json["error"], twice.json["error"]) == ("unsupported_grant_type", "invalid_request")
    assert as_json.status_code == 415


def test_of_one_token_there_are_so_many_at_once_and_old_ones_go(api: Api) -> None:
    client = a_client(api)
    tokens = []
    for _ in range(MOST_AT_ONCE + 1):
        tokens.append(ask(api, client).json["access_token"])
        api.clock.advance(timedelta(seconds=1))

    assert [opens(api, token) for token in (tokens[0], tokens[1], tokens[-1])] == [401, 200, 200]
    listed = api.get("/me/tokens", "operator").json["items"]
    assert [one["name"] for one in listed] == ["tests", "program"]
    api.clock.advance(timedelta(minutes=16))
    assert tidy_up(api.runtime) >= MOST_AT_ONCE
