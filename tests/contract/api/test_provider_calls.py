"""How an identity provider is called: what proves us there, and what becomes of others while it does not answer."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from api.app import create_app
from api.oidc import COOKIE
from onewindow.compose import api_services, compose
from onewindow.settings import Settings
from tests.builders.a_federated_api import Visitor, a_federated_api, providers_file, sent_along
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.an_issuer import Issuer, an_issuer
from tests.builders.an_openid_provider import CLIENT_SECRET
from tests.builders.threads import at_once

RULES = """
    sign_in:
      client_id: our client
      client_secret: state-login
      accounts: made
      duties: [{give: [citizen]}]
"""


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """A provider that says what the test says, and when."""
    with an_issuer() as made:
        yield made


def signed_in(url: str, folder: Path, issuer: Issuer, rules: str) -> int:
    """Sign somebody in; gives the status of our last answer."""
    api = a_federated_api(url, folder, providers_file(issuer.address, rules))
    visitor = Visitor.of(api)
    along = sent_along(visitor.begin())
    issuer.gives(along["nonce"], aud="our client")
    answer = visitor.come_back({"state": along["state"], "code": "a-code"})
    api.composed.database.close()
    return answer.status_code


def test_our_secret_goes_in_the_header_with_its_signs_encoded(sqlite_url: str, tmp_path: Path, issuer: Issuer) -> None:
    status = signed_in(sqlite_url, tmp_path, issuer, RULES)

    pair = f"our+client:{quote_plus(CLIENT_SECRET)}"
    assert status == 303
    assert issuer.keys == [f"Basic {base64.b64encode(pair.encode()).decode()}"]
    assert not {"client_id", "client_secret"} & set(issuer.forms[0])


def test_our_secret_goes_in_the_form_where_the_operator_says_so(
    sqlite_url: str, tmp_path: Path, issuer: Issuer
) -> None:
    status = signed_in(sqlite_url, tmp_path, issuer, RULES.replace("accounts:", "sent_in: form\n      accounts:"))

    assert (status, issuer.keys) == (303, [None])
    assert (issuer.forms[0]["client_id"], issuer.forms[0]["client_secret"]) == ("our client", CLIENT_SECRET)


def test_without_a_secret_the_verifier_alone_proves_us(sqlite_url: str, tmp_path: Path, issuer: Issuer) -> None:
    status = signed_in(sqlite_url, tmp_path, issuer, RULES.replace("      client_secret: state-login\n", ""))

    assert (status, issuer.keys) == (303, [None])
    assert "client_secret" not in issuer.forms[0]
    assert len(issuer.forms[0]["code_verifier"]) == 43


def test_a_browser_may_come_back_to_another_node(database_url: str, tmp_path: Path, issuer: Issuer) -> None:
    api = a_federated_api(database_url, tmp_path, providers_file(issuer.address, RULES))
    loaded = Settings.load(
        {
            **MASTER_KEY_SET,
            "ONEWINDOW_DATABASE_URL": database_url,
            "ONEWINDOW_IDENTITY_PROVIDERS": str(tmp_path / "identity-providers.yaml"),
            "ONEWINDOW_SECRET_STATE_LOGIN": CLIENT_SECRET,
            "ONEWINDOW_PUBLIC_URL": "http://localhost",
        }
    )
    composed = compose(loaded, clock=api.clock)
    here, there = Visitor.of(api), Visitor(api, create_app(api_services(loaded, composed)).test_client())
    sent = here.begin()
    along = sent_along(sent)
    there.client.set_cookie(COOKIE, sent.headers["Set-Cookie"].partition("=")[2].partition(";")[0])
    issuer.gives(along["nonce"], aud="our client")

    first = there.come_back({"state": along["state"], "code": "a-code"})
    second = here.come_back({"state": along["state"], "code": "a-code"})
    api.composed.database.close()
    composed.database.close()

    assert (first.status_code, second.status_code) == (303, 403)


def test_while_a_provider_hangs_others_are_told_at_once_and_all_else_goes_on(
    sqlite_url: str, tmp_path: Path, issuer: Issuer
) -> None:
    api = a_federated_api(sqlite_url, tmp_path, providers_file(issuer.address, RULES))
    issuer.answers.clear()

    def ask(number: int) -> tuple[int, float]:
        started = time.monotonic()
        answer = Visitor.of(api).begin() if number else api.get("/services")
        return answer.status_code, time.monotonic() - started

    told = at_once(5, ask)
    issuer.answers.set()
    api.composed.database.close()

    assert told[0][0] == 200
    assert {status for status, _ in told[1:]} == {503}
    assert sum(seconds < 3 for _, seconds in told[1:]) == 3, "one asks the provider; the others do not wait for it"
    assert issuer.asked == ["/.well-known/openid-configuration"]
