"""A partner's HTTP server that does what a test tells it: `with a_partner() as partner: partner.answers(...)`.

It listens on a real socket, in a thread. Answers are given in the order they were told; the last one stays until
another is told.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response


@dataclass
class Received:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Partner:
    """What was told, and what came."""

    port: int = 0
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)
    _answers: list[Callable[[Request], Response]] = field(default_factory=list)
    _last_was_given: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Base address without a slash at the end."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """Host and port, as in a list of allowed hosts."""
        return f"127.0.0.1:{self.port}"

    def answers(self, body: Any = b"{}", status: int = 200, **headers: str) -> Partner:
        """The next answer, with underscores of header names as hyphens."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) or callable(body) else str(body).encode()

        def respond(_request: Request) -> Response:
            chunks = content() if callable(content) else content
            return Response(chunks, status, headers=told, content_type="application/json")

        return self.does(respond)

    def does(self, respond: Callable[[Request], Response]) -> Partner:
        """The next answer is what `respond` makes of the request."""
        with self._lock:
            if self._last_was_given:
                self._answers.clear()
            self._answers.append(respond)
            self._last_was_given = False
        return self

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        arrived = Received(request.method, request.full_path.rstrip("?"), dict(request.headers), request.get_data())
        with self._lock:
            self.received.append(arrived)
            self._last_was_given = len(self._answers) == 1
            respond = self._answers[0] if self._last_was_given else self._answers.pop(0)
        return respond(request)(environ, start_response)


@contextmanager
def a_partner(tls: ssl.SSLContext | None = None) -> Iterator[Partner]:
    """A partner that listens until the block ends; it answers `{}` until told otherwise."""
    partner = Partner(scheme="http" if tls is None else "https").answers()
    partner._last_was_given = True
    server = make_server("127.0.0.1", 0, partner, threaded=True, ssl_context=tls)
    partner.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield partner
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
