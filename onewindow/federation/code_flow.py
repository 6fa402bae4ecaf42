"""Signing in with a provider: the browser is sent there, and comes back with a code (OpenID Connect Core, 3.1).

What must fit when it comes back is made of one secret in the browser's cookie: nonce and PKCE verifier are derived from
it and the state, and kept nowhere. The database holds hashes only, and lets each sign-in be finished once, on whichever
node the browser comes back to. No transaction is open while the provider is asked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from door.access import hash_of
from door.federation import Choice, LogoutRefused, NotOurs, ProviderSaysNo, Returned, Sent, checked_path
from door.sign_in import Came
from door.sign_in_lane import Buckets
from door.statuses import TooManyAttempts
from engine.casework.place import counted_address
from engine.errors import Refused
from engine.runtime.wiring import Runtime
from engine.store.records import BegunSignInRecord
from engine.store.unit_of_work import UnitOfWork
from onewindow.account_journal import security
from onewindow.federation.arrivals import Arrivals
from onewindow.federation.calls import ProviderCalls, ProviderUnusable
from onewindow.federation.claims import Expected, check_id_token
from onewindow.federation.logout import end_named_sessions, sign_out_address
from onewindow.federation.mapping import ClaimsUnusable, person_of, subject_of
from onewindow.federation.providers import Provider, Providers, SignIn
from onewindow.federation.signed import BadToken, verified

BEGUN_FOR: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""
_LONGEST: Final = 4_000
"""Characters of each part of a provider's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFlow:
    """Sign-in with identity providers (see `door.federation.Federation`)."""

    runtime: Runtime
    providers: Providers
    calls: ProviderCalls
    arrivals: Arrivals
    secret_of: Callable[[str], str]
    """Gives secrets by reference."""
    address: str
    """Ours, as browsers know it: providers send them back below it."""
    buckets: Buckets = field(default_factory=Buckets)
    """How often an address may begin: each beginning is a row."""

    def choices(self) -> Sequence[Choice]:
        """The providers that people may choose."""
        return [Choice(one.key, one.title) for one in self.providers if one.sign_in is not None]

    def begin(self, provider: str, return_to: str, came: Came, *, fresh: bool) -> Sent:
        """Send a browser to a provider. Raises NotFound, Invalid, Unavailable, ProviderUnusable, TooManyAttempts."""
        chosen, sign_in = self.providers.for_sign_in(provider)
        path = checked_path(return_to)
        if not self.buckets.take(counted_address(came.address)):
            raise TooManyAttempts("Too many sign-ins begin at your address.", retry_after_seconds=5)
        endpoint = self.calls.metadata(chosen).authorization_endpoint
        state, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        now = self.runtime.clock.now()
        begun = BegunSignInRecord(
            state=hash_of(state),
            browser=hash_of(secret),
            provider=provider,
            return_to=path,
            wants_fresh=fresh,
            began_at=now,
            expires_at=now + BEGUN_FOR,
        )

        def keep(work: UnitOfWork) -> None:
            work.federation.begin(begun)

        self.runtime.database.run(keep)
        address = prepare_grant_uri(
            endpoint,
            client_id=sign_in.client_id,
            response_type="code",
            redirect_uri=self._back(chosen),
            scope=" ".join(sign_in.scopes),
            state=state,
            nonce=_made_of(secret, state, "nonce"),
            code_challenge=create_s256_code_challenge(_made_of(secret, state, "verifier")),
            code_challenge_method="S256",
            **_asked(sign_in, fresh=fresh),
        )
        return Sent(address, secret, int(BEGUN_FOR.total_seconds()))

    def come_back(
        self, provider: str, secret: str, answer: Mapping[str, str], came: Came, former: str | None = None
    ) -> Returned:
        """Take a provider's answer to a browser. See `door.federation.Federation` for what it raises."""
        chosen, sign_in = self.providers.for_sign_in(provider)
        begun = self._taken(chosen, secret, answer.get("state", ""))
        try:
            self._require_issuer(chosen, answer)
            code = _code_in(answer)
            person = person_of(self._claims(chosen, sign_in, begun, secret, answer["state"], code), sign_in)
        except (BadToken, ProviderSaysNo, Refused) as fault:
            security.warning("federation.refused", provider=provider, reason=type(fault).__name__)
            raise
        signed_in = self.arrivals.arrive(chosen, sign_in, person, came, former)
        return Returned(signed_in, begun.return_to)

    def sign_out_address(self, provider: str) -> str | None:
        """Where a browser signs out at the provider, too; None where it cannot, or the provider is away."""
        found = self.providers.get(provider)
        return None if found is None else sign_out_address(self.calls, found)

    def end_sessions(self, provider: str, logout_token: str) -> int:
        """End the sessions that a provider names. Raises NotFound, LogoutRefused, Unavailable."""
        chosen, sign_in = self.providers.for_sign_in(provider)
        try:
            return end_named_sessions(self.runtime, self.calls, chosen, sign_in, logout_token)
        except (BadToken, ClaimsUnusable) as fault:
            security.warning("federation.logout-refused", provider=provider)
            raise LogoutRefused(fault.message, remedy=fault.remedy) from fault

    def _back(self, provider: Provider) -> str:
        """Where a provider sends browsers: an address for each, so that none passes for another (RFC 9700, 4.4)."""
        return f"{self.address}/api/v1/session/oidc/{provider.key}/callback"

    def _taken(self, provider: Provider, secret: str, state: str) -> BegunSignInRecord:
        """The sign-in that this browser began, used up. Raises NotOurs."""

        def take(work: UnitOfWork) -> BegunSignInRecord | None:
            return work.federation.take_begun(hash_of(state), hash_of(secret), provider.key)

        begun = self.runtime.database.run(take) if secret and state and len(state) <= _LONGEST else None
        if begun is None or begun.expires_at <= self.runtime.clock.now():
            security.warning("federation.not-begun", provider=provider.key)
            raise NotOurs(
                "This browser has begun no such sign-in, or not in the last ten minutes, or has finished it already.",
                remedy="Begin the sign-in again.",
            )
        return begun

    def _require_issuer(self, provider: Provider, answer: Mapping[str, str]) -> None:
        """See that the answer is of the provider that was asked (RFC 9207, 2.4). Raises ProviderUnusable."""
        said = answer.get("iss")
        if said is None and self.calls.metadata(provider).names_itself:
            raise ProviderUnusable(provider.key, "its answer does not say whose it is")
        if said is not None and said != provider.issuer:
            raise ProviderUnusable(provider.key, "the answer is another issuer's")

    def _claims(
        self, provider: Provider, sign_in: SignIn, begun: BegunSignInRecord, secret: str, state: str, code: str
    ) -> Mapping[str, Any]:
        """What the provider claims of the person, checked. Raises BadToken, Refused, Unavailable."""
        grant = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back(provider),
            "code_verifier": _made_of(secret, state, "verifier"),
        }
        own = self.secret_of(sign_in.client_secret) if sign_in.client_secret else ""
        got = self.calls.tokens(provider, sign_in, own, grant)
        id_token, access_token = got.get("id_token"), got.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise ProviderUnusable(provider.key, "it gave no ID token")
        token = verified(id_token, self.calls.keys(provider), provider.algorithms)
        expected = Expected(
            nonce=_made_of(secret, state, "nonce"),
            access_token=access_token,
            not_before=begun.began_at if begun.wants_fresh else None,
        )
        check_id_token(token, provider, sign_in, expected, self.runtime.clock.now())
        if not sign_in.userinfo:
            return token.claims
        more = self.calls.userinfo(provider, access_token)
        if subject_of(more) != subject_of(token.claims):
            raise BadToken("UserInfo is about somebody else")
        # what is signed counts before what is not
        return {**more, **token.claims}


