"""A TCP proxy before a database or partner: `with a_proxy(target) as proxy: proxy.cut()`.

It can refuse, cut all connections, swallow what the server says after a given text was sent, delay, or put garbage into
an answer; and it can be pointed at another server while it runs.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

Target = tuple[str, int] | Path
"""Host and port, or the socket of a server on this machine."""


@dataclass(slots=True)
class Proxy:
    """What a test may do to the connections that run through it."""

    target: Target
    port: int = 0
    refuses: bool = False
    """Cuts every new connection at once."""
    swallow_after: bytes | None = None
    """Once a client has sent this, nothing that the server says reaches it; the connection is cut."""
    garbage: bytes | None = None
    """Said in the place of the next answer."""
    most_bytes: int | None = None
    """Of the next answers, before the connection is cut."""
    delay: float = 0.0
    """Seconds before each piece of an answer."""
    swallowed: threading.Event = field(default_factory=threading.Event)
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self) -> None:
        """Reset all connections that stand now."""
        with self._lock:
            standing = list(self._open)
        for one in standing:
            _reset(one)

    def accept(self, listening: socket.socket) -> None:
        """Serve connections until the listening socket is closed."""
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            if self.refuses:
                _reset(client)
                continue
            try:
                server = _connected(self.target)
            except OSError:
                _reset(client)
                continue
            with self._lock:
                self._open |= {client, server}
            state = _Line(self, client, server)
            for carry in (state.up, state.down):
                threading.Thread(target=carry, daemon=True).start()


@dataclass(slots=True)
class _Line:
    """One connection in both directions."""

    proxy: Proxy
    client: socket.socket
    server: socket.socket
    is_swallowing: bool = False

    def up(self) -> None:
        """From the client to the server."""
        with suppress(OSError):
            while piece := self.client.recv(65_536):
                mark = self.proxy.swallow_after
                if mark is not None and mark in piece:
                    self.proxy.swallow_after = None
                    self.is_swallowing = True
                self.server.sendall(piece)
        self._end()

    def down(self) -> None:
        """From the server to the client."""
        said = 0
        with suppress(OSError):
            while piece := self.server.recv(65_536):
                if self.is_swallowing:
                    self.proxy.swallowed.set()
                    break
                if self.proxy.delay:
                    threading.Event().wait(self.proxy.delay)
                if self.proxy.garbage is not None:
                    piece, self.proxy.garbage = self.proxy.garbage, None
                most = self.proxy.most_bytes
                if most is not None and said + len(piece) > most:
                    self.client.sendall(piece[: most - said])
                    break
                said += len(piece)
                self.client.sendall(piece)
        self._end()

    def _end(self) -> None:
        for one in (self.client, self.server):
            _reset(one)
            with self.proxy._lock:
                self.proxy._open.discard(one)


def _connected(target: Target) -> socket.socket:
    if isinstance(target, Path):
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(str(target))
        except OSError:
            server.close()
            raise
        return server
    return socket.create_connection(target, timeout=None)


def _reset(one: socket.socket) -> None:
    """End a connection at once, also for those who wait in it."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        one.close()


@contextmanager
def a_proxy(target: Target) -> Iterator[Proxy]:
    """A proxy that listens on a port of this machine until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        proxy = Proxy(target, listening.getsockname()[1])
        thread = threading.Thread(target=proxy.accept, args=(listening,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            proxy.cut()
            thread.join(5)
