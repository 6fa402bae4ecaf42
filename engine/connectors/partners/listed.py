"""A partner as the operator lists it, and a call to it under our identity."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Final

from engine.connectors.contract import SecretResolver
from engine.connectors.exchange import Answer, Exchange
from engine.connectors.partners.authentication import Authentication
from engine.connectors.partners.operations import Operation

_NOT_PROVED: Final = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPartner:
    """Where a partner answers, and how we prove to it who we are. A model knows its name only."""

    name: str
    url: str
    """Base address, without a slash at the end."""
    authentication: Authentication | None = None
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """Our certificate for this partner and the authorities it is trusted by; None for the usual ones."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with each call, such as the number of a tenant; no secrets."""
    operations: Mapping[str, Operation] = field(default_factory=dict)
    """What its OpenAPI document offers, by operation id."""
    description: Path | None = None
    """The file that describes a SOAP service."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What only the connector of its kind understands."""
    kind: str = "http"
    """The connector that calls it."""

    def send(
        self,
        exchange: Exchange,
        secret: SecretResolver,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        as_it_is: bool = False,
    ) -> Answer:
        """One call below its address; once more with a fresh token when the partner no longer takes the old one.

        Raises what `Exchange.send` raises, and PartnerRefused for a secret that is not set.
        """
        address, sent = self.url + path, {**self.headers, **(headers or {})}

        def call(keys: Mapping[str, str]) -> Answer:
            return exchange.send(
                method, address, headers=sent, keys=keys, content=content, tls=self.tls, as_it_is=as_it_is
            )

        if self.authentication is None:
            return call({})
        keys = self.authentication.headers(exchange, secret)
        answer = call(keys)
        if answer.status != _NOT_PROVED or not self.authentication.renewed(keys):
            return answer
        return call(self.authentication.headers(exchange, secret))

    def without_authentication(self) -> ListedPartner:
        """The same for calls that carry their proof within the message."""
        return replace(self, authentication=None)


class PartnerList:
    """The partners of one kind or of all, by name. Never changed once made."""

    def __init__(self, partners: Iterable[ListedPartner] = ()) -> None:
        self._partners: Mapping[str, ListedPartner] = MappingProxyType({one.name: one for one in partners})

    def __iter__(self) -> Iterator[ListedPartner]:
        return iter(self._partners.values())

    def of_kind(self, kind: str) -> PartnerList:
        """Those that one connector calls."""
        return PartnerList(one for one in self if one.kind == kind)

    def get(self, name: str) -> ListedPartner | None:
        """The partner of this name."""
        return self._partners.get(name)

    def missing(self, name: str) -> str:
        """A sentence that says that there is no such partner, and which there are."""
        near = get_close_matches(name, self._partners, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(self._partners)) or 'none'}."
        return f"The operator lists no partner {name!r:.80}. {hint}"
