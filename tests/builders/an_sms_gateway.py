"""The simulated SMS gateway on a real socket: `with an_sms_gateway() as gateway:`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from werkzeug.serving import make_server

from engine.connectors.exchange import AllowedHosts, Exchange, ExchangeLimits
from engine.connectors.notice import Sms, SmsGateway
from sandbox.sms.app import DEMO_KEY, create_app

CALLBACK_SECRET = "callback-secret"


@dataclass(frozen=True)
class GatewayAt:
    """A gateway that listens."""

    port: int

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://127.0.0.1:{self.port}"

    def sms(self, *, read_seconds: float = 5.0, key: str = DEMO_KEY) -> Sms:
        """What hands texts to it."""
        limits = ExchangeLimits(connect_seconds=1, read_seconds=read_seconds, total_seconds=10)
        exchange = Exchange(AllowedHosts(frozenset({f"127.0.0.1:{self.port}"})), limits)
        return Sms(SmsGateway(url=self.url), exchange, {"sms-key": key}.get)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One request with the key."""
        said = {name.replace("_", "-"): text for name, text in headers.items()}
        said["Authorization"] = f"Bearer {DEMO_KEY}"
        return httpx.request(method, self.url + path, json=body, headers=said, timeout=10, trust_env=False)

    def switch(self, **said: Any) -> None:
        """Turn the switches."""
        assert self.ask("POST", "/_control", said).status_code == 200

    def messages(self) -> list[dict[str, Any]]:
        """What was taken, the newest first."""
        found: list[dict[str, Any]] = self.ask("GET", "/_control/messages").json()["messages"]
        return found


@contextmanager
def an_sms_gateway(callback_url: str | None = None) -> Iterator[GatewayAt]:
    """One that listens until the end of the `with`."""
    app = create_app(callback_url=callback_url, callback_secret=CALLBACK_SECRET, hang_seconds=5)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield GatewayAt(server.server_port)
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
