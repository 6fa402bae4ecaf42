"""Access tokens that an issuer signed (RFC 9068): which are taken, and what they open."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from onewindow import accounts
from tests.builders.a_federated_api import ACCESS_TOKENS, SIGN_IN, Visitor, a_federated_api, providers_file
from tests.builders.an_api import Api
from tests.builders.an_issuer import Issuer, a_key, an_issuer, signed
from tests.builders.an_openid_provider import HOST, an_openid_provider
from tests.builders.free_ports import a_free_port

RULES = """
    access_tokens:
      audience: https://api.example
      scopes: {instances: ["instances:read"], tasks: ["tasks:write"]}
      clients: {program: operator}
      second_factor: {amr: [otp]}
"""


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer that the operator lists."""
    with an_issuer() as made:
        yield made


@pytest.fixture
def api(sqlite_url: str, tmp_path: Path, issuer: Issuer) -> Iterator[Api]:
    """The API that takes its tokens."""
    made = a_federated_api(sqlite_url, tmp_path, providers_file(issuer.address, RULES))
    yield made
    made.composed.database.close()


def show(api: Api, token: str, path: str = "/instances") -> TestResponse:
    """Come with a token."""
    return api.get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_program_does_what_its_account_may_and_its_scopes_reach(api: Api, issuer: Issuer) -> None:
    token = issuer.access_token()

    told = [show(api, token, path).status_code for path in ("/instances", "/jobs", "/tasks")]
    posted = api.post("/messages", None, {}, headers={"Authorization": f"Bearer {token}"})

    assert told == [200, 403, 403]
    assert show(api, token, "/jobs").json["type"] == "urn:onewindow:problem:scope-missing"
    assert posted.status_code == 403


def test_a_token_of_a_curve_is_taken_as_one_of_rsa(api: Api, issuer: Issuer) -> None:
    issuer.published = [a_key("curve", "EC")]

    assert show(api, issuer.access_token()).status_code == 200


@pytest.mark.parametrize("scope", [None, "", "of another system", 5, ["instances"]])
def test_a_token_without_a_scope_that_is_listed_opens_nothing(api: Api, issuer: Issuer, scope: object) -> None:
    answer = show(api, issuer.access_token(scope=scope))

    assert answer.json["type"] == "urn:onewindow:problem:scope-missing"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"exp": int(time.time()) - 4_000}, id="expired"),
        pytest.param({"nbf": int(time.time()) + 400_000}, id="not yet valid"),
        pytest.param({"iat": int(time.time()) + 400_000}, id="issued ahead"),
        pytest.param({"aud": "https://another.example"}, id="for another audience"),
        pytest.param({"aud": "onewindow"}, id="for our client, as an ID token is"),
        pytest.param({"aud": ["https://a.example", "https://b.example"]}, id="for others"),
        pytest.param({"iss": "https://login.example"}, id="of another issuer"),
        pytest.param({"client_id": "unlisted", "sub": "unlisted"}, id="of a program that is not listed"),
        pytest.param({"sub": "nobody"}, id="of a person who is not known"),
        pytest.param({"exp": "tomorrow"}, id="with a time that is none"),
        pytest.param({"sub": 5}, id="with a subject that is none"),
        pytest.param({"sub": "é" * 10}, id="with a subject beyond ASCII"),
        *(
            pytest.param({name: None}, id=f"without {name}")
            for name in ("exp", "iat", "aud", "iss", "sub", "client_id", "jti")
        ),
    ],
)
def test_a_token_whose_claims_do_not_hold_is_refused(api: Api, issuer: Issuer, said: dict[str, Any]) -> None:
    answer = show(api, issuer.access_token(**said))

    assert answer.status_code == 401
    assert answer.json["type"] == "urn:onewindow:problem:bad-token"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def part(value: object) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def by_shared_secret(issuer: Issuer) -> str:
    """Signed with HMAC, the public key being the secret: what a careless reader takes for RS256."""
    said = f"{part({'alg': 'HS256', 'kid': 'one', 'typ': 'at+jwt'})}.{part(issuer.claims())}"
    signature = hmac.new(issuer.published[0].as_pem(private=False), said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


FORGED: dict[str, Callable[[Issuer], str]] = {
    "unsigned": lambda issuer: f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{part(issuer.claims())}.",
    "unsigned, in other letters": lambda issuer: f"{part({'alg': 'nOnE', 'typ': 'at+jwt'})}.{part(issuer.claims())}.",
    "without an algorithm": lambda issuer: f"{part({'typ': 'at+jwt'})}.{part(issuer.claims())}.c2ln",
    "by the public key as a secret": by_shared_secret,
    "by another's key under the name of ours": lambda issuer: signed(
        issuer.claims(), a_key("two"), kid="one", typ="at+jwt"
    ),
    "by a key that it brings along": lambda issuer: signed(
        issuer.claims(), a_key("two"), typ="at+jwt", jwk=a_key("two").as_dict(private=False)
    ),
    "by a key at an address that it brings along": lambda issuer: signed(
        issuer.claims(), a_key("two"), typ="at+jwt", jku=f"{issuer.address}/elsewhere"
    ),
    "of another kind": lambda issuer: signed(issuer.claims(), a_key("one"), typ="JWT"),
    "of no kind": lambda issuer: signed(issuer.claims(), a_key("one")),
    "demanding what is not understood": lambda issuer: (
        f"{part({'alg': 'RS256', 'kid': 'one', 'typ': 'at+jwt', 'crit': ['x'], 'x': 1})}"
        f".{issuer.access_token().split('.', 1)[1]}"
    ),
    "changed afterwards": lambda issuer: ".".join(
        [
            issuer.access_token().split(".")[0],
            part(issuer.claims(scope="tasks")),
            issuer.access_token().split(".")[2],
        ]
    ),
    "too large": lambda issuer: issuer.access_token(padding="x" * 8_000),
    "of nothing": lambda _: "..",
    "of no JSON": lambda _: "e30x.!!!.e30",
    "of a list": lambda issuer: f"{part([])}.{part([])}.x",
    "nested deeply": lambda _: f"{base64.urlsafe_b64encode(b'[' * 3_000).decode()}.{part({'iss': 'x'})}.x",
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_token_that_nobody_listed_signed_is_refused(api: Api, issuer: Issuer, kind: str) -> None:
    answer = show(api, FORGED[kind](issuer))

    assert answer.status_code == 401
    assert answer.json["type"] == "urn:onewindow:problem:bad-token"
    assert "/elsewhere" not in issuer.asked


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"exp": -30}, 200),
        ({"exp": -61}, 401),
        ({"nbf": 59}, 200),
        ({"nbf": 120}, 401),
        ({"iat": 59}, 200),
        ({"iat": 120}, 401),
    ],
)
def test_clocks_may_be_a_minute_apart(api: Api, issuer: Issuer, said: dict[str, int], status: int) -> None:
    now = int(api.clock.now().timestamp())

    token = issuer.access_token(**{name: now + seconds for name, seconds in said.items()})

    assert show(api, token).status_code == status


