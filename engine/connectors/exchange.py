"""One HTTP exchange with a partner: pooled, bounded in time and size, only to hosts that were listed.

No proxy or certificate is taken from the environment. A redirect is followed only for GET, only to a listed host, and
never carries a key or a client certificate to another host. A name that leads to a private address is not called
(`guard`). An answer is read as a stream and cut off at the limit, however large it claims to be. What status codes mean
is for the connectors; 408, 425, 429 and 5xx mean "later" to all of them (RFC 9110, 15).
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import quote

import httpx

from engine.casework.exchange import Watched
from engine.connectors.answers import read_json
from engine.connectors.contract import Json, PartnerRefused, PartnerUnavailable
from engine.connectors.guard import GuardedBackend, GuardedTransport
from engine.connectors.watching import watched
from engine.connectors.webhook.addresses import InnerHosts, Look, look_up
from engine.tracing import HEADER, SpanKind, spanned, traceparent

_LATER: Final = frozenset({408, 425, 429})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 3
_LONGEST_WAIT_SECONDS: Final = 3_600
_KEY_HEADERS: Final = frozenset({"authorization", "x-api-key", "cookie"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeLimits:
    """Bounds on one exchange."""

    connect_seconds: float = 5
    read_seconds: float = 15
    """Between two pieces of an answer."""
    total_seconds: float = 30
    """From the first byte sent to the last one read; less than a job's lease."""
    answer_bytes: int = 2_000_000
    connections: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    partner: str
    """Host, for messages; never the whole address, for that may hold personal data."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By any case of their names."""

    def json(self) -> Json:
        """The body as JSON. Raises PartnerUnavailable when it is none."""
        return read_json(self.body, self.partner)


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The hosts that may be called, as `host` (any port of http and https) or `host:port`."""

    entries: frozenset[str] = field(default_factory=frozenset)

    def holds(self, url: httpx.URL) -> bool:
        """Whether this address may be called."""
        if url.scheme not in ("http", "https") or url.userinfo:
            return False
        port = url.port or (443 if url.scheme == "https" else 80)
        standard = port in (80, 443)
        return f"{url.host}:{port}" in self.entries or (standard and url.host in self.entries)


class Exchange:
    """Sends requests over connections that are kept. Safe to use from several threads; close it in the end.

    Each thread has connections of its own: a pool that many share looks at all of them for each request, which costs a
    worker a tenth of its calls.
    """

    def __init__(
        self,
        allowed: AllowedHosts,
        limits: ExchangeLimits | None = None,
        *,
        inner: InnerHosts | None = None,
        look: Look = look_up,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`inner` are the hosts that may lie in a private network; `look` gives the addresses of a name."""
        self._backend = GuardedBackend(inner or InnerHosts(), look)
        self._allowed = allowed
        self._limits = limits or ExchangeLimits()
        self._monotonic = monotonic
        self._tls = httpx.create_ssl_context(trust_env=False)
        self._of_thread = threading.local()
        self._clients: list[httpx.Client] = []

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients:
            client.close()

    def _client(self, tls: ssl.SSLContext) -> httpx.Client:
        """The connections of this thread under one identity."""
        clients: dict[ssl.SSLContext, httpx.Client] = self._of_thread.__dict__.setdefault("clients", {})
        found = clients.get(tls)
        if found is None:
            found = clients[tls] = httpx.Client(
                transport=GuardedTransport(self._backend, tls, self._limits.connections),
                timeout=httpx.Timeout(self._limits.read_seconds, connect=self._limits.connect_seconds),
                follow_redirects=False,
                trust_env=False,
                headers={"User-Agent": "onewindow", "Accept": "application/json", "Accept-Encoding": "identity"},
            )
            self._clients.append(found)
        return found

    def send(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
        content: bytes | None = None,
        tls: ssl.SSLContext | None = None,
        as_it_is: bool = False,
    ) -> Answer:
        """One request and its answer, statuses of "later" apart.

        `keys` are headers that prove who we are, and `tls` a client certificate and the authorities of this partner:
        both are for its host alone. With `as_it_is` every status is given back, and no redirect is followed.
        Raises PartnerRefused for a host that is not listed, PartnerUnavailable for everything that may pass.
        """
        started = self._monotonic()
        url = self._checked(address)
        client = self._client(tls or self._tls)
        secret = _KEY_HEADERS | {name.lower() for name in keys or {}}
        sent = {name: header_text(value) for name, value in ({**(headers or {}), **(keys or {})}).items()}
        for _ in range(_MOST_REDIRECTS + 1):
            answer, location = self._once(client, method, url, sent, content, started, as_it_is=as_it_is)
            if location is None or as_it_is:
                return answer
            if method != "GET":
                raise PartnerRefused(
                    f"{url.host} sends a {method} elsewhere (status {answer.status}); it is not followed.",
                    remedy="Correct the partner's address in the settings.",
                )
            target = self._checked(str(url.join(location)))
            if (target.host, target.port, target.scheme) != (url.host, url.port, url.scheme):
                client = self._client(self._tls)
                sent = {name: value for name, value in sent.items() if name.lower() not in secret}
            url = target
        raise PartnerRefused(
            f"{url.host} redirects more than {_MOST_REDIRECTS} times.", remedy="Correct the partner's address."
        )

    def _checked(self, address: str) -> httpx.URL:
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL as fault:
            raise PartnerRefused(
                "The address of the call cannot be read.", remedy="Correct the header `url` of the task."
            ) from fault
        if not self._allowed.holds(url):
            raise PartnerRefused(
                f"The host {url.host!r:.100} may not be called.",
                remedy="An operator lists hosts in the settings; a model cannot.",
            )
        if url.scheme == "http" and not self._backend.lies_within(url.host, url.port or 80):
            raise PartnerRefused(
                f"What goes to {url.host!r:.100} by http could be read and changed on its way.",
                remedy="Use https. If it lies within your network, an operator names it in ONEWINDOW_INNER_HOSTS.",
            )
        return url

    def _once(
        self,
        client: httpx.Client,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        content: bytes | None,
        started: float,
        *,
        as_it_is: bool,
    ) -> tuple[Answer, str | None]:
        about = {"http.request.method": method, "server.address": url.host}
        with spanned(f"{method} {url.host}", SpanKind.CLIENT, about) as span:
            ours = traceparent()
            sent = headers if ours is None else {**headers, HEADER: ours}
            with watched(method, str(url), sent, content) as seen:
                try:
                    return self._asked(client, method, url, sent, content, started, seen, as_it_is=as_it_is)
                finally:
                    if seen.status is not None:
                        span.set_attribute("http.response.status_code", seen.status)

    def _asked(
        self,
        client: httpx.Client,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        content: bytes | None,
        started: float,
        seen: Watched,
        *,
        as_it_is: bool,
    ) -> tuple[Answer, str | None]:
        try:
            with client.stream(method, url, headers=dict(headers), content=content) as response:
                seen.status, seen.answer_headers = response.status_code, response.headers
                answer = Answer(status=response.status_code, body=b"", partner=url.host, headers=response.headers)
                if not as_it_is:
                    require_no_later(answer)
                seen.answer_body = body = self._read(response, url.host, started)
                location = response.headers.get("Location") if response.status_code in _REDIRECTS else None
                return replace(answer, body=body), location
        except httpx.TimeoutException as fault:
            raise PartnerUnavailable(f"{url.host} did not answer in time.", retry_after_seconds=5) from fault
        except httpx.HTTPError as fault:
            # The text of the fault may hold the address, and that a person's number.
            raise PartnerUnavailable(
                f"{url.host} cannot be reached, or broke off ({type(fault).__name__}).", retry_after_seconds=5
            ) from fault

    def _read(self, response: httpx.Response, host: str, started: float) -> bytes:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            # A few packed kilobytes may unfold to gigabytes in one piece, before any limit is seen.
            raise PartnerUnavailable(f"{host} sent a packed answer, though asked not to.", retry_after_seconds=60)
        pieces = bytearray()
        for piece in response.iter_raw():
            pieces += piece
            if len(pieces) > self._limits.answer_bytes:
                raise PartnerUnavailable(
                    f"The answer of {host} is larger than {self._limits.answer_bytes} bytes; it was cut off.",
                    remedy="Ask for less, or let an operator raise the limit.",
                    retry_after_seconds=60,
                )
            if self._monotonic() - started > self._limits.total_seconds:
                raise PartnerUnavailable(
                    f"{host} needs longer than {self._limits.total_seconds:g} seconds for an answer.",
                    retry_after_seconds=30,
                )
        return bytes(pieces)


def require_no_later(answer: Answer) -> None:
    """Raises PartnerUnavailable for a status that means "later"."""
    if answer.status in _LATER or answer.status >= 500:
        raise PartnerUnavailable(
            f"{answer.partner} answered with status {answer.status}.",
            retry_after_seconds=_retry_after(answer.headers.get("Retry-After")),
        )


def header_text(value: str) -> str:
    """A text as it can stand in a header: percent-encoded UTF-8 (RFC 3986, 2.1) where it is not visible ASCII."""
    if value.isascii() and value.isprintable():
        return value
    return quote(value, safe=" !#$&'()*+,-./:;=?@[]_~")


def _retry_after(value: str | None) -> int:
    """Seconds of a `Retry-After` header, as a number or a date (RFC 9110, 10.2.3); within one second and one hour."""
    if value is None:
        return 5
    if value.strip().isdecimal() and len(value) < 10:
        seconds = int(value)
    else:
        try:
            seconds = int((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError):
            return 5
    return min(max(seconds, 1), _LONGEST_WAIT_SECONDS)
