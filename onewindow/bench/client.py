"""One HTTP client on one kept-alive connection: as thin as can be, so that the server is what is measured."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class UnexpectedAnswer(RuntimeError):
    """The server answered something a bench cannot go on from."""


@dataclass(frozen=True, slots=True)
class Timed:
    """An answer and how long it took."""

    body: Any
    seconds: float


class Client:
    """A caller with an API token. Not to be shared between threads."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, path: str) -> Timed:
        """GET a path. Raises UnexpectedAnswer unless it is 2xx."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Timed:
        """POST JSON to a path. Raises UnexpectedAnswer unless it is 2xx."""
        return self._ask("POST", path, json.dumps(body))

    def _ask(self, method: str, path: str, body: str | None) -> Timed:
        began = time.perf_counter()
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        seconds = time.perf_counter() - began
        if answer.status >= 300:
            raise UnexpectedAnswer(f"{method} {path} answered {answer.status}: {raw[:500].decode(errors='replace')}")
        return Timed(json.loads(raw), seconds)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()
