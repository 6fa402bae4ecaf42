"""The API over a real database, with accounts of every role: `an_api(url)`.

Everything is as `onewindow serve` has it; only the clock is the test's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from engine.casework.actor import SYSTEM
from engine.clock import FrozenClock
from engine.runtime.deploy import deploy
from engine.runtime.wiring import Runtime
from onewindow import accounts
from onewindow.accounts import Duties
from onewindow.compose import Composed, api_services, compose
from onewindow.passwords import hash_password
from onewindow.settings import Settings
from tests.builders.a_master_key import MASTER_KEY_SET

MONDAY = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
PASSWORD = "a long password of the tests"
ADMINISTERED = "city"
"""The agency of the administrator; it is registered by those tests that need it."""
ROLES: Mapping[str, Duties] = {
    "citizen": Duties(citizen=True),
    "neighbour": Duties(citizen=True),
    "clerk": Duties(queues=accounts.queues_of(["city:clerk"])),
    "colleague": Duties(queues=accounts.queues_of(["city:clerk"])),
    "outsider": Duties(queues=accounts.queues_of(["elsewhere:clerk"])),
    "supervisor": Duties(supervises=frozenset({"city"})),
    "administrator": Duties(),
    "analyst": Duties(analyst=True),
    "operator": Duties(operator=True),
}


@dataclass(slots=True)
class Api:
    """An API to be asked in somebody's name."""

    app: Flask
    composed: Composed
    clock: FrozenClock
    client: FlaskClient
    tokens: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """Keys of the accounts."""

    @property
    def runtime(self) -> Runtime:
        """The use cases behind it."""
        return self.composed.runtime

    def ask(self, method: str, path: str, who: str | None = None, **kwargs: Any) -> TestResponse:
        """One request to /api/v1 in the name of `who`."""
        headers = dict(kwargs.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **kwargs)

    def get(self, path: str, who: str | None = None, **kwargs: Any) -> TestResponse:
        """GET."""
        return self.ask("GET", path, who, **kwargs)

    def post(self, path: str, who: str | None = None, body: Any = None, **kwargs: Any) -> TestResponse:
        """POST JSON."""
        if body is not None:
            kwargs["json"] = body
        return self.ask("POST", path, who, **kwargs)

    def put(self, path: str, who: str | None = None, body: Any = None, **kwargs: Any) -> TestResponse:
        """PUT JSON."""
        return self.ask("PUT", path, who, json=body, **kwargs)

    def renew(self, who: str) -> None:
        """Give somebody a fresh token: those of the beginning last 30 days."""
        made = accounts.create_token(self.composed.database, who, "later", timedelta(days=30), self.clock.now())
        self.tokens[who] = made[1]

    def staff(self, *queues: str) -> None:
        """Make somebody a member of these queues, as an agency does before its procedures are deployed."""
        duties = Duties(queues=accounts.queues_of(list(queues)))
        _account(self.composed, f"staff-{len(self.keys)}", duties, self.clock.now())

    def deploy_files(self, files: Mapping[str, bytes]) -> None:
        """Deploy files by name, as Onewindow itself does at its start."""
        deploy(self.runtime, files, by=SYSTEM)


def an_api(url: str, at: datetime = MONDAY, *, clock: FrozenClock | None = None, **settings: str) -> Api:
    """The API over a migrated database, with an account and a token of each of ROLES.

    Its clock stands at a moment, unless another one is given.
    """
    loaded = Settings.load({"ONEWINDOW_DATABASE_URL": url, **MASTER_KEY_SET, **settings})
    clock, at = clock or FrozenClock(at), clock.now() if clock else at
    composed = compose(loaded, clock=clock)
    app = create_app(api_services(loaded, composed))
    api = Api(app, composed, clock, app.test_client())
    for name, duties in ROLES.items():
        api.keys[name] = _account(composed, name, duties, at)
        _, api.tokens[name] = accounts.create_token(composed.database, name, "tests", timedelta(days=30), at)
    composed.database.run(lambda work: work.accounts.grant(api.keys["administrator"], administers=[ADMINISTERED]))
    return api


def _account(composed: Composed, name: str, duties: Duties, at: datetime) -> str:
    key = accounts.add_account(composed.database, name, name.title(), None, duties, at, _pin(name))
    accounts.change(composed.database, name, lambda _, account, _notes: replace(account, password_hash=_hashed()), at)
    return key


@lru_cache(maxsize=1)
def _hashed() -> str:
    """Hashed once a run: argon2 is slow on purpose."""
    return hash_password(PASSWORD)


def _pin(name: str) -> str | None:
    return {"citizen": "5FQ2K7M", "neighbour": "1RE6N8F"}.get(name)
