"""Passes a request on to the provider's information system over a socket, and seals the request with a hash."""

from __future__ import annotations

import base64
import hashlib
import http.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox.xroad.problems import RoadError

_NOT_PASSED = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "user-agent",
        "server",
        "content-length",
        "date",
        "x-road-request-hash",
        "x-road-error",
    }
)
"""PR-REST, 4.3: hop-by-hop headers, those that tell of the origin, and those that are X-Road's own to set."""


@dataclass(frozen=True, slots=True)
class Provided:
    """What the provider answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def passed(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers that X-Road does not keep for itself."""
    return {name: value for name, value in headers if name.lower() not in _NOT_PASSED}


def request_hash(method: str, address: str, headers: Mapping[str, str], body: bytes) -> str:
    """Base64 of SHA512(SHA512(headers)+SHA512(body)), or of SHA512(headers) where there is no body."""
    lines = [f"{method} {address} HTTP/1.1", *(f"{name}:{value}" for name, value in headers.items())]
    said = hashlib.sha512("\r\n".join(lines).encode()).digest()
    sealed = hashlib.sha512(said + hashlib.sha512(body).digest()).digest() if body else said
    return base64.b64encode(sealed).decode()


@dataclass(frozen=True, slots=True)
class Backend:
    """The simulated registers behind the provider's security server."""

    url: str
    key: str
    """Sent as X-Api-Key: the provider's own affair, unknown to who asks over X-Road."""
    seconds: float

    def ask(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> Provided:
        """One request; redirects are not followed. Raises RoadError when nobody answers."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=self.seconds)
        try:
            connection.request(method, address, body or None, {**headers, "X-Api-Key": self.key})
            answer = connection.getresponse()
            return Provided(answer.status, answer.getheaders(), answer.read())
        except TimeoutError as fault:
            raise RoadError(
                "Server.ServerProxy.ServiceFailed.HttpError", "The provider did not answer in time"
            ) from fault
        except (OSError, http.client.HTTPException) as fault:
            raise RoadError(
                "Server.ServerProxy.NetworkError", f"The provider cannot be reached: {type(fault).__name__}"
            ) from fault
        finally:
            connection.close()
