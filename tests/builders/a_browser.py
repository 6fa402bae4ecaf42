"""Somebody's browser over the API: cookie, token against forged requests, second factors."""

from __future__ import annotations

from typing import Any

import pyotp
from werkzeug.test import TestResponse

from tests.builders.an_api import PASSWORD, Api


class Browser:
    """Somebody's browser: it keeps the cookie and sends the token against forged requests."""

    def __init__(self, api: Api, name: str = "clerk") -> None:
        self.api, self.name = api, name
        self.client = api.app.test_client()
        self.csrf = ""

    def ask(self, method: str, path: str, body: Any = None) -> TestResponse:
        json = {"json": body} if body is not None else {}
        answer = self.client.open(f"/api/v1{path}", method=method, headers={"X-Csrf-Token": self.csrf}, **json)
        if answer.is_json and isinstance(answer.json, dict) and answer.json.get("csrf_token"):
            self.csrf = answer.json["csrf_token"]
        return answer

    def get(self, path: str) -> TestResponse:
        return self.ask("GET", path)

    def post(self, path: str, **body: Any) -> TestResponse:
        return self.ask("POST", path, body)

    def sign_in(self, password: str = PASSWORD) -> TestResponse:
        return self.post("/session", name=self.name, password=password)

    def prove(self, code: str, way: str = "totp") -> TestResponse:
        return self.post("/session/second-factor", way=way, code=code)

    def code(self, secret: str, steps: int = 0) -> str:
        return pyotp.TOTP(secret).at(self.api.clock.now(), counter_offset=steps)

    def add_app(self) -> tuple[str, list[str]]:
        """Add an authenticator app: its secret, and the recovery codes that came with it."""
        begun = self.post("/me/second-factors/app", name="My phone").json
        confirmed = self.post(f"/me/second-factors/app/{begun['id']}/confirm", code=self.code(begun["secret"]))
        assert confirmed.status_code == 201, confirmed.json
        return begun["secret"], confirmed.json["recovery_codes"]
