"""Signing in with an identity provider: a browser goes there and comes back, and the provider ends what it began.

OpenID Connect Core 1.0, 3.1 (code flow); Back-Channel Logout 1.0. What is sent and believed: `onewindow.federation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request

from api.operation import WrongInput
from api.schemas.federation import BeginQuery, ProvidersSchema
from api.session import blueprint
from api.wiring import services
from door.access import SECURE_SESSION_COOKIE, hash_of, session_cookie, set_session_cookie
from door.json_door import NotJson
from door.session import came, refuse_other_sites
from engine.casework.policy import Action
from engine.errors import Place

COOKIE: Final = "onewindow_sign_in"
SECURE_COOKIE: Final = SECURE_SESSION_COOKIE.partition("onewindow")[0] + COOKIE
_LONGEST_SECRET: Final = 200
_FORM: Final = "application/x-www-form-urlencoded"
_LOGOUT: Final[Mapping[str, Any]] = {
    "required": True,
    "content": {
        _FORM: {
            "schema": {
                "type": "object",
                "properties": {"logout_token": {"type": "string", "description": "A signed token."}},
                "required": ["logout_token"],
            }
        }
    },
}
_SENT_ON: Final[Mapping[str, Any]] = {
    "303": {
        "description": "See Other",
        "headers": {"Location": {"schema": {"type": "string"}, "description": "Where the browser goes."}},
    },
    "403": "FORBIDDEN",
    "409": "CONFLICT",
    "422": "UNPROCESSABLE_ENTITY",
    "429": "TOO_MANY_REQUESTS",
}
_ANSWER: Final = tuple(
    {"in": "query", "name": name, "required": False, "schema": {"type": "string"}, "description": what}
    for name, what in (
        ("state", "What was sent along."),
        ("code", "To be redeemed for tokens."),
        ("iss", "Whose answer it is (RFC 9207)."),
        ("error", "Why there is no code."),
    )
)


@blueprint.operation(
    "GET", "/providers", rule=Action.read_public, summary="List identity providers", answer=ProvidersSchema
)
def list_providers() -> Any:
    """The identity providers that people may sign in with, and where a browser is sent to begin."""
    return {
        "items": [
            {"key": one.key, "title": one.title, "begin": f"/api/v1/session/oidc/{one.key}"}
            for one in services().federation.choices()
        ]
    }


@blueprint.operation(
    "GET",
    "/oidc/<name:provider>",
    rule=Action.sign_in,
    summary="Sign in with a provider",
    query=BeginQuery,
    status=303,
    documentation={"responses": _SENT_ON},
)
def begin_at_provider(query: Mapping[str, Any], provider: str) -> Response:
    """Send a browser to an identity provider; it has ten minutes to come back, signed in, and goes on at `return_to`.

    Only a page of ours, or the person herself, can begin it (403): nobody is signed in by another site. With `fresh`
    the provider is to let the person prove herself anew, as acts like making a token ask.
    """
    refuse_other_sites()
    sent = services().federation.begin(provider, query["return_to"], came(), fresh=query["fresh"])
    answer = _sent_to(sent.address)
    answer.set_cookie(
        _cookie(),
        sent.secret,
        max_age=sent.seconds,
        httponly=True,
        secure=services().cookies_are_secure,
        samesite="Lax",
        path="/",
    )
    return answer


@blueprint.operation(
    "GET",
    "/oidc/<name:provider>/callback",
    rule=Action.sign_in,
    summary="Come back from a provider",
    status=303,
    documentation={
        "parameters": [dict(one) for one in _ANSWER],
        "responses": {**_SENT_ON, "401": "UNAUTHORIZED"},
    },
)
def come_back_from_provider(provider: str) -> Response:
    """Take a provider's answer: the session begins, and the browser goes on where it was bound for.

    The browser must be the one that was sent there (403, `sign-in-not-begun`), and each sign-in is finished once. With
    a second factor still to be proved the session may only prove or add one. Parameters that are not known are passed
    over (RFC 6749, 4.1.2).
    """
    secret = request.cookies.get(_cookie(), "")[:_LONGEST_SECRET]
    former = request.cookies.get(session_cookie(services().cookies_are_secure))
    returned = services().federation.come_back(
        provider, secret, _answer(), came(), hash_of(former[:_LONGEST_SECRET]) if former else None
    )
    answer = _sent_to(returned.return_to)
    secure = services().cookies_are_secure
    answer.delete_cookie(_cookie(), path="/", httponly=True, samesite="Lax", secure=secure)
    set_session_cookie(answer, returned.signed_in.secret, secure=secure)
    return answer


@blueprint.operation(
    "POST",
    "/oidc/<name:provider>/logout",
    rule=Action.call_back,
    summary="Sign out by the provider",
    status=200,
    documentation={"requestBody": _LOGOUT},
)
def sign_out_by_provider(provider: str) -> Response:
    """An identity provider ends the sessions of a person, or one of them (OpenID Connect Back-Channel Logout 1.0).

    The body is `logout_token`, signed by the provider; what it names that began before is over when this answers 200.
    It may be sent twice. A token that is not believed is 400.
    """
    if request.mimetype != _FORM:
        raise NotJson(f"Expected {_FORM}.", remedy="Send logout_token in a form.")
    tokens = request.form.getlist("logout_token")
    if len(tokens) != 1:
        raise WrongInput(
            "The logout token is not there, or twice.",
            places=[Place("/logout_token", "Expected one.", "missing")],
            remedy="Send it once.",
        )
    services().federation.end_sessions(provider, tokens[0])
    answer = Response(status=200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _sent_to(address: str) -> Response:
    answer = Response(status=303)
    answer.headers["Location"] = address
    return answer


def _cookie() -> str:
    return SECURE_COOKIE if services().cookies_are_secure else COOKIE


def _answer() -> dict[str, str]:
    """The parameters of a provider's answer, each once (RFC 6749, 3.1). Raises WrongInput."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise WrongInput(
            "A parameter of the answer stands twice.",
            places=[Place(f"?{name}", "Expected this name once.", "repeated") for name in twice],
            remedy="Begin the sign-in again.",
        )
    return {name: value for name, value in request.args.items() if name in ("state", "code", "iss", "error")}


__all__ = ["blueprint"]
