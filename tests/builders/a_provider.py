"""The simulated payment provider on a real socket: `with a_provider() as provider: ...`.

A test acts as the person at its page (`provider.act("pay")`), turns its switches, and reads its ledger.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from werkzeug.serving import make_server

from engine.connectors.exchange import AllowedHosts, Exchange, ExchangeLimits
from engine.connectors.payment import PaymentConnector, Provider
from sandbox.payments.app import DEMO_KEY, create_app

SECRETS = {"payment-key": DEMO_KEY}
FEE = {"fee": 25, "currency": "AZN", "legal_basis": "Law on State Duty"}


@dataclass
class ProviderAt:
    """A provider that listens."""

    port: int

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://127.0.0.1:{self.port}"

    def connector(self, *, read_seconds: float = 5.0) -> PaymentConnector:
        """The real connector, with an exchange of its own."""
        limits = ExchangeLimits(connect_seconds=1, read_seconds=read_seconds, total_seconds=10)
        exchange = Exchange(AllowedHosts(frozenset({f"127.0.0.1:{self.port}"})), limits)
        provider = Provider(url=self.url, return_url="http://127.0.0.1/back?reference={reference}")
        return PaymentConnector(provider, exchange, SECRETS.get)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One request with the key."""
        said = {name.replace("_", "-"): text for name, text in headers.items()}
        said["Authorization"] = f"Bearer {DEMO_KEY}"
        return httpx.request(method, self.url + path, json=body, headers=said, timeout=10, trust_env=False)

    def switch(self, **said: Any) -> None:
        """Turn the switches."""
        assert self.ask("POST", "/_control", said).status_code == 200

    def effects(self, kind: str) -> list[dict[str, Any]]:
        """What it did of a kind (`payment`, `refund`), in order."""
        return [one for one in self.ask("GET", "/_control/effects").json()["effects"] if one["kind"] == kind]

    def act(self, action: str, number: int = -1) -> str:
        """`pay`, `decline` or `cancel` a payment (the last one) at its page; gives its key."""
        payment_id = str(self.effects("payment")[number]["subject"])
        assert self.ask("POST", f"/_control/payments/{payment_id}/{action}").status_code == 200
        return payment_id

    def told(self, payment_id: str) -> dict[str, Any]:
        """A payment as the provider tells it."""
        found: dict[str, Any] = json.loads(self.ask("GET", f"/v1/payments/{payment_id}").text)
        return found


@contextmanager
def a_provider(**said: Any) -> Iterator[ProviderAt]:
    """A provider that listens until the block ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(**said), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield ProviderAt(server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
