"""The caller's own account and sessions: sign in, sign out, who am I."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Response, g, jsonify, request

from api.access import PUBLIC, SESSION_COOKIE, SIGNED_IN, caller, csrf_token_of, hash_of, roles_of
from api.operation import Noun
from api.paging import PageQuery
from api.schemas.accounts import MeSchema, SessionPage, SignedInSchema, SignInCommand
from api.schemas.notices import ContactCommand, ContactSchema
from api.wiring import services
from engine.casework.actor import Actor
from engine.errors import NotFound
from engine.runtime.set_contact import WantedContact, set_contact
from engine.store.queries import accounts as queries
from engine.store.queries.notices import contact_of

blueprint = Noun("me", __name__, description="The caller's own account.")
session_blueprint = Noun("session", __name__, description="Sign in and out with a session cookie.")


def _about(actor: Actor, csrf_token: str | None) -> dict[str, Any]:
    return {
        "account": actor.account,
        "name": actor.name,
        "roles": sorted(roles_of(actor)),
        "queues": sorted(str(queue) for queue in actor.queues),
        "supervises": sorted(actor.supervises),
        "csrf_token": csrf_token,
    }


@blueprint.operation("GET", "", rule=SIGNED_IN, summary="Who am I", answer=MeSchema)
def show() -> Any:
    """The account behind the request, its roles and queues."""
    secret = g.get("session_secret")
    return _about(caller(), csrf_token_of(secret) if secret else None)


@blueprint.operation(
    "GET", "/sessions", rule=SIGNED_IN, summary="List own sessions", query=PageQuery, answer=SessionPage
)
def list_sessions(query: Mapping[str, Any]) -> Any:
    """Where the caller is signed in, the newest session first."""
    secret = g.get("session_secret")
    with services().read() as connection:
        page = queries.session_page(connection, caller().account, services().clock.now(), **query)
    mine = hash_of(secret) if secret else None
    return {
        "items": [{**session.to_json(), "is_this_one": session.id == mine} for session in page.items],
        "next": page.next,
    }


@blueprint.operation("DELETE", "/sessions/<name:session_id>", rule=SIGNED_IN, summary="End a session", status=204)
def end_one(session_id: str) -> Response:
    """End one of the own sessions, for example on a lost device."""
    if not services().sessions.end(session_id, caller().account):
        raise NotFound.of("session", session_id)
    return Response(status=204)


@blueprint.operation("GET", "/contact", rule=SIGNED_IN, summary="Show own addresses", answer=ContactSchema)
def show_contact() -> Any:
    """Where and when the caller may be reached with notices."""
    with services().read() as connection:
        found = contact_of(connection, caller().account)
    return found or {**asdict(WantedContact()), "changed_at": None}


@blueprint.operation(
    "PUT", "/contact", rule=SIGNED_IN, summary="Set own addresses", body=ContactCommand, answer=ContactSchema
)
def put_contact(command: Mapping[str, Any]) -> Any:
    """Say where and when the caller may be reached, in place of what was said before.

    It holds for notices that are made from now on. Every fault is told at once (422). The inbox is always there.
    """
    return set_contact(services().runtime, WantedContact(**command), by=caller())


@session_blueprint.operation(
    "POST", "", rule=PUBLIC, summary="Sign in", body=SignInCommand, answer=SignedInSchema, status=201
)
def begin(command: Mapping[str, Any]) -> Response:
    """Sign in with name and password. The session is a cookie; send `csrf_token` as X-Csrf-Token with every change.

    After several wrong passwords the account rests for a while (429).
    """
    browser = request.headers.get("User-Agent", "")
    signed_in = services().sessions.sign_in(command["name"], command["password"], browser)
    about = {**_about(signed_in.actor, csrf_token_of(signed_in.secret)), "expires_at": signed_in.expires_at}
    answer = jsonify(SignedInSchema().dump(about))
    answer.status_code = 201
    answer.set_cookie(
        SESSION_COOKIE,
        signed_in.secret,
        max_age=int(services().session_absolute.total_seconds()),
        httponly=True,
        secure=services().cookies_are_secure,
        samesite="Lax",
        path="/",
    )
    return answer


@session_blueprint.operation("DELETE", "", rule=SIGNED_IN, summary="Sign out", status=204)
def end() -> Response:
    """End this session."""
    secret = g.get("session_secret")
    if secret:
        services().sessions.end(hash_of(secret), caller().account)
    answer = Response(status=204)
    answer.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="Lax")
    return answer
