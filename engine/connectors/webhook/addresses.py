"""Which addresses may be called that somebody outside has named: https and public, unless an operator listed the host.

A name is looked up once, every answer is judged, and the call goes to the very address that was judged: a name that
changes its answer between the look and the call gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import httpx

Look = Callable[[str, int], Iterable[str]]
"""Host and port to addresses. Raises OSError when the name is not known."""
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 within IPv6 by the well-known prefix (RFC 6052)."""


class AddressRefused(Exception):
    """An address may not be called; the text says why."""


@dataclass(frozen=True, slots=True)
class InnerHosts:
    """Hosts that an operator listed, as `host` for every port or `host:port`: they may be private, and without TLS."""

    entries: frozenset[str] = field(default_factory=frozenset)

    def holds(self, host: str, port: int) -> bool:
        """Whether this host and port are listed."""
        return host in self.entries or f"{host}:{port}" in self.entries


def address_fault(url: str, inner: InnerHosts) -> str | None:
    """What speaks against an address by its text alone, before any name is looked up; None when nothing does."""
    try:
        judged(url, inner)
    except AddressRefused as refused:
        return str(refused)
    return None


def judged(url: str, inner: InnerHosts) -> httpx.URL:
    """An address that may be called by its text. Raises AddressRefused."""
    try:
        parsed = httpx.URL(url)
        port = port_of(parsed)
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("Expected an https address, found something that cannot be read as one.") from None
    if not 0 < port < 65_536:
        raise AddressRefused("Expected an https address with a port from 1 to 65535.")
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise AddressRefused("Expected an https address with a host.")
    if parsed.userinfo or parsed.fragment:
        raise AddressRefused("Expected an address without a name, password or fragment in it.")
    if inner.holds(parsed.host, port):
        return parsed
    if parsed.scheme != "https":
        raise AddressRefused("Expected https; an operator may list hosts that are reached by http.")
    literal = _literal(parsed.host)
    if literal is not None and not is_public(literal):
        raise AddressRefused(f"The address {literal} is not public; an operator may list hosts within.")
    if literal is None and ("." not in parsed.host or parsed.host.endswith((".localhost", ".local", ".internal"))):
        raise AddressRefused(f"The host {parsed.host:.100} is not public; an operator may list hosts within.")
    return parsed


def pinned(url: httpx.URL, inner: InnerHosts, look: Look) -> str:
    """The address to call for a host, after every address of it was judged. Raises AddressRefused, OSError."""
    port = port_of(url)
    found = list(look(url.host, port))
    if not found:
        raise OSError(f"{url.host} has no address")
    if not inner.holds(url.host, port):
        for address in found:
            if not is_public(ipaddress.ip_address(address)):
                raise AddressRefused(f"{url.host:.100} leads to an address that is not public.")
    return found[0]


def port_of(url: httpx.URL) -> int:
    """The port of an address."""
    return url.port or (443 if url.scheme == "https" else 80)


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, by the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found))


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is reachable from everywhere: not private, loopback, multicast ..., nor one in disguise."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
