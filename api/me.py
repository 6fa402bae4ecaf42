"""The caller's own account: who am I, addresses, password, sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Response, g

from api.operation import Noun
from api.paging import PageQuery
from api.schemas.accounts import MeSchema, PasswordCommand, SessionPage, SignedInSchema
from api.schemas.notices import ContactCommand, ContactSchema
from api.session import about, answer_with_session
from api.wiring import services
from door.access import caller, csrf_token_of
from door.session import who
from engine.casework.policy import Action
from engine.errors import NotFound
from engine.runtime.set_contact import WantedContact, set_contact
from engine.store.queries import credentials as queries
from engine.store.queries.notices import contact_of

blueprint = Noun("me", __name__, description="The caller's own account.")


@blueprint.operation("GET", "", rule=Action.prove_factor, summary="Who am I", answer=MeSchema)
def show() -> Any:
    """The account behind the request, its roles and queues; none of them before a needed second factor is proved."""
    secret = g.get("session_secret")
    return about(caller(), csrf_token_of(secret) if secret else None, is_whole=g.recognised.is_whole)


@blueprint.operation(
    "GET", "/sessions", rule=Action.keep_own_account, summary="List own sessions", query=PageQuery, answer=SessionPage
)
def list_sessions(query: Mapping[str, Any]) -> Any:
    """Where the caller is signed in, the newest session first."""
    actor = caller()
    with services().read() as connection:
        page = queries.session_page(connection, actor.account, services().clock.now(), **query)
    return {
        "items": [{**asdict(one), "is_this_one": one.id == actor.session} for one in page.items],
        "next": page.next,
    }


@blueprint.operation("DELETE", "/sessions", rule=Action.keep_own_account, summary="End all other sessions", status=204)
def end_others() -> Response:
    """End all own sessions but this one; with a token, all of them."""
    actor = caller()
    services().sessions.end_others(actor.account, actor.session, actor)
    return Response(status=204)


@blueprint.operation(
    "DELETE", "/sessions/<name:session_id>", rule=Action.keep_own_account, summary="End a session", status=204
)
def end_one(session_id: str) -> Response:
    """End one of the own sessions, for example on a lost device."""
    actor = caller()
    if not services().sessions.end(session_id, actor.account, actor):
        raise NotFound.of("session", session_id)
    return Response(status=204)


@blueprint.operation(
    "PUT",
    "/password",
    rule=Action.keep_own_account,
    summary="Change own password",
    body=PasswordCommand,
    answer=SignedInSchema,
)
def put_password(command: Mapping[str, Any]) -> Response:
    """Change the own password. All other sessions end; this one gets a new cookie and a new `csrf_token`.

    Who has a second factor must have proved it in the last ten minutes (403, `step-up-needed`).
    """
    changed = services().sessions.change_password(who(), command["current"], command["password"])
    return answer_with_session(changed, {}, 200)


@blueprint.operation(
    "GET", "/contact", rule=Action.keep_own_account, summary="Show own addresses", answer=ContactSchema
)
def show_contact() -> Any:
    """Where and when the caller may be reached with notices."""
    with services().read() as connection:
        found = contact_of(connection, caller().account)
    return found or {**asdict(WantedContact()), "changed_at": None}


@blueprint.operation(
    "PUT",
    "/contact",
    rule=Action.keep_own_account,
    summary="Set own addresses",
    body=ContactCommand,
    answer=ContactSchema,
)
def put_contact(command: Mapping[str, Any]) -> Any:
    """Say where and when the caller may be reached, in place of what was said before.

    It holds for notices that are made from now on. Every fault is told at once (422). The inbox is always there.
    """
    return set_contact(services().runtime, WantedContact(**command), by=caller())
