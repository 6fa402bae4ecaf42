"""Access tokens that a provider issued for our API (RFC 9068): who holds one, and what it is limited to.

A token is for a program that the operator listed (`client_id`), or for a person whose identity is known here. It can do
what its account may and its scopes reach, and nothing without a scope. An official's token must say that a second
factor was used, as her session must.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from door.access import Recognised
from engine.casework.actor import Actor
from engine.casework.step_up import is_official
from engine.clock import Clock
from engine.errors import Unavailable
from engine.store.database import Database
from engine.store.queries.credentials import behind_identity, behind_name
from onewindow.federation.calls import ProviderCalls, ProviderUnusable
from onewindow.federation.claims import check_access_token
from onewindow.federation.mapping import ClaimsUnusable, moment_of, second_factor_was_used, subject_of
from onewindow.federation.providers import AccessTokens, Provider, Providers
from onewindow.federation.signed import BadToken, issuer_of, verified

LONGEST: Final = 8_000
"""Characters of an access token: what a web server lets through in a header."""
_MOST_SCOPES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTokens:
    """Recognises those who come with signed access tokens."""

    database: Database
    clock: Clock
    providers: Providers
    calls: ProviderCalls
    factor_is_required: bool = True
    """Of officials."""

    def __call__(self, token: str) -> Recognised:
        """Who holds it. Raises BadToken, Unavailable."""
        provider = self.providers.of_issuer(issuer_of(token, LONGEST))
        rules = provider.access_tokens if provider else None
        if provider is None or rules is None:
            raise BadToken("its issuer is not known here")
        try:
            signed = verified(token, self.calls.keys(provider), provider.algorithms, longest=LONGEST)
        except ProviderUnusable as fault:
            # Nothing is wrong with the request: what its issuer says of itself is.
            raise Unavailable(fault.message, retry_after_seconds=60) from fault
        now = self.clock.now()
        check_access_token(signed, provider, rules, now)
        try:
            return self._holder(provider, rules, signed.claims, now)
        except ClaimsUnusable as fault:
            raise BadToken("a claim is of the wrong kind") from fault

    def _holder(self, provider: Provider, rules: AccessTokens, claims: Mapping[str, Any], now: datetime) -> Recognised:
        client, subject = claims["client_id"], subject_of(claims)
        if not isinstance(client, str):
            raise BadToken("its client_id is no text")
        scopes = scopes_of(claims.get("scope"), rules)
        with self.database.read() as connection:
            if subject == client:
                # Without a person the subject is the program itself (RFC 9068, 2.2).
                name = rules.clients.get(client)
                program = None if name is None else behind_name(connection, name, now)
                return Recognised(actor=_limited(program, scopes))
            person = _limited(behind_identity(connection, provider.key, subject, now), scopes)
        proved_at = moment_of(claims, "auth_time") or moment_of(claims, "iat")
        is_proved = second_factor_was_used(claims, rules.second_factor)
        return Recognised(
            actor=replace(person, second_factor_at=min(proved_at, now) if is_proved and proved_at else None),
            has_factor=is_proved,
            is_whole=is_proved or not (self.factor_is_required and is_official(person)),
        )


def scopes_of(said: Any, rules: AccessTokens) -> frozenset[str]:
    """Our scopes for those of a token, parted by blanks (RFC 8693, 4.2); what is not listed is none."""
    words = said.split(" ")[:_MOST_SCOPES] if isinstance(said, str) else []
    return frozenset().union(*(rules.scopes.get(word, frozenset()) for word in words))


def _limited(actor: Actor | None, scopes: frozenset[str]) -> Actor:
    if actor is None:
        raise BadToken("nobody here is known by its subject")
    return replace(actor, scopes=scopes)
