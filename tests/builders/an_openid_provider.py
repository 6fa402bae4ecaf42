"""A certified OpenID provider (tests/oidc_provider), started on a port of its own: `with an_openid_provider(...)`.

It runs on Node.js; `scripts/oidc-provider` installs it. Where it is missing a test is skipped and says so; when `CI` is
set, it fails.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote_plus, urlsplit

import httpx
import pytest

from onewindow.children import wait_until_listening
from tests.builders.free_ports import a_free_port

HOST = "127.0.0.1"
CLIENT_SECRET = "a secret of the tests: with signs & spaces %"
HOUSE = Path(__file__).parents[2]
INSTALLED = HOUSE / ".venv" / "oidc-provider"
NODE = HOUSE / ".venv" / "node" / "bin" / "node"


@dataclass(slots=True)
class OpenIdProvider:
    """A provider that runs."""

    port: int
    audience: str
    process: subprocess.Popen[bytes]
    browser: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=30))
    """A person's browser, as the provider sees it: its cookies hold her session there."""

    @property
    def issuer(self) -> str:
        """As it names itself."""
        return f"http://{HOST}:{self.port}"

    def sign_in(self, address: str, login: str, **said: str) -> dict[str, str]:
        """Follow a browser that was sent here until it is sent back; gives the parameters it comes back with.

        `said` are `amr`, `acr`, `ago` or `deny` (see provider.mjs). Whoever is signed in already is not asked again.
        """
        answer = self.browser.get(address)
        for _ in range(10):
            if answer.is_redirect:
                place = str(answer.next_request.url) if answer.next_request else ""
                if not place.startswith(self.issuer):
                    return dict(parse_qsl(urlsplit(place).query))
                answer = self.browser.get(place)
            elif "<form" in answer.text:
                answer = self.browser.post(answer.url, data={"login": login, **said})
            else:
                break
        raise AssertionError(f"the provider sends nobody back: {answer.status_code} {answer.text[:300]}")

    def sign_out(self) -> None:
        """Sign the browser's person out here; the provider tells its clients."""
        page = self.browser.get(f"{self.issuer}/session/end")
        secret = page.text.partition('name="xsrf" value="')[2].partition('"')[0]
        self.browser.post(f"{self.issuer}/session/end/confirm", data={"xsrf": secret, "logout": "yes"})

    def change(self, login: str, **claims: object) -> None:
        """Say other things of a person from now on."""
        body = {"login": login, "claims": claims}
        httpx.post(f"{self.issuer}/of-the-tests/change", json=body, trust_env=False).raise_for_status()

    def program_token(self, scope: str = "tasks") -> str:
        """An access token of the program `tax-system` for our API (client credentials)."""
        answer = httpx.post(
            f"{self.issuer}/token",
            data={"grant_type": "client_credentials", "resource": self.audience, "scope": scope},
            auth=("tax-system", quote_plus(CLIENT_SECRET)),
            trust_env=False,
        )
        token: str = answer.raise_for_status().json()["access_token"]
        return token


@contextmanager
def an_openid_provider(ours: str, port: int | None = None) -> Iterator[OpenIdProvider]:
    """The provider, with Onewindow at `ours` as its client under the key `state`."""
    _require_it()
    place = port or a_free_port()
    audience = f"{ours}/api"
    said = {
        "module": str(INSTALLED / "node_modules" / "oidc-provider" / "lib" / "index.js"),
        "port": place,
        "client_secret": CLIENT_SECRET,
        "audience": audience,
        "redirect_uris": [f"{ours}/api/v1/session/oidc/state/callback"],
        "post_logout_redirect_uris": [f"{ours}/"],
        "backchannel_logout_uri": f"{ours}/api/v1/session/oidc/state/logout",
    }
    process = subprocess.Popen(
        [str(NODE), "--no-warnings", str(HOUSE / "tests" / "oidc_provider" / "provider.mjs"), json.dumps(said)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until_listening(HOST, place, process, "OpenID provider")
    made = OpenIdProvider(place, audience, process)
    try:
        yield made
    finally:
        made.browser.close()
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()


def _require_it() -> None:
    if NODE.exists() and (INSTALLED / "installed").exists():
        return
    missing = "the OpenID provider is not installed: scripts/oidc-provider"
    if os.environ.get("CI"):
        pytest.fail(f"Sign-in with a provider is never skipped in CI, but {missing}.")
    pytest.skip(f"Sign-in with a real provider is not tested: {missing}.")
