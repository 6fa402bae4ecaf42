"""One POST to one address that was judged, with an end in time whatever the other side does. No redirect, no pool.

The standard library's client is used because it takes a connection that was opened here: to the very address that was
judged, with TLS for the name, and with a guard that shuts it when the time is over, even while it drips bytes.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import httpx

from engine.connectors.webhook.addresses import port_of

_MOST_READ: Final = 4_000
"""Bytes of an answer; whoever says more is not read to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLimits:
    """Bounds on one call, in seconds."""

    connect_seconds: float = 5
    read_seconds: float = 10
    """Between two pieces of an answer."""
    total_seconds: float = 20
    """From the connection to the last byte read; less than the lease of a subscription."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back."""

    status: int
    body: bytes
    retry_after: str | None


class BrokenOff(Exception):
    """There was no whole answer; the text says why, without the address."""


def post(
    url: httpx.URL, address: str, headers: Mapping[str, str], body: bytes, trusted: ssl.SSLContext, limits: SendLimits
) -> Reply:
    """Send a body to `address`, which is one of the URL's host. Raises BrokenOff."""
    try:
        with _connected(url, address, trusted, limits) as connection:
            connection.request("POST", url.raw_path.decode("ascii"), body, dict(headers))
            answer = connection.getresponse()
            return Reply(
                status=answer.status, body=answer.read(_MOST_READ), retry_after=answer.getheader("Retry-After")
            )
    except TimeoutError:
        raise BrokenOff("It did not answer in time.") from None
    except ssl.SSLCertVerificationError as fault:
        raise BrokenOff(f"Its certificate is not valid for it ({fault.verify_message}).") from fault
    except (OSError, http.client.HTTPException, ValueError) as fault:
        raise BrokenOff(f"It cannot be reached, or broke off ({type(fault).__name__}).") from fault


@contextmanager
def _connected(
    url: httpx.URL, address: str, trusted: ssl.SSLContext, limits: SendLimits
) -> Iterator[http.client.HTTPConnection]:
    with contextlib.ExitStack() as stack:
        opened = socket.create_connection((address, port_of(url)), timeout=limits.connect_seconds)
        stack.callback(opened.close)
        opened.settimeout(limits.read_seconds)
        guard = stack.enter_context(opened.dup())
        end = threading.Timer(limits.total_seconds, _shut, [guard])
        end.daemon = True
        end.start()
        stack.callback(end.cancel)
        if url.scheme == "https":
            opened = trusted.wrap_socket(opened, server_hostname=url.raw_host.decode("ascii").strip("[]"))
            stack.callback(opened.close)
        connection = http.client.HTTPConnection(url.host, port_of(url))
        connection.sock = opened
        stack.callback(connection.close)
        yield connection


def _shut(guard: socket.socket) -> None:
    with contextlib.suppress(OSError):
        guard.shutdown(socket.SHUT_RDWR)
