"""Accounts of others, as operators look after them: their sessions, and tokens of programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Response

from api.operation import Noun
from api.paging import PageQuery
from api.schemas.accounts import NewTokenSchema, SessionPage, TokenCommand, TokensSchema
from api.tokens import make
from api.wiring import services
from door.access import caller
from engine.casework.look import LookKind
from engine.casework.policy import Action
from engine.errors import NotFound
from engine.runtime.look import Looking, look
from engine.store.queries import credentials as queries
from engine.store.queries.accounts import actor_of

blueprint = Noun("accounts", __name__, description="Accounts of others, for operators.")


@blueprint.operation(
    "GET",
    "/<key:account_id>/sessions",
    rule=Action.manage_sessions,
    summary="List sessions of an account",
    query=PageQuery,
    answer=SessionPage,
)
def list_sessions_of(query: Mapping[str, Any], account_id: str) -> Any:
    """Where an account is signed in, the newest session first."""

    def read(looking: Looking) -> Any:
        actor_of(looking.connection, account_id)
        looking.at_account(LookKind.sessions, account_id)
        return queries.session_page(looking.connection, account_id, services().clock.now(), **query)

    page = look(services().runtime, read, by=caller())
    mine = caller().session
    return {"items": [{**asdict(one), "is_this_one": one.id == mine} for one in page.items], "next": page.next}


@blueprint.operation(
    "DELETE",
    "/<key:account_id>/sessions",
    rule=Action.manage_sessions,
    summary="End all sessions of an account",
    status=204,
)
def end_sessions_of(account_id: str) -> Response:
    """End all sessions of an account, such as after a theft."""
    with services().read() as connection:
        actor_of(connection, account_id)
    services().sessions.end_others(account_id, None, caller())
    return Response(status=204)


@blueprint.operation(
    "DELETE",
    "/<key:account_id>/sessions/<name:session_id>",
    rule=Action.manage_sessions,
    summary="End a session of an account",
    status=204,
)
def end_session_of(account_id: str, session_id: str) -> Response:
    """End one session of an account."""
    if not services().sessions.end(session_id, account_id, caller()):
        raise NotFound.of("session", session_id)
    return Response(status=204)


@blueprint.operation(
    "GET",
    "/<key:account_id>/tokens",
    rule=Action.manage_tokens,
    summary="List tokens of an account",
    answer=TokensSchema,
)
def list_tokens_of(account_id: str) -> Any:
    """The tokens of an account with their last use; never their secrets."""

    def read(looking: Looking) -> Any:
        actor_of(looking.connection, account_id)
        looking.at_account(LookKind.tokens, account_id)
        return {"items": queries.tokens_of(looking.connection, account_id)}

    return look(services().runtime, read, by=caller())


@blueprint.operation(
    "POST",
    "/<key:account_id>/tokens",
    rule=Action.manage_tokens,
    summary="Make a token of a program",
    body=TokenCommand,
    answer=NewTokenSchema,
    status=201,
)
def make_token_of(command: Mapping[str, Any], account_id: str) -> Any:
    """Make a token of an account without a password, which is a program's. It is shown this once.

    A person makes her own tokens (409). Needs a fresh second factor, as one's own tokens do.
    """
    return make(account_id, command)


@blueprint.operation(
    "DELETE",
    "/<key:account_id>/tokens/<key:token_id>",
    rule=Action.manage_tokens,
    summary="Revoke a token of an account",
    status=204,
)
def revoke_token_of(account_id: str, token_id: str) -> Response:
    """Take a token away for good, such as one that leaked."""
    services().tokens.revoke(caller(), token_id, account_id)
    return Response(status=204)
