"""Short-lived tokens for API tokens (RFC 6749, 4.4): what travels with each request is worth little for long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from api.grants import GrantRefused, Issued
from door.access import hash_of
from door.scopes import ALL
from engine.casework.actor import Actor
from engine.identity import is_key
from engine.runtime.act import Act
from engine.runtime.wiring import Runtime
from engine.store.queries.credentials import token_shown
from onewindow.account_journal import Notes, act_on_accounts, security
from onewindow.accounts import new_token

LIFE: Final = timedelta(minutes=15)
MOST_AT_ONCE: Final = 20
"""Of one API token; with one more the oldest ends."""
_LONGEST_SECRET: Final = 200
_NAME: Final = "client credentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensForTokens:
    """Gives short-lived tokens (see `api.grants.ClientCredentials`)."""

    runtime: Runtime

    def issue(self, client: str, secret: str, scopes: tuple[str, ...] | None) -> Issued:
        """A token for the API token `client` whose secret this is. Raises GrantRefused, Unavailable."""
        now = self.runtime.clock.now()
        fits = is_key(client) and 0 < len(secret) <= _LONGEST_SECRET
        with self.runtime.database.read() as connection:
            shown = token_shown(connection, client, hash_of(secret), now) if fits else None
        if shown is None:
            security.warning("client.refused")
            raise GrantRefused("invalid_client", "The client is not known, or its secret is wrong, revoked or over.")
        granted = granted_scopes(scopes, shown.scopes)
        life = min(LIFE, shown.expires_at - now)
        made, text = new_token(_NAME, life, now, granted)
        token = replace(made, account_id=shown.account_id, got_for=shown.id)

        def change(act: Act, notes: Notes) -> None:
            act.work.accounts.add_got_token(token, MOST_AT_ONCE)
            act.work.accounts.use_token(shown.hash, act.at)
            notes("token.got", shown.account_id, token=token.id, got_for=shown.id)

        act_on_accounts(self.runtime, Actor(account=shown.account_id, name=""), change)
        return Issued(token=text, seconds=int(life.total_seconds()), scopes=granted)


def granted_scopes(wanted: Sequence[str] | None, held: Sequence[str] | None) -> tuple[str, ...] | None:
    """What is given of what is asked: never more than the API token has. None is without limit. Raises GrantRefused."""
    if wanted is None:
        return None if held is None else tuple(held)
    for scope in wanted:
        noun = scope.partition(":")[0]
        is_held = held is None or scope in held or f"{noun}:write" in held
        if scope not in ALL or not is_held:
            raise GrantRefused("invalid_scope", f"The client does not have the scope {scope!r:.60}.")
    return tuple(sorted(set(wanted)))
