"""What a sign-in with an identity provider makes of an account, against a certified one (tests/oidc_provider)."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.queries.accounts import account_rows
from onewindow import accounts
from tests.builders.a_federated_api import SIGN_IN, Visitor, a_federated_api, providers_file
from tests.builders.a_runtime import Running
from tests.builders.an_api import Api
from tests.builders.an_openid_provider import OpenIdProvider


@pytest.fixture
def api(federated: Api) -> Api:
    """The API with the provider."""
    return federated


def duties_of(api: Api, key: object) -> tuple[str, ...]:
    """The duties of an account, as operators see them."""
    with api.composed.database.read() as reading:
        return next(one.duties for one in account_rows(reading) if one.id == key)


def actions(api: Api, account: object) -> list[str]:
    """What the journal tells of an account."""
    return Running(api.runtime, None).acts(f"account-{account}")  # type: ignore[arg-type]


def test_a_citizen_signs_in_and_gets_an_account_with_what_the_provider_says(api: Api, provider: OpenIdProvider) -> None:
    visitor = Visitor.of(api)

    answer = visitor.sign_in(provider, "aysel", amr="pwd")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/api/v1/me")
    me = visitor.me()
    assert (me["name"], me["roles"], me["provider"]) == ("Aysel Məmmədova", ["citizen"], "state")
    with api.composed.database.work() as work:
        account = work.accounts.lock("state:aysel")
    assert (account.pin, account.password_hash) == ("7XQ2K9M", None)
    assert actions(api, account.id) == ["account.made", "duties.granted", "session.began"]


def test_she_is_the_same_at_her_second_sign_in(api: Api, provider: OpenIdProvider) -> None:
    first, second = Visitor.of(api), Visitor.of(api)
    first.sign_in(provider, "aysel")
    second.sign_in(provider, "aysel")

    assert first.me()["account"] == second.me()["account"]


def test_an_official_without_a_second_factor_at_the_provider_must_prove_ours(
    api: Api, provider: OpenIdProvider
) -> None:
    visitor = Visitor.of(api)
    visitor.sign_in(provider, "kamran", amr="pwd")

    me = visitor.me()

    assert (me["second_factor_needed"], me["roles"]) == (True, [])
    assert visitor.client.get("/api/v1/tasks").status_code == 403


@pytest.mark.parametrize("said", [{"amr": "pwd otp"}, {"acr": "urn:example:two-factors"}])
def test_a_second_factor_at_the_provider_counts_here(api: Api, provider: OpenIdProvider, said: dict[str, str]) -> None:
    visitor = Visitor.of(api)
    visitor.sign_in(provider, "kamran", **said)

    me = visitor.me()

    assert (me["roles"], me["second_factor_needed"]) == (["citizen", "clerk"], False)
    assert me["queues"] == ["city:clerk"]
    assert me["second_factor_at"] is not None


def test_an_old_proof_at_the_provider_is_not_fresh_here_and_a_fresh_sign_in_is(
    api: Api, provider: OpenIdProvider
) -> None:
    visitor = Visitor.of(api)
    visitor.sign_in(provider, "kamran", amr="otp", ago="3600")
    token = {"json": {"name": "till"}}

    old = visitor.client.post("/api/v1/me/tokens", headers={"X-Csrf-Token": str(visitor.me()["csrf_token"])}, **token)
    visitor.sign_in(provider, "kamran", fresh=True, amr="otp")
    new = visitor.client.post("/api/v1/me/tokens", headers={"X-Csrf-Token": str(visitor.me()["csrf_token"])}, **token)

    assert (old.status_code, new.status_code) == (403, 201)
    assert old.json["type"] == "urn:onewindow:problem:step-up-needed"


def test_duties_follow_what_the_provider_says_and_others_stay(api: Api, provider: OpenIdProvider) -> None:
    visitor = Visitor.of(api)
    visitor.sign_in(provider, "kamran", amr="otp")
    key = visitor.me()["account"]
    accounts.grant(api.composed.database, "state:kamran", accounts.Duties(analyst=True))
    provider.change("kamran", groups=["heads"])
    try:
        visitor.sign_in(provider, "kamran", amr="otp")
    finally:
        provider.change("kamran")

    assert duties_of(api, key) == ("analyst", "operator", "supervisor of city")
    assert actions(api, key).count("duties.revoked") == 1


def test_operators_make_no_tokens_for_persons_who_sign_in_elsewhere(api: Api, provider: OpenIdProvider) -> None:
    visitor, boss = Visitor.of(api), Visitor.of(api)
    visitor.sign_in(provider, "aysel")
    provider.browser.cookies.clear()
    boss.sign_in(provider, "boss", amr="otp")

    answer = boss.client.post(
        f"/api/v1/accounts/{visitor.me()['account']}/tokens",
        json={"name": "spy"},
        headers={"X-Csrf-Token": str(boss.me()["csrf_token"])},
    )

    assert answer.json["type"] == "urn:onewindow:problem:not-a-program"


def test_a_name_in_look_alike_letters_is_refused(api: Api, provider: OpenIdProvider) -> None:
    answer = Visitor.of(api).sign_in(provider, "imitator")

    assert answer.status_code == 403
    assert answer.json["type"] == "urn:onewindow:problem:claims-unusable"


def test_who_has_no_name_gets_no_account(api: Api, provider: OpenIdProvider) -> None:
    assert Visitor.of(api).sign_in(provider, "nameless").json["type"] == "urn:onewindow:problem:claims-unusable"


def test_a_number_that_changes_is_no_longer_the_same_person(api: Api, provider: OpenIdProvider) -> None:
    Visitor.of(api).sign_in(provider, "aysel")
    provider.change("aysel", personal_number="1AAAAAA")
    try:
        answer = Visitor.of(api).sign_in(provider, "aysel")
    finally:
        provider.change("aysel")

    assert answer.json["type"] == "urn:onewindow:problem:person-changed"


def with_her_number(api: Api) -> str:
    """An account that bears Aysel's number already; gives its key."""
    now = api.clock.now()
    duties = accounts.Duties(citizen=True)
    return accounts.add_account(api.composed.database, "aysel", "Aysel", None, duties, now, "7XQ2K9M")


