"""Where a worker answers probes and shows its figures: it has no API, and its loop may stand still while it lives.

`/health/live` and `/health/ready` say what those of the web server say; `/metrics` are its figures for Prometheus.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from prometheus_client import CONTENT_TYPE_LATEST

from engine.errors import Unavailable

STILL_SECONDS: Final = 120.0
"""A loop that has not come round for so long does not live any more: its longest rest is 10 s."""

Faults = Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """What a worker tells who asks."""

    live: Faults
    """Faults that only a new process mends."""
    ready: Faults
    """Faults that keep it from working."""
    figures: Callable[[], bytes] | None = None
    """In Prometheus' text format; None shows none. Raises Unavailable."""


class WorkerHealth:
    """A small HTTP server in its own threads: it never holds up the worker. Raises OSError when it cannot listen."""

    def __init__(self, host: str, port: int, probes: Probes) -> None:
        self._server = _Server((host, port), _handler(probes))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), name="health", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens: the one asked for, or a free one for 0."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


def _handler(probes: Probes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5
        server_version, sys_version = "onewindow", ""

        def do_GET(self) -> None:
            """Answer a probe."""
            match self.path:
                case "/health/live":
                    self._tell("live", probes.live())
                case "/health/ready":
                    self._tell("ready", probes.ready())
                case "/metrics" if probes.figures is not None:
                    self._figures(probes.figures)
                case _:
                    self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")

        def _tell(self, word: str, faults: Mapping[str, str]) -> None:
            status = HTTPStatus.SERVICE_UNAVAILABLE if faults else HTTPStatus.OK
            said: dict[str, Any] = {"status": f"not {word}", "faults": dict(faults)} if faults else {"status": word}
            self._send(status, json.dumps(said).encode(), "application/json")

        def _figures(self, figures: Callable[[], bytes]) -> None:
            try:
                self._send(HTTPStatus.OK, figures(), CONTENT_TYPE_LATEST)
            except Unavailable:
                self._send(HTTPStatus.SERVICE_UNAVAILABLE, b"", "text/plain")

        def _send(self, status: HTTPStatus, body: bytes, media_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Probes are not logged."""

    return Handler
