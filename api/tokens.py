"""The caller's own API tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.me import blueprint
from api.schemas.accounts import NewTokenSchema, TokenCommand, TokensSchema
from api.wiring import services
from door.access import caller
from door.scopes import checked_scopes
from door.session import who
from engine.casework.policy import Action
from engine.store.queries import credentials as queries


@blueprint.operation("GET", "/tokens", rule=Action.keep_own_account, summary="List own tokens", answer=TokensSchema)
def list_tokens() -> Any:
    """The caller's tokens with their last use; never their secrets."""
    with services().read() as connection:
        return {"items": queries.tokens_of(connection, caller().account)}


@blueprint.operation(
    "POST",
    "/tokens",
    rule=Action.keep_own_account,
    summary="Make a token",
    body=TokenCommand,
    answer=NewTokenSchema,
    status=201,
)
def make_token(command: Mapping[str, Any]) -> Any:
    """Make a token of the own account. It is shown this once; only its hash is kept.

    Needs a second factor that was proved in the last ten minutes, or, for who has none, a sign-in of them (403,
    `step-up-needed`). `scopes` limit what it may do; null lets it do all that the account may.
    """
    return make(caller().account, command)


@blueprint.operation(
    "DELETE", "/tokens/<key:token_id>", rule=Action.keep_own_account, summary="Revoke a token", status=204
)
def revoke_token(token_id: str) -> Response:
    """Take one of the own tokens away for good."""
    services().tokens.revoke(caller(), token_id, caller().account)
    return Response(status=204)


def make(account: str, command: Mapping[str, Any]) -> Any:
    """Make a token as a command says."""
    said = command["scopes"]
    scopes = None if said is None else checked_scopes(said)
    return services().tokens.make(who(), account, command["name"], command["days"], scopes)