def test_an_account_with_her_number_is_not_hers_without_more(api: Api, provider: OpenIdProvider) -> None:
    with_her_number(api)

    answer = Visitor.of(api).sign_in(provider, "aysel")

    assert answer.json["type"] == "urn:onewindow:problem:account-exists"


def test_an_account_with_her_number_is_hers_where_the_operator_says_so(
    sqlite_url: str, tmp_path: Path, ours: str, provider: OpenIdProvider
) -> None:
    joins = SIGN_IN.replace("accounts: made", "joins_by_pin: true")
    api = a_federated_api(sqlite_url, tmp_path, providers_file(provider.issuer, joins), ours=ours)
    key, visitor = with_her_number(api), Visitor.of(api)

    visitor.sign_in(provider, "aysel")
    stranger = Visitor.of(api)
    provider.browser.cookies.clear()
    unknown = stranger.sign_in(provider, "kamran")

    assert visitor.me()["account"] == key
    assert unknown.json["type"] == "urn:onewindow:problem:no-account"
    assert "identity.linked" in actions(api, key)
    api.composed.database.close()


def test_a_closed_account_stays_closed(api: Api, provider: OpenIdProvider) -> None:
    Visitor.of(api).sign_in(provider, "aysel")
    accounts.set_disabled(api.composed.database, "state:aysel", True)

    answer = Visitor.of(api).sign_in(provider, "aysel")

    assert answer.json["type"] == "urn:onewindow:problem:no-account"


def test_who_was_parted_from_her_account_gets_no_second_one(api: Api, provider: OpenIdProvider) -> None:
    visitor = Visitor.of(api)
    visitor.sign_in(provider, "aysel")
    key, now = visitor.me()["account"], api.clock.now()
    accounts.unlink(api.composed.database, "state", "aysel", now)

    parted = visitor.client.get("/api/v1/me").status_code
    refused = Visitor.of(api).sign_in(provider, "aysel")
    accounts.link(api.composed.database, "state:aysel", "state", "aysel", now)
    visitor.sign_in(provider, "aysel")

    assert parted == 401
    assert refused.status_code == 409
    assert visitor.me()["account"] == key
