"""Calls to a provider: its description of itself, its keys, a code for tokens, claims of a person.

Only hosts of the operator's file are called, over guarded connections (`engine.connectors.exchange`). Descriptions and
keys are kept for a while in each process. A token that names an unknown key lets the keys be fetched anew, at most once
in thirty seconds, so that made-up names make no flood. Of all requests of a process a few at most wait for providers.
"""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import quote_plus, urlencode

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from engine.connectors.contract import PartnerRefused
from engine.connectors.exchange import AllowedHosts, Answer, Exchange, ExchangeLimits
from engine.connectors.webhook import InnerHosts
from engine.errors import Refused, Unavailable
from onewindow.federation.providers import Provider, Providers, SignIn
from onewindow.hosts import host_of

LIMITS: Final = ExchangeLimits(connect_seconds=3, read_seconds=5, total_seconds=8, answer_bytes=256_000, connections=4)
AT_ONCE: Final = 4
"""Requests of one process that may wait for providers."""
_PATIENCE_SECONDS: Final = 1.0
KEYS_AGAIN_SECONDS: Final = 30.0
"""Between two fetches because of a key that is not known."""
_MOST_KEYS: Final = 100
_KEY_TYPES: Final = {"RS": "RSA", "PS": "RSA", "ES": "EC"}
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_SMALLEST_RSA: Final = 2_048

T = TypeVar("T")


class ProviderUnusable(Refused):
    """An identity provider's description or answer is not what it should be."""

    code = "identity-provider-unusable"

    def __init__(self, provider: str, why: str) -> None:
        super().__init__(
            f"The identity provider {provider} cannot be used: {why}.", remedy="Tell an operator.", provider=provider
        )