def test_made_up_names_of_keys_make_no_flood(api: Api, issuer: Issuer) -> None:
    show(api, issuer.access_token())
    told = {show(api, signed(issuer.claims(), a_key("two"), kid=f"k{n}", typ="at+jwt")).status_code for n in range(50)}

    assert told == {401}
    assert issuer.asked.count("/keys") == 1


def test_a_new_key_is_fetched_when_a_token_names_it(api: Api, issuer: Issuer) -> None:
    show(api, issuer.access_token())
    issuer.published = [a_key("two")]
    calls = api.app.extensions["onewindow"].federation.calls
    calls.monotonic = lambda: time.monotonic() + 31

    assert show(api, issuer.access_token()).status_code == 200
    calls.monotonic = lambda: time.monotonic() + 700
    assert show(api, signed(issuer.claims(), a_key("one"), typ="at+jwt")).status_code == 401


def test_keys_that_are_weak_or_for_something_else_are_passed_over(api: Api, issuer: Issuer) -> None:
    class Raw:
        """A key as its set says it."""

        def __init__(self, said: dict[str, Any]) -> None:
            self.said = said

        def as_dict(self, private: bool) -> dict[str, Any]:
            """What is published."""
            return self.said

    good = a_key("one")
    issuer.published = [Raw({"kty": "oct", "k": "c2VjcmV0", "kid": "one"}), Raw({"kty": "RSA", "kid": "one"}), good]
    assert show(api, signed(issuer.claims(), good, typ="at+jwt")).status_code == 200


def test_an_issuer_that_is_away_is_503(sqlite_url: str, tmp_path: Path) -> None:
    gone = Issuer(port=a_free_port())
    api = a_federated_api(sqlite_url, tmp_path, providers_file(gone.address, RULES))

    answer = show(api, gone.access_token())

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    api.composed.database.close()


def test_a_program_whose_account_is_closed_is_refused(api: Api, issuer: Issuer) -> None:
    accounts.set_disabled(api.composed.database, "operator", True)

    assert show(api, issuer.access_token()).status_code == 401


def test_a_person_is_known_by_her_identity_and_an_official_needs_a_second_factor(api: Api, issuer: Issuer) -> None:
    accounts.link(api.composed.database, "clerk", "state", "someone", api.clock.now())
    accounts.link(api.composed.database, "citizen", "state", "other", api.clock.now())

    def tasks(**said: object) -> TestResponse:
        return show(api, issuer.access_token(scope="tasks", **said), "/tasks")

    bare, proved = tasks(sub="someone"), tasks(sub="someone", amr=["pwd", "otp"])
    citizen = tasks(sub="other")

    assert (bare.status_code, proved.status_code, citizen.status_code) == (403, 200, 200)
    assert bare.json["type"] == "urn:onewindow:problem:second-factor-needed"


def test_without_a_list_of_issuers_no_signed_token_is_taken(sqlite_url: str, tmp_path: Path, issuer: Issuer) -> None:
    api = a_federated_api(sqlite_url, tmp_path, "providers: {}")

    assert show(api, issuer.access_token()).status_code == 401
    assert issuer.asked == []
    api.composed.database.close()


def test_a_certified_provider_issues_tokens_that_are_taken(sqlite_url: str, tmp_path: Path) -> None:
    ours = f"http://{HOST}:{a_free_port()}"
    with an_openid_provider(ours) as provider:
        rules = ACCESS_TOKENS.format(audience=provider.audience)
        api = a_federated_api(sqlite_url, tmp_path, providers_file(provider.issuer, SIGN_IN, rules), ours=ours)
        token = provider.program_token("instances")
        visitor = Visitor.of(api)
        visitor.sign_in(provider, "aysel")

    assert show(api, token).status_code == 200
    assert show(api, token, "/jobs").status_code == 403
    api.composed.database.close()
