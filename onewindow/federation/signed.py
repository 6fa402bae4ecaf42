"""Tokens that a provider signed: read, found to be signed by a key of its own, and only then believed.

The provider's list of algorithms is ours to choose, not the token's: neither `none` nor a shared secret is ever in it.
Keys come from the provider's own set; a key, or an address of one, in the token's header (`jwk`, `jku`, `x5c`, `x5u`)
is never looked at. Sources: RFC 7515, RFC 7519, RFC 8725 (best current practice of JWT).
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.util import urlsafe_b64decode

from engine.errors import NotSignedIn

LONGEST: Final = 64_000
"""Bytes of a token that is sent to us in a body or an answer."""
_LONGEST_HEADER: Final = 4_000
SKEW_SECONDS: Final = 60
"""How far clocks may be apart."""


class BadToken(NotSignedIn):
    """A signed token is not believed; the reason is told, for it helps only who holds the token."""

    code = "bad-token"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The token is not taken: {reason}.", remedy="Get a new one from its issuer.")


class Keys(Protocol):
    """The keys of a provider."""

    def find(self, kid: str | None, algorithm: str) -> Key | None:
        """The key that a token names, fit for the algorithm; without a name the only one that fits. None without."""
        ...


@dataclass(frozen=True, slots=True)
class Signed:
    """A token whose signature holds."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]


def verified(token: str, keys: Keys, algorithms: Collection[str], *, longest: int = LONGEST) -> Signed:
    """Read a token and check its signature. What it claims is not judged yet. Raises BadToken, Unavailable."""
    header = header_of(token, longest)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise BadToken(f"it is signed by {algorithm!r:.20}, expected one of {', '.join(algorithms)}")
    if "crit" in header:
        raise BadToken("its header demands what is not understood here (crit)")
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise BadToken("its kid is no text")
    key = keys.find(kid, algorithm)
    if key is None:
        raise BadToken("no key of its issuer fits it")
    registry = jws.JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
    registry.max_header_length, registry.max_payload_length = _LONGEST_HEADER, longest
    try:
        found = jws.deserialize_compact(token, key, registry=registry)
        claims = json.loads(found.payload or b"")
    except (JoseError, ValueError, RecursionError) as fault:
        raise BadToken("its signature does not hold") from fault
    if not isinstance(claims, dict):
        raise BadToken("it claims nothing")
    return Signed(header, claims)


def header_of(token: str, longest: int) -> Mapping[str, Any]:
    """The header of a token, not believed yet. Raises BadToken."""
    return _part(token, 0, longest)


def issuer_of(token: str, longest: int) -> str:
    """Who a token says issued it, so that her keys can be looked up; not believed yet. Raises BadToken."""
    issuer = _part(token, 1, longest).get("iss")
    if not isinstance(issuer, str):
        raise BadToken("it does not say who issued it")
    return issuer


def _part(token: str, which: int, longest: int) -> Mapping[str, Any]:
    if len(token) > longest:
        raise BadToken(f"it has more than {longest:,} characters")
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise BadToken("it is no signed token")
    try:
        found = json.loads(urlsafe_b64decode(parts[which].encode()))
    except (ValueError, binascii.Error, RecursionError) as fault:
        raise BadToken("it cannot be read") from fault
    if not isinstance(found, dict):
        raise BadToken("it cannot be read")
    return found