def _asked(sign_in: SignIn, *, fresh: bool) -> dict[str, str]:
    """What else is asked of the provider."""
    asked = {}
    if sign_in.acr_values:
        asked["acr_values"] = " ".join(sign_in.acr_values)
    if fresh:
        asked |= {"prompt": "login", "max_age": "0"}
    elif sign_in.oldest_proof is not None:
        asked["max_age"] = str(int(sign_in.oldest_proof.total_seconds()))
    return asked


def _made_of(secret: str, state: str, purpose: str) -> str:
    """43 characters that only who holds the browser's secret can make, for one state and purpose."""
    made = hmac.new(secret.encode(), f"{purpose}:{state}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def _code_in(answer: Mapping[str, str]) -> str:
    """The code of an answer. Raises ProviderSaysNo, whose words are ours: a provider's text is not shown."""
    error = answer.get("error")
    if error == "access_denied":
        raise ProviderSaysNo("The sign-in was broken off at the identity provider.", remedy="Begin it again.")
    if error is not None:
        raise ProviderSaysNo(
            f"The identity provider did not sign you in ({error!r:.60}).", remedy="Begin again, or tell an operator."
        )
    code = answer.get("code", "")
    if not 0 < len(code) <= _LONGEST:
        raise ProviderSaysNo("The identity provider sent no code.", remedy="Begin the sign-in again.")
    return code
