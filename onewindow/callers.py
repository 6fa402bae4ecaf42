"""Finds who shows a token, signed or ours, or a session's secret, and gives a session a new secret when it is due."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from door.access import Recognised, hash_of
from engine.casework.step_up import is_official
from engine.clock import Clock
from engine.errors import NotFound, Unavailable
from engine.store.database import Database
from engine.store.queries.credentials import behind_session, behind_token
from engine.store.unit_of_work import UnitOfWork
from onewindow.federation.access_tokens import SignedTokens

_SEEN_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """Finds who shows a secret, in one statement. Its use is written once a minute at most."""

    database: Database
    clock: Clock
    idle: timedelta
    factor_is_required: bool = True
    """Of officials."""
    signed: SignedTokens
    """Tokens that issuers signed."""

    def __call__(self, secret_hash: str, is_session: bool) -> Recognised | None:
        """None when the secret is unknown or over, or the account is disabled."""
        now = self.clock.now()
        with self.database.read() as connection:
            known = (behind_session if is_session else behind_token)(connection, secret_hash, now)
        if known is None:
            return None
        if known.last_seen_at is None or now - known.last_seen_at >= _SEEN_EVERY:
            self._seen(secret_hash, is_session)
        is_proved = known.actor.second_factor_at is not None
        must_prove = known.has_factor or (self.factor_is_required and is_official(known.actor))
        return Recognised(
            actor=known.actor,
            password_at=known.password_at,
            has_factor=known.has_factor or is_proved,
            is_whole=not is_session or is_proved or not must_prove,
            must_renew=known.must_renew,
            provider=known.provider,
        )

    def by_signed_token(self, token: str) -> Recognised:
        """Who holds a token that an issuer signed. Raises BadToken, Unavailable."""
        return self.signed(token)

    def renew(self, secret_hash: str) -> str | None:
        """Give a session a new secret; None when another request was faster, or nothing can be written now."""

        def change(work: UnitOfWork) -> str | None:
            try:
                session = work.accounts.lock_session(secret_hash)
            except NotFound:
                return None
            secret = secrets.token_urlsafe(32)
            work.accounts.renew_session(secret_hash, replace(session, hash=hash_of(secret), renew_since=None))
            return secret

        try:
            return self.database.run(change)
        except Unavailable:
            return None  # it stays due; reading must go on while nothing can be written

    def _seen(self, secret_hash: str, is_session: bool) -> None:
        now = self.clock.now()

        def note(work: UnitOfWork) -> None:
            if is_session:
                work.accounts.touch_session(secret_hash, now, now + self.idle)
            else:
                work.accounts.use_token(secret_hash, now)

        # reading must go on while nothing can be written
        with contextlib.suppress(Unavailable):
            self.database.run(note)
