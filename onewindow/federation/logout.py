"""Signing out with a provider: a browser is sent there, too, and a provider ends sessions here.

Sources: OpenID Connect RP-Initiated Logout 1.0, OpenID Connect Back-Channel Logout 1.0.
"""

from __future__ import annotations

from urllib.parse import urlencode

from engine.casework.actor import SYSTEM
from engine.errors import OnewindowError
from engine.runtime.act import Act
from engine.runtime.wiring import Runtime
from onewindow.account_journal import Notes, act_on_accounts
from onewindow.federation.calls import ProviderCalls
from onewindow.federation.claims import SKEW, check_logout_token
from onewindow.federation.mapping import subject_of
from onewindow.federation.providers import Provider, SignIn
from onewindow.federation.signed import verified

_LONGEST_TOKEN = 16_000


def sign_out_address(calls: ProviderCalls, provider: Provider) -> str | None:
    """Where a browser signs out at the provider, too; None where it cannot, or the provider does not answer now.

    The ID token is not kept, so it is not sent as a hint: the provider asks the person instead.
    """
    if provider.sign_in is None:
        return None
    try:
        endpoint = calls.metadata(provider).end_session_endpoint
    except OnewindowError:
        return None  # signing out here must not hang on the provider
    if not endpoint:
        return None
    said = {"client_id": provider.sign_in.client_id}
    if provider.sign_in.after_sign_out:
        said["post_logout_redirect_uri"] = provider.sign_in.after_sign_out
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(said)}"


def end_named_sessions(
    runtime: Runtime, calls: ProviderCalls, provider: Provider, sign_in: SignIn, logout_token: str
) -> int:
    """End the sessions that a logout token names: of a person, of one session there, or of both; gives how many.

    Safe to repeat: what began after the token was issued stays. Raises BadToken, Unavailable.
    """
    token = verified(logout_token, calls.keys(provider), provider.algorithms, longest=_LONGEST_TOKEN)
    issued_at = check_logout_token(token, provider, sign_in, runtime.clock.now())
    subject = subject_of(token.claims) if "sub" in token.claims else None
    session = token.claims.get("sid")

    def end(act: Act, notes: Notes) -> int:
        account = None
        if subject is not None:
            identity = act.work.federation.lock(provider.key, subject)
            if identity is None:
                return 0
            account = identity.account_id
        ended = act.work.federation.end_sessions(
            provider.key,
            min(act.at, issued_at + SKEW),
            account_id=account,
            session=session if isinstance(session, str) else None,
        )
        for owner, key in ended:
            notes("session.ended", owner, session=key, provider=provider.key)
        return len(ended)

    return act_on_accounts(runtime, SYSTEM, end)
