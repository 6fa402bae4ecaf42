"""The simulated time-stamp service on a real socket: `with a_time_stamper() as service:`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from werkzeug.serving import make_server

from sandbox.timestamps.app import create_app


@dataclass(frozen=True)
class TimestampsAt:
    """A service that listens."""

    port: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/"

    def switch(self, mode: str, count: int | None = None) -> None:
        """Turn the switches."""
        said = {"mode": mode, "count": count}
        assert httpx.post(f"{self.url}_control", json=said, timeout=10, trust_env=False).status_code == 200

    def told(self) -> dict[str, Any]:
        """How often it was asked, and how many it gave."""
        found: dict[str, Any] = httpx.get(f"{self.url}_control", timeout=10, trust_env=False).json()
        return found


@contextmanager
def a_time_stamper() -> Iterator[TimestampsAt]:
    """One that listens until the end of the `with`."""
    server = make_server("127.0.0.1", 0, create_app(hang_seconds=5), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield TimestampsAt(server.server_port)
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
