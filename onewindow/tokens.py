"""API tokens that people make over the API: of their own account, or, for an operator, of a program's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from door.sign_in import NewToken, Who
from engine.casework.account_notice import AccountNews
from engine.casework.actor import Actor
from engine.casework.policy import Action, permit
from engine.casework.step_up import require_own_proof
from engine.errors import NotFound, Refused
from engine.runtime.act import Act
from engine.runtime.wiring import Runtime
from engine.store.queries.credentials import tokens_of
from onewindow.account_journal import Notes, act_on_accounts
from onewindow.accounts import new_token
from onewindow.sign_in import BrowserSessions

MOST_TOKENS: Final = 50


class TooManyTokens(Refused):
    """An account has as many tokens as it may."""

    code = "too-many-tokens"


class NotAProgram(Refused):
    """Tokens for others are made for programs only: a person makes her own."""

    code = "not-a-program"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokens:
    """API tokens (see `door.sign_in.Tokens`)."""

    runtime: Runtime
    sessions: BrowserSessions

    def make(self, who: Who, account: str, name: str, days: int, scopes: Sequence[str] | None) -> NewToken:
        """Make a token. Its secret is in the answer only.

        Raises StepUpNeeded, NotFound, NotAProgram, TooManyTokens, DutyMissing.
        """
        now, by = self.runtime.clock.now(), who.actor
        require_own_proof(by, now, "make a token", has_factor=who.has_factor, password_at=who.password_at)
        token, secret = new_token(name, timedelta(days=days), now, scopes, made_by=by.account)

        def change(act: Act, notes: Notes) -> None:
            locked = act.work.accounts.lock_key(account)
            if account != by.account:
                permit(by, Action.manage_tokens)
                if locked.password_hash is not None or act.work.federation.has_identity(account):
                    raise NotAProgram(
                        "This account is a person's, who makes her own tokens.", remedy="Name an account of a program."
                    )
            if len(tokens_of(act.work.reading, account)) >= MOST_TOKENS:
                raise TooManyTokens(f"An account has {MOST_TOKENS} tokens at most.", remedy="Revoke one first.")
            act.work.accounts.add_token(replace(token, account_id=account))
            notes("token.made", account, token=token.id, scopes=None if scopes is None else list(scopes))
            self.sessions.tell(act, by.account, AccountNews.token_made, who.came)

        act_on_accounts(self.runtime, by, change)
        return NewToken(id=token.id, token=secret, expires_at=token.expires_at)

    def revoke(self, by: Actor, token_id: str, account: str) -> None:
        """Take a token of an account away for good. Raises NotFound."""

        def change(act: Act, notes: Notes) -> None:
            if act.work.accounts.revoke_token(token_id, account) is None:
                raise NotFound.of("token", token_id)
            notes("token.revoked", account, token=token_id)

        act_on_accounts(self.runtime, by, change)
