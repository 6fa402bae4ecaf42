"""Going to an identity provider and coming back, against a certified one (tests/oidc_provider)."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.serving import make_server

from api.oidc import COOKIE
from api.wiring import EXTENSION
from onewindow.federation.calls import KEYS_AGAIN_SECONDS
from tests.builders.a_federated_api import SIGN_IN, Visitor, a_federated_api, providers_file, sent_along
from tests.builders.an_api import Api
from tests.builders.an_openid_provider import HOST, OpenIdProvider, an_openid_provider
from tests.builders.free_ports import a_free_port


@pytest.fixture
def api(federated: Api) -> Api:
    """The API with the provider."""
    return federated


def test_the_browser_takes_along_pkce_state_and_nonce_and_no_secret(api: Api) -> None:
    visitor = Visitor.of(api)

    sent = visitor.begin()

    query, cookie = sent_along(sent), sent.headers["Set-Cookie"]
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert len(query["code_challenge"]) == len(query["nonce"]) == len(query["state"]) == 43
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    secret = cookie.partition("=")[2].partition(";")[0]
    assert secret not in sent.headers["Location"]
    with api.composed.database.read() as reading:
        kept = reading.exec_driver_sql("SELECT * FROM begun_sign_in").one()
    assert not {secret, query["state"], query["nonce"]} & {str(value) for value in kept}


def test_a_sign_in_is_finished_once(api: Api, provider: OpenIdProvider) -> None:
    visitor = Visitor.of(api)
    sent = visitor.begin()
    cookie = sent.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    answer = provider.sign_in(sent.headers["Location"], "aysel")

    first = visitor.come_back(answer)
    visitor.client.set_cookie(COOKIE, cookie)
    again = visitor.come_back(answer)

    assert (first.status_code, again.status_code) == (303, 403)
    assert again.json["type"] == "urn:onewindow:problem:sign-in-not-begun"


def test_an_answer_is_taken_from_the_browser_that_began_only(api: Api, provider: OpenIdProvider) -> None:
    mine, yours = Visitor.of(api), Visitor.of(api)
    answer = provider.sign_in(mine.begin().headers["Location"], "aysel")
    yours.begin()

    stolen, bare = yours.come_back(answer), Visitor.of(api).come_back(answer)

    assert (stolen.status_code, bare.status_code) == (403, 403)
    assert mine.come_back(answer).status_code == 303


def test_whoever_takes_longer_than_ten_minutes_begins_again(api: Api, provider: OpenIdProvider) -> None:
    visitor = Visitor.of(api)
    answer = provider.sign_in(visitor.begin().headers["Location"], "aysel")
    api.clock.advance(timedelta(minutes=10, seconds=1))

    assert visitor.come_back(answer).status_code == 403


def test_a_state_or_cookie_of_another_installation_opens_nothing(api: Api, provider: OpenIdProvider) -> None:
    visitor = Visitor.of(api)
    answer = provider.sign_in(visitor.begin().headers["Location"], "aysel")
    visitor.client.set_cookie(COOKIE, "of-another-installation")

    assert visitor.come_back(answer).status_code == 403
    assert visitor.come_back({**answer, "state": "x" * 43}).status_code == 403


def test_who_breaks_off_at_the_provider_is_told_so(api: Api, provider: OpenIdProvider) -> None:
    visitor = Visitor.of(api)
    answer = provider.sign_in(visitor.begin().headers["Location"], "aysel", deny="1")

    refused = visitor.come_back(answer)

    assert refused.status_code == 403
    assert refused.json["type"] == "urn:onewindow:problem:sign-in-refused-by-provider"


def test_the_answer_must_say_that_it_is_of_the_provider_that_was_asked(api: Api, provider: OpenIdProvider) -> None:
    """RFC 9207, 2.4: the provider says in its metadata that it names itself."""
    codes = {}
    for name, change in (("another", {"iss": "https://evil.example"}), ("none", {"iss": ""})):
        visitor = Visitor.of(api)
        answer = {**provider.sign_in(visitor.begin().headers["Location"], "aysel"), **change}
        refused = visitor.come_back({key: value for key, value in answer.items() if value})
        codes[name] = (refused.status_code, refused.json["type"].rpartition(":")[2])

    assert codes == dict.fromkeys(("another", "none"), (409, "identity-provider-unusable"))


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\\b", "javascript:alert(1)", ""]
)
def test_a_browser_goes_on_at_our_own_site_only(api: Api, path: str) -> None:
    answer = Visitor.of(api).begin(return_to=path)

    assert answer.status_code == 422


def test_a_browser_goes_on_where_it_was_bound_for(api: Api, provider: OpenIdProvider) -> None:
    visitor = Visitor.of(api)
    sent = visitor.begin(return_to="/api/v1/inbox?limit=5")

    back = visitor.come_back(provider.sign_in(sent.headers["Location"], "aysel"))

    assert back.headers["Location"] == "/api/v1/inbox?limit=5"


def test_a_page_of_another_site_cannot_sign_its_visitor_in(api: Api) -> None:
    answer = Visitor.of(api).client.get("/api/v1/session/oidc/state", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert answer.json["type"] == "urn:onewindow:problem:cross-site-sign-in"


def test_parameters_of_the_answer_that_are_not_known_are_passed_over_and_those_twice_refused(
    api: Api, provider: OpenIdProvider
) -> None:
    visitor = Visitor.of(api)
    answer = provider.sign_in(visitor.begin().headers["Location"], "aysel")

    twice = visitor.client.get(
        "/api/v1/session/oidc/state/callback", query_string=[*answer.items(), ("code", "another")]
    )
    once = visitor.come_back({**answer, "session_state": "of-some-providers"})

    assert (twice.status_code, once.status_code) == (422, 303)


def test_a_browser_that_signs_in_anew_leaves_no_session_behind(api: Api, provider: OpenIdProvider) -> None:
    visitor = Visitor.of(api)
    visitor.sign_in(provider, "aysel")
    before = visitor.client.get_cookie("onewindow_session")
    visitor.sign_in(provider, "aysel")

    assert before is not None
    assert api.get("/me", headers={"Cookie": f"onewindow_session={before.value}"}).status_code == 401
    assert len(visitor.client.get("/api/v1/me/sessions").json["items"]) == 1


def test_signing_out_here_tells_where_to_sign_out_there(api: Api, provider: OpenIdProvider) -> None:
    visitor = Visitor.of(api)
    visitor.sign_in(provider, "aysel")

    answer = visitor.client.delete("/api/v1/session", headers={"X-Csrf-Token": str(visitor.me()["csrf_token"])})

    assert answer.status_code == 200
    there = urlsplit(answer.json["provider_sign_out"])
    assert f"{there.scheme}://{there.netloc}" == provider.issuer
    assert parse_qs(there.query) == {"client_id": ["onewindow"]}
    assert provider.browser.get(answer.json["provider_sign_out"]).status_code == 200
    assert visitor.client.get("/api/v1/me").status_code == 401


def test_signing_out_at_the_provider_ends_the_session_here(api: Api, provider: OpenIdProvider, ours: str) -> None:
    server = make_server(HOST, int(ours.rpartition(":")[2]), api.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    visitor, other = Visitor.of(api), Visitor.of(api)
    try:
        visitor.sign_in(provider, "aysel")
        provider.browser.cookies.clear()
        other.sign_in(provider, "kamran", amr="otp")
        key = visitor.me()["account"]
        provider.sign_out()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert other.client.get("/api/v1/me").status_code == 401
    assert visitor.me()["account"] == key


def test_new_keys_of_the_provider_are_fetched_when_they_are_met(sqlite_url: str, tmp_path: Path) -> None:
    ours, port = f"http://{HOST}:{a_free_port()}", a_free_port()
    with an_openid_provider(ours, port) as first:
        api = a_federated_api(sqlite_url, tmp_path, providers_file(first.issuer, SIGN_IN), ours=ours)
        before = Visitor.of(api).sign_in(first, "aysel")
    with an_openid_provider(ours, port) as second:
        at_once = Visitor.of(api).sign_in(second, "aysel")
        calls = api.app.extensions[EXTENSION].federation.calls
        calls.monotonic = lambda: time.monotonic() + KEYS_AGAIN_SECONDS
        later = Visitor.of(api).sign_in(second, "aysel")
    api.composed.database.close()

    assert (before.status_code, later.status_code) == (303, 303)
    assert at_once.json["type"] == "urn:onewindow:problem:bad-token"


def test_a_provider_that_is_away_is_503_and_signs_nobody_in(sqlite_url: str, tmp_path: Path) -> None:
    api = a_federated_api(sqlite_url, tmp_path, providers_file(f"http://{HOST}:{a_free_port()}", SIGN_IN))

    answer = Visitor.of(api).begin()

    assert answer.status_code == 503
    assert api.get("/session/providers").json["items"][0]["begin"] == "/api/v1/session/oidc/state"
    api.composed.database.close()
