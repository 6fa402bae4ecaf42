"""A partner for the bench: takes every POST and answers `{}`, as fast as can be, and counts.

It runs in a thread of the bench, which only waits meanwhile, on connections that are kept alive. What it costs is
processor time that the worker cannot have on a machine of two cores: about a tenth of a millisecond a call.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_ANSWER: Final = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"number": 7}'
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length:"
_KEY: Final = b"\r\nidempotency-key:"


class CountingPartner:
    """What came: how often each idempotency key, and how many calls in all."""

    def __init__(self) -> None:
        self.port = 0
        self.calls: Counter[bytes] = Counter()
        self.taken = 0

    def take(self, key: bytes) -> None:
        """Note one call."""
        self.calls[key] += 1
        self.taken += 1


class _Conversation(asyncio.Protocol):
    """One connection: requests one after another."""

    def __init__(self, partner: CountingPartner) -> None:
        self._partner = partner
        self._transport: asyncio.Transport | None = None
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(_END)) >= 0:
            head = self._held[:end].lower()
            whole = end + len(_END) + int(_header(head, _LENGTH) or 0)
            if len(self._held) < whole:
                return
            self._held = self._held[whole:]
            self._partner.take(_header(head, _KEY))
            assert self._transport is not None
            self._transport.write(_ANSWER)


def _header(head: bytes, name: bytes) -> bytes:
    _, found, rest = head.partition(name)
    return rest.partition(b"\r\n")[0].strip() if found else b""


@contextmanager
def counting_partner() -> Iterator[CountingPartner]:
    """A partner that listens on this machine until the block ends."""
    partner, loop = CountingPartner(), asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: _Conversation(partner), "127.0.0.1", 0))
    partner.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, name="partner", daemon=True)
    thread.start()
    try:
        yield partner
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()
