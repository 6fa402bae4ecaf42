"""The caller's session: sign in, prove a second factor, sign out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, g, jsonify

from api.operation import Noun
from api.schemas.accounts import (
    CeremonySchema,
    NoBody,
    ProofCommand,
    SignedInSchema,
    SignInCommand,
)
from api.schemas.federation import SignedOutSchema
from api.wiring import services
from door.access import caller, csrf_token_of, session_cookie, set_session_cookie
from door.session import came, refuse_other_sites, who
from door.sign_in import Proof, SignedIn, Way
from engine.casework.actor import Actor
from engine.casework.policy import Action, roles_of

blueprint = Noun("session", __name__, description="Sign in and out with a session cookie.")

_AT_PROVIDER: Final[Mapping[str, Any]] = {
    "description": "Signed out here; the identity provider has a session, too.",
    "content": {"application/json": {"schema": SignedOutSchema}},
}


def about(actor: Actor, csrf_token: str | None, *, is_whole: bool = True) -> dict[str, Any]:
    """What is told of the caller; duties only once they count."""
    return {
        "account": actor.account,
        "name": actor.name,
        "roles": sorted(roles_of(actor)) if is_whole else [],
        "queues": sorted(str(queue) for queue in actor.queues) if is_whole else [],
        "supervises": sorted(actor.supervises) if is_whole else [],
        "administers": sorted(actor.administers) if is_whole else [],
        "stands_in": {str(queue): sorted(others) for queue, others in sorted(actor.stands_in.items(), key=str)}
        if is_whole
        else {},
        "represents": {account: None if of is None else sorted(of) for account, of in sorted(actor.represents.items())},
        "scopes": None if actor.scopes is None else sorted(actor.scopes),
        "second_factor_at": actor.second_factor_at,
        "second_factor_needed": not is_whole,
        "provider": g.recognised.provider if "recognised" in g and g.recognised else None,
        "csrf_token": csrf_token,
    }


def answer_with_session(signed_in: SignedIn, more: Mapping[str, Any], status: int) -> Response:
    """An answer that carries a session's new secret in its cookie, and what is told of it."""
    about_it = {
        **about(signed_in.actor, csrf_token_of(signed_in.secret), is_whole=signed_in.is_whole),
        "expires_at": signed_in.expires_at,
        "ways": [str(way) for way in signed_in.ways],
        **more,
    }
    answer = jsonify(about_it)
    answer.status_code = status
    set_session_cookie(answer, signed_in.secret, secure=services().cookies_are_secure)
    return answer


@blueprint.operation(
    "POST", "", rule=Action.sign_in, summary="Sign in", body=SignInCommand, answer=SignedInSchema, status=201
)
def begin(command: Mapping[str, Any]) -> Response:
    """Sign in with name and password. The session is a cookie; send `csrf_token` as X-Csrf-Token with every change.

    With `second_factor_needed` the session may only prove a factor in one of the `ways`, at `POST
    /session/second-factor`, or, where there are no ways, add one at `/me/second-factors`; it ends after 15 minutes.
    After several wrong passwords name and address rest for a while (429). Pages of other sites cannot sign in (403).
    """
    refuse_other_sites()
    signed_in = services().sessions.sign_in(command["name"], command["password"], came())
    return answer_with_session(signed_in, {}, 201)


@blueprint.operation(
    "POST",
    "/second-factor/options",
    rule=Action.prove_factor,
    summary="Ask for a passkey",
    body=NoBody,
    answer=CeremonySchema,
)
def options(_command: Mapping[str, Any]) -> Any:
    """What to give to `navigator.credentials.get` to prove a passkey. The challenge is good once, for five minutes."""
    return services().factors.ask_passkey(who())


@blueprint.operation(
    "POST",
    "/second-factor",
    rule=Action.prove_factor,
    summary="Prove a second factor",
    body=ProofCommand,
    answer=SignedInSchema,
)
def prove(command: Mapping[str, Any]) -> Response:
    """Prove a second factor after the password, or again before an act that asks for a fresh proof (step-up).

    The session gets a new secret: a new cookie and a new `csrf_token`. Each code is taken once. After several wrong
    proofs the factors rest for a while (429).
    """
    proof = Proof(
        way=Way(command["way"]),
        code=command["code"],
        challenge=command["challenge"],
        credential=command["credential"],
    )
    return answer_with_session(services().factors.prove(who(), proof), {}, 200)


@blueprint.operation(
    "DELETE",
    "",
    rule=Action.prove_factor,
    summary="Sign out",
    status=204,
    documentation={"responses": {"200": _AT_PROVIDER}},
)
def end() -> Response:
    """End this session. 200 tells where the browser signs out at the identity provider, too, that it began with."""
    actor = caller()
    if actor.session is not None:
        services().sessions.end(actor.session, actor.account, actor)
    provider = g.recognised.provider
    there = services().federation.sign_out_address(provider) if provider is not None else None
    answer = Response(status=204) if there is None else jsonify({"provider_sign_out": there})
    # What pages kept of the person goes too; cookies of others on the same host stay (ASVS 5.0, 14.3.1).
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    secure = services().cookies_are_secure
    answer.delete_cookie(session_cookie(secure), path="/", httponly=True, samesite="Lax", secure=secure)
    return answer