class CodeRefused(Refused):
    """A provider gives no tokens for a code."""

    code = "sign-in-not-finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a provider says of itself (OpenID Connect Discovery, 3)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    names_itself: bool
    """Whether its answers carry `iss` (RFC 9207, 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fresh:
    """For how long something fetched serves."""

    seconds: float
    spare_seconds: float = 0.0
    """So much longer while the provider does not answer."""
    rest_seconds: float = 2.0
    """After a try, before the next one."""


METADATA: Final = _Fresh(seconds=3_600, spare_seconds=86_400)
KEYS: Final = _Fresh(seconds=600, spare_seconds=3_000)
"""A key that its owner took back is not believed for longer than ten minutes, an hour while the owner is away."""
KEYS_AGAIN: Final = _Fresh(seconds=KEYS_AGAIN_SECONDS, rest_seconds=KEYS_AGAIN_SECONDS)


@dataclass(slots=True)
class _Kept:
    """Something fetched, and when."""

    value: Any = None
    fetched_at: float = float("-inf")
    tried_at: float = float("-inf")
    lock: threading.Lock = field(default_factory=threading.Lock)


class ProviderCalls:
    """Calls to the providers of a file. Safe to use from several threads."""

    def __init__(self, providers: Providers, monotonic: Callable[[], float] = time.monotonic) -> None:
        known = list(providers)
        hosts = frozenset(host for one in known for host in one.hosts)
        inner = frozenset(host for one in known if one.is_inner for host in one.hosts)
        self._exchange = Exchange(AllowedHosts(hosts), LIMITS, inner=InnerHosts(inner))
        self.monotonic = monotonic
        self._metadata = {one.key: _Kept() for one in known}
        self._keys = {one.key: _Kept() for one in known}
        self._waiting = threading.BoundedSemaphore(AT_ONCE)

    def metadata(self, provider: Provider) -> Metadata:
        """What a provider says of itself. Raises Unavailable, ProviderUnusable."""

        def fetch() -> Metadata:
            return _metadata(provider, self._json(provider, provider.metadata_address))

        return self._fetched(self._metadata[provider.key], fetch, METADATA)

    def keys(self, provider: Provider) -> ProviderKeys:
        """The keys of a provider."""
        return ProviderKeys(self, provider)

    def kept_keys(self, provider: Provider, *, again: bool = False) -> tuple[Key, ...]:
        """Its keys as they were fetched last; `again` when one was missed. Raises Unavailable, ProviderUnusable."""

        def fetch() -> tuple[Key, ...]:
            return _keys(provider, self._json(provider, self.metadata(provider).jwks_uri))

        return self._fetched(self._keys[provider.key], fetch, KEYS_AGAIN if again else KEYS)

    def tokens(self, provider: Provider, sign_in: SignIn, secret: str, grant: Mapping[str, str]) -> Mapping[str, Any]:
        """Redeem a code (RFC 6749, 4.1.3). Raises Unavailable, CodeRefused, ProviderUnusable."""
        form, keys = dict(grant), {}
        if not secret:
            form["client_id"] = sign_in.client_id
        elif sign_in.secret_in_form:
            form |= {"client_id": sign_in.client_id, "client_secret": secret}
        else:
            # Name and secret are form-encoded first (RFC 6749, 2.3.1); Authlib's ClientAuth does not do that.
            pair = f"{quote_plus(sign_in.client_id)}:{quote_plus(secret)}"
            keys["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        answer = self._send(
            provider,
            "POST",
            self.metadata(provider).token_endpoint,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            keys=keys,
            content=urlencode(form).encode(),
        )
        said = answer.json()
        if answer.status in (400, 401) and isinstance(said, dict) and said.get("error") == "invalid_grant":
            raise CodeRefused("The identity provider no longer knows this sign-in.", remedy="Begin the sign-in again.")
        if answer.status != 200 or not isinstance(said, dict):
            error = said.get("error") if isinstance(said, dict) else None
            raise ProviderUnusable(provider.key, f"it gives no tokens (status {answer.status}, {error!r:.60})")
        return said

    def userinfo(self, provider: Provider, access_token: str) -> Mapping[str, Any]:
        """Further claims of a person (OpenID Connect Core, 5.3). Raises Unavailable, ProviderUnusable."""
        address = self.metadata(provider).userinfo_endpoint
        if not address:
            raise ProviderUnusable(provider.key, "it has no UserInfo endpoint")
        return self._json(provider, address, keys={"Authorization": f"Bearer {access_token}"})

    def _json(self, provider: Provider, address: str, keys: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        answer = self._send(provider, "GET", address, keys=keys)
        said = answer.json() if answer.status == 200 else None
        if not isinstance(said, dict):
            raise ProviderUnusable(provider.key, f"{host_of(address)} answered with status {answer.status}")
        return said

    def _send(
        self, provider: Provider, method: str, address: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Answer:
        # Calls are far apart: no connection is kept for the next one.
        told = {**(headers or {}), "Connection": "close"}
        with self._place():
            try:
                return self._exchange.send(method, address, headers=told, **more)
            except PartnerRefused as refused:
                raise ProviderUnusable(provider.key, refused.message) from refused

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._waiting.acquire(timeout=_PATIENCE_SECONDS):
            raise Unavailable("Too many sign-ins wait for an identity provider just now.", retry_after_seconds=5)
        try:
            yield
        finally:
            self._waiting.release()

    def _fetched(self, kept: _Kept, fetch: Callable[[], T], fresh: _Fresh) -> T:
        """What is kept, or fetched anew when it is older. One thread fetches; the others do not wait long for it."""
        if self.monotonic() - kept.fetched_at < fresh.seconds:
            return kept.value  # type: ignore[no-any-return]
        if not kept.lock.acquire(timeout=_PATIENCE_SECONDS):
            raise _away()
        try:
            now = self.monotonic()
            if now - kept.fetched_at < fresh.seconds:
                return kept.value  # type: ignore[no-any-return]
            try:
                if now - kept.tried_at < fresh.rest_seconds:
                    raise _away()
                kept.tried_at = now
                value = fetch()
            except Unavailable:
                if now - kept.fetched_at < fresh.seconds + fresh.spare_seconds:
                    return kept.value  # type: ignore[no-any-return]
                raise
            kept.value, kept.fetched_at = value, self.monotonic()
            return value
        finally:
            kept.lock.release()


@dataclass(frozen=True, slots=True)
class ProviderKeys:
    """The keys of one provider (see `signed.Keys`)."""

    calls: ProviderCalls
    provider: Provider

    def find(self, kid: str | None, algorithm: str) -> Key | None:
        """The key that a token names, fetched anew when it is not known. Raises Unavailable, ProviderUnusable."""
        found = fitting(self.calls.kept_keys(self.provider), kid, algorithm)
        if found is None:
            found = fitting(self.calls.kept_keys(self.provider, again=True), kid, algorithm)
        return found


def fitting(keys: tuple[Key, ...], kid: str | None, algorithm: str) -> Key | None:
    """The key of this name, or without a name the only one, of the kind that the algorithm needs."""
    of_kind = [one for one in keys if _fits(one, algorithm)]
    if kid is None:
        return of_kind[0] if len(of_kind) == 1 else None
    return next((one for one in of_kind if one.kid == kid), None)


def _fits(key: Key, algorithm: str) -> bool:
    said, curve = key.get("alg"), _CURVES.get(algorithm)
    return (
        key.key_type == _KEY_TYPES.get(algorithm[:2])
        and said in (None, algorithm)
        and (curve is None or key.get("crv") == curve)
    )


def _away() -> Unavailable:
    return Unavailable("The identity provider does not answer just now.", retry_after_seconds=5)


def _metadata(provider: Provider, said: Mapping[str, Any]) -> Metadata:
    if said.get("issuer") != provider.issuer:
        raise ProviderUnusable(provider.key, "it says of itself that it is another issuer")

    def address(name: str, *, needed: bool, is_called: bool) -> str:
        found = said.get(name)
        if found is None and not needed:
            return ""
        if not isinstance(found, str) or not found.startswith(
            ("https://", "http://") if provider.is_inner else "https://"
        ):
            raise ProviderUnusable(provider.key, f"its {name} is no https address")
        if is_called and host_of(found) not in provider.hosts:
            raise ProviderUnusable(provider.key, f"its {name} is at {host_of(found)}, which is not among its hosts")
        return found

    signs_in = provider.sign_in is not None
    return Metadata(
        authorization_endpoint=address("authorization_endpoint", needed=signs_in, is_called=False),
        token_endpoint=address("token_endpoint", needed=signs_in, is_called=True),
        jwks_uri=address("jwks_uri", needed=True, is_called=True),
        userinfo_endpoint=address("userinfo_endpoint", needed=False, is_called=True),
        end_session_endpoint=address("end_session_endpoint", needed=False, is_called=False),
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _keys(provider: Provider, said: Mapping[str, Any]) -> tuple[Key, ...]:
    listed = said.get("keys")
    if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
        raise ProviderUnusable(provider.key, "its key set has no list of keys")
    return tuple(key for one in listed if (key := _key(one)) is not None)


def _key(said: Any) -> Key | None:
    """A public key for signatures; None for all others, which are passed over (RFC 7517, 5)."""
    if not isinstance(said, dict) or said.get("kty") not in ("RSA", "EC") or said.get("use", "sig") != "sig":
        return None
    try:
        key = JWKRegistry.import_key(said)
        size: int = getattr(key.public_key, "key_size", _SMALLEST_RSA)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if key.key_type == "RSA" and size < _SMALLEST_RSA else key
