"""The API with identity providers, and browsers that sign in there: `a_federated_api(url, folder, file)`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders.a_moving_clock import MovingClock
from tests.builders.an_api import Api, an_api
from tests.builders.an_openid_provider import CLIENT_SECRET, OpenIdProvider

SIGN_IN = """
    sign_in:
      client_id: onewindow
      client_secret: state-login
      scopes: [profile, gov]
      userinfo: true
      accounts: made
      claims: {pin: personal_number}
      second_factor: {amr: [otp, hwk], acr: ["urn:example:two-factors"]}
      duties:
        - {claim: groups, is: [residents], give: [citizen]}
        - {claim: groups, is: [examiners], give: ["city:clerk"]}
        - {claim: groups, is: [heads], give: [supervisor of city, operator]}
"""
ACCESS_TOKENS = """
    access_tokens:
      audience: {audience}
      scopes: {{tasks: ["tasks:read"], instances: ["instances:write"]}}
      clients: {{tax-system: operator}}
      second_factor: {{amr: [otp]}}
"""


def providers_file(issuer: str, *parts: str, key: str = "state") -> str:
    """The operator's file with one provider, which lies within."""
    return f"providers:\n  {key}:\n    title: State login\n    issuer: {issuer}\n    inner: true\n{''.join(parts)}"


def a_federated_api(url: str, folder: Path, file: str, *, ours: str = "http://localhost", **settings: str) -> Api:
    """The API at `ours` with this file of providers; its clock goes with the real time, as a provider's does."""
    path = folder / "identity-providers.yaml"
    path.write_text(file, encoding="utf-8")
    return an_api(
        url,
        clock=MovingClock(),
        ONEWINDOW_IDENTITY_PROVIDERS=str(path),
        ONEWINDOW_SECRET_STATE_LOGIN=CLIENT_SECRET,
        ONEWINDOW_PUBLIC_URL=ours,
        **settings,
    )


@dataclass(slots=True)
class Visitor:
    """A person at her browser, with its cookies of ours."""

    api: Api
    client: FlaskClient

    @classmethod
    def of(cls, api: Api) -> Visitor:
        """A browser without cookies."""
        return cls(api, api.app.test_client())

    def begin(self, provider: str = "state", **query: str) -> TestResponse:
        """Ask to be sent to a provider."""
        return self.client.get(f"/api/v1/session/oidc/{provider}", query_string=query)

    def come_back(self, answer: dict[str, str], provider: str = "state") -> TestResponse:
        """Bring a provider's answer."""
        return self.client.get(f"/api/v1/session/oidc/{provider}/callback", query_string=answer)

    def sign_in(self, provider: OpenIdProvider, login: str, *, fresh: bool = False, **said: str) -> TestResponse:
        """Sign in with the provider from beginning to end; gives our last answer."""
        sent = self.begin(fresh="true" if fresh else "false")
        assert sent.status_code == 303, sent.text
        return self.come_back(provider.sign_in(sent.headers["Location"], login, **said))

    def me(self) -> dict[str, object]:
        """Who the browser's session is of."""
        answer = self.client.get("/api/v1/me")
        assert answer.status_code == 200, answer.text
        return dict(answer.json)


def sent_along(answer: TestResponse) -> dict[str, str]:
    """What a browser takes along to a provider."""
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
