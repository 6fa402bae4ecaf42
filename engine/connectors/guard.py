"""Connections to the very address that was judged: public, unless an operator said that the host lies within.

A listed name may lead, by mistake or by an attacker's name server, to a machine of our own network. So each connection
looks the name up once, judges every address it gives, and goes to one of those: a name that changes its answer between
the look and the call gains nothing. TLS still proves the name. A host listed by its address, and `localhost`, say
themselves where they are.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterable
from typing import Any, Final

import httpcore
import httpx

from engine.connectors.contract import PartnerRefused
from engine.connectors.webhook.addresses import InnerHosts, Look, is_public, look_up

_BY_ITSELF: Final = "localhost"


class GuardedBackend(httpcore.NetworkBackend):
    """Opens the sockets of a pool."""

    def __init__(self, inner: InnerHosts, look: Look = look_up) -> None:
        self._inner = inner
        self._look = look
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a judged address. Raises PartnerRefused, httpcore.ConnectError, httpcore.ConnectTimeout."""
        last: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._judged(host, port):
            try:
                return self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as fault:
                last = fault
        raise last or httpcore.ConnectError("the host has no address")

    def lies_within(self, host: str, port: int) -> bool:
        """Whether a host is known, by its text alone, to lie in a network of ours."""
        if host == _BY_ITSELF or self._inner.holds(host, port):
            return True
        return _is_address(host) and not is_public(ipaddress.ip_address(host.strip("[]")))

    def _judged(self, host: str, port: int) -> list[str]:
        try:
            found = list(self._look(host, port))
        except OSError as fault:
            raise httpcore.ConnectError("the name of the host is not known") from fault
        if host == _BY_ITSELF or _is_address(host) or self._inner.holds(host, port):
            return found
        if not all(is_public(ipaddress.ip_address(address)) for address in found):
            raise PartnerRefused(
                f"The host {host!r:.100} leads to an address that is not public.",
                remedy="If it lies within your network, an operator names it in ONEWINDOW_INNER_HOSTS; a model cannot.",
            )
        return found


class GuardedTransport(httpx.HTTPTransport):
    """The transport of httpx with guarded sockets."""

    def __init__(self, backend: httpcore.NetworkBackend, tls: ssl.SSLContext, connections: int) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5.0,
            network_backend=backend,
        )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
