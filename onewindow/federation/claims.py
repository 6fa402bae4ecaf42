"""What must hold of a token beside its signature: who issued it, for whom, when, for which sign-in.

Three kinds come with the same signature, and none may pass for another: an ID token has the nonce of our sign-in and
our client as audience (OpenID Connect Core, 3.1.3.7), an access token the type `at+jwt` and our API as audience (RFC
9068, 4), a logout token its event and no nonce (OpenID Connect Back-Channel Logout, 2.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from authlib.oidc.core import CodeIDToken
from joserfc.errors import ExpiredTokenError, JoseError

from onewindow.federation.mapping import moment_of
from onewindow.federation.providers import AccessTokens, Provider, SignIn
from onewindow.federation.signed import SKEW_SECONDS, BadToken, Signed

SKEW: Final = timedelta(seconds=SKEW_SECONDS)
"""How far clocks may be apart."""
_AT_JWT: Final = frozenset({"at+jwt", "application/at+jwt"})
_LOGOUT_JWT: Final = frozenset({"logout+jwt", "application/logout+jwt", "jwt"})
_LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_OLDEST_LOGOUT: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an ID token must answer to."""

    nonce: str
    access_token: str
    """That came with it; its hash, where the token has one, must fit."""
    not_before: datetime | None = None
    """The person must have proved herself since; None where an earlier proof will do."""


def check_id_token(token: Signed, provider: Provider, sign_in: SignIn, expected: Expected, now: datetime) -> None:
    """See that an ID token is of this provider, for us, for this sign-in, and of now. Raises BadToken."""
    asks_for_age = sign_in.oldest_proof is not None or expected.not_before is not None
    claims = CodeIDToken(
        token.claims,
        dict(token.header),
        {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": sign_in.client_id},
        },
        {
            "nonce": expected.nonce,
            "client_id": sign_in.client_id,
            "access_token": expected.access_token,
            "max_age": 1 if asks_for_age else None,
        },
    )
    _validated(claims, now)
    if str(token.header.get("typ", "JWT")).lower() in _AT_JWT:
        raise BadToken("it is an access token, expected an ID token")
    proved_at = moment_of(token.claims, "auth_time")
    if proved_at is None:
        return
    if proved_at > now + SKEW:
        raise BadToken("its auth_time lies ahead")
    if sign_in.oldest_proof is not None and proved_at < now - sign_in.oldest_proof - SKEW:
        raise BadToken("the sign-in at its issuer is too long ago")
    if expected.not_before is not None and proved_at < expected.not_before - SKEW:
        raise BadToken("its issuer did not let the person prove herself anew")


def check_access_token(token: Signed, provider: Provider, rules: AccessTokens, now: datetime) -> None:
    """See that an access token is of this provider, for our API, and of now. Raises BadToken."""
    if str(token.header.get("typ", "")).lower() not in _AT_JWT:
        raise BadToken("its type is not at+jwt (RFC 9068)")
    essential: dict[str, Any] = {name: {"essential": True} for name in ("exp", "iat", "sub", "client_id", "jti")}
    claims = JWTAccessTokenClaims(
        token.claims,
        dict(token.header),
        {
            **essential,
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": rules.audience},
        },
    )
    _validated(claims, now)


def check_logout_token(token: Signed, provider: Provider, sign_in: SignIn, now: datetime) -> datetime:
    """See that a logout token is of this provider, for us, and new; gives when it was issued. Raises BadToken.

    It may be sent twice: it ends only sessions that began before it was issued.
    """
    if str(token.header.get("typ", "jwt")).lower() not in _LOGOUT_JWT:
        raise BadToken("it is no logout token")
    claims = JWTAccessTokenClaims(
        token.claims,
        {},
        {
            "iat": {"essential": True},
            "jti": {"essential": True},
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": sign_in.client_id},
        },
    )
    _validated(claims, now)
    events = token.claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(_LOGOUT_EVENT), Mapping):
        raise BadToken("it does not tell of a logout")
    if "nonce" in token.claims:
        raise BadToken("a logout token has no nonce")
    if not (isinstance(token.claims.get("sub"), str) or isinstance(token.claims.get("sid"), str)):
        raise BadToken("it names neither a person nor a session")
    issued_at = moment_of(token.claims, "iat")
    if issued_at is None or issued_at < now - _OLDEST_LOGOUT:
        raise BadToken("it is too old")
    return issued_at


def _validated(claims: Any, now: datetime) -> None:
    try:
        claims.validate(now=int(now.timestamp()), leeway=SKEW_SECONDS)
    except ExpiredTokenError as fault:
        raise BadToken("it has expired") from fault
    except JoseError as fault:
        # Authlib's own words name the claim, and nothing of its value.
        raise BadToken(f"a claim is missing or wrong ({fault.description or fault.error:.100})") from fault
    except (TypeError, ValueError) as fault:
        raise BadToken("a claim is of the wrong kind") from fault
