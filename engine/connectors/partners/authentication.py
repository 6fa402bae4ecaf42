"""How we prove to a partner who we are: basic (RFC 7617), bearer (RFC 6750), a key, client credentials (RFC 6749, 4.4).

Secrets are names; their values are asked for at each call, so that an operator can change them. Nothing here stands in
a model. A client certificate (mutual TLS) is a matter of the connection: `ListedPartner.tls`.
"""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import quote_plus, urlencode

from engine.connectors.contract import PartnerRefused, PartnerUnavailable, SecretResolver
from engine.connectors.exchange import Answer, Exchange

_EARLY_SECONDS: Final = 30
"""A token is renewed so long before it ends: our clock and the partner's differ."""
_UNTOLD_SECONDS: Final = 300
"""How long a token is used whose end was not told."""
_VISIBLE: Final = re.compile(r"[!-~]{1,16000}")


class Authentication(Protocol):
    """A way to prove who we are. Safe to use from several threads."""

    def headers(self, exchange: Exchange, secret: SecretResolver) -> Mapping[str, str]:
        """The headers of a call. Raises PartnerRefused for a secret that is not set, PartnerUnavailable."""
        ...

    def renewed(self, rejected: Mapping[str, str]) -> bool:
        """After the partner answered 401 to such headers: whether other ones may be had now."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of the secrets that it needs."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Basic:
    """User and password."""

    user: str
    password: str
    """Name of the secret."""

    def headers(self, exchange: Exchange, secret: SecretResolver) -> Mapping[str, str]:
        """`Authorization: Basic`."""
        del exchange
        pair = f"{self.user}:{_value(secret, self.password)}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def renewed(self, rejected: Mapping[str, str]) -> bool:
        """Never: it stays wrong until an operator changes it."""
        del rejected
        return False

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password."""
        return (self.password,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A token that does not change."""

    token: str
    """Name of the secret."""

    def headers(self, exchange: Exchange, secret: SecretResolver) -> Mapping[str, str]:
        """`Authorization: Bearer`."""
        del exchange
        return {"Authorization": f"Bearer {_value(secret, self.token)}"}

    def renewed(self, rejected: Mapping[str, str]) -> bool:
        """Never."""
        del rejected
        return False

    @property
    def secrets(self) -> tuple[str, ...]:
        """The token."""
        return (self.token,)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHeader:
    """A key in a header of the partner's own."""

    header: str
    value: str
    """Name of the secret."""

    def headers(self, exchange: Exchange, secret: SecretResolver) -> Mapping[str, str]:
        """The header."""
        del exchange
        return {self.header: _value(secret, self.value)}

    def renewed(self, rejected: Mapping[str, str]) -> bool:
        """Never."""
        del rejected
        return False

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key."""
        return (self.value,)


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    ends: float
    """By the monotonic clock."""


@dataclass(slots=True, kw_only=True)
class ClientCredentials:
    """A token of an authorization server, fetched when it is needed and kept until shortly before it ends."""

    token_url: str
    client_id: str
    client_secret: str
    """Name of the secret."""
    scope: str = ""
    audience: str = ""
    in_form: bool = False
    """Whether id and secret are sent in the form (`client_secret_post`) instead of by basic authentication."""
    monotonic: Callable[[], float] = time.monotonic
    _kept: _Token | None = field(default=None, init=False, repr=False)
    _fetching: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def headers(self, exchange: Exchange, secret: SecretResolver) -> Mapping[str, str]:
        """`Authorization: Bearer` with a token that holds; one thread fetches it for all."""
        with self._fetching:
            if self._kept is None or self._kept.ends <= self.monotonic():
                self._kept = self._fetched(exchange, _value(secret, self.client_secret))
            return {"Authorization": f"Bearer {self._kept.value}"}

    def renewed(self, rejected: Mapping[str, str]) -> bool:
        """Forget the token that was rejected, unless another thread did."""
        with self._fetching:
            if self._kept is not None and rejected.get("Authorization") == f"Bearer {self._kept.value}":
                self._kept = None
        return True

    @property
    def secrets(self) -> tuple[str, ...]:
        """The client's secret."""
        return (self.client_secret,)

    def _fetched(self, exchange: Exchange, client_secret: str) -> _Token:
        form = {"grant_type": "client_credentials"}
        form |= {name: value for name, value in (("scope", self.scope), ("audience", self.audience)) if value}
        keys: dict[str, str] = {}
        if self.in_form:
            form |= {"client_id": self.client_id, "client_secret": client_secret}
        else:
            # RFC 6749, 2.3.1: both are form-encoded before they are joined.
            pair = f"{quote_plus(self.client_id)}:{quote_plus(client_secret)}"
            keys["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        asked = self.monotonic()
        answer = exchange.send(
            "POST",
            self.token_url,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            keys=keys,
            content=urlencode(form).encode(),
        )
        return _token(answer, asked)


def _token(answer: Answer, asked: float) -> _Token:
    """The token in the answer of an authorization server (RFC 6749, 5.1)."""
    if answer.status >= 300:
        raise PartnerRefused(
            f"The authorization server {answer.partner} gave no token (status {answer.status}).",
            remedy="Compare client, secret and scope of the partner with what the authorization server knows.",
        )
    told = answer.json()
    value, kind = (told.get("access_token"), told.get("token_type", "")) if isinstance(told, dict) else (None, "")
    if not isinstance(value, str) or not _VISIBLE.fullmatch(value) or str(kind).lower() != "bearer":
        raise PartnerUnavailable(f"{answer.partner} answered without a bearer token.", retry_after_seconds=30)
    lasts = told.get("expires_in")
    seconds = lasts if isinstance(lasts, int) and not isinstance(lasts, bool) and lasts > 0 else _UNTOLD_SECONDS
    return _Token(value, asked + max(seconds - _EARLY_SECONDS, seconds / 2))


def _value(secret: SecretResolver, name: str) -> str:
    found = secret(name)
    if found is None:
        raise PartnerRefused(
            f"The secret {name!r:.80} is not set.", remedy="An operator sets it, then retries the incident."
        )
    return found
