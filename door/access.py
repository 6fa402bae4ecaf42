"""Who may call what: every route names its rule, and a route without one keeps the application from starting.

A route names the action of the policy (`engine.casework.policy`) that it does. At the door only roles count: who can
stand to nothing so that she may do it. Whose task, case or queue it is, is decided by the same rule in use cases and
queries, which answer 404 for what the caller may not know exists. Who the caller is stands in a bearer token (of ours,
or signed by an issuer that the operator lists: it has two dots, ours have none) or a session cookie; a cookie needs the
header X-Csrf-Token besides for every request that changes something. A token may be limited to scopes, and a session
whose second factor is not proved yet may do nothing but prove or add one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from flask import Flask, Response, g, request

from door.scopes import check_scope
from engine.casework.actor import Actor
from engine.casework.policy import RULES, Action, Role, roles_of
from engine.errors import Forbidden, NotSignedIn

SESSION_COOKIE: Final = "onewindow_session"
SECURE_SESSION_COOKIE: Final = "__Host-onewindow_session"
"""Over TLS: a browser takes a name with this prefix from this very host only (RFC 6265bis, 4.1.3.2)."""
CSRF_HEADER: Final = "X-Csrf-Token"
CSRF_FIELD: Final = "csrf_token"
"""The same in the forms of pages."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_SECRET: Final = 200
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

View = TypeVar("View", bound=Callable[..., Any])


class RouteWithoutRule(RuntimeError):
    """A route was added and nobody decided who may call it."""


class CsrfMissing(Forbidden):
    """A request with a session cookie came without the token that proves our own page sent it."""

    code = "csrf-token-missing"


class SecondFactorNeeded(Forbidden):
    """The session is not whole: its second factor is not proved yet."""

    code = "second-factor-needed"

    def __init__(self, *, has_factor: bool) -> None:
        super().__init__(
            "Your second factor was not proved in this session."
            if has_factor
            else "Your duties need a second factor, and you have none yet.",
            remedy="Prove it at POST /api/v1/session/second-factor."
            if has_factor
            else "Add one at /api/v1/me/second-factors.",
        )


class RoleMissing(Forbidden):
    """The caller's roles do not reach."""

    code = "role-missing"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a route: whoever may do its action to anything at all."""

    action: Action
    roles: frozenset[Role] | None
    """None lets everyone in, known or not."""
    halfway: bool = False
    """Whether a session may call whose second factor is not proved yet."""
    greets: bool = False
    """Whether a public address knows who looks at it, where she is signed in: pages show her name."""

    def admits(self, roles: frozenset[Role]) -> bool:
        """Whether somebody signed in with these roles may call."""
        return self.roles is None or bool(self.roles & roles)


def rule_for(action: Action, *, greets: bool = False) -> Rule:
    """The rule of a route that does an action, as the policy has it."""
    rule = RULES[action]
    return Rule(action, None if rule.is_public else rule.roles, rule.halfway, greets)


def under(action: Action, *, greets: bool = False) -> Callable[[View], View]:
    """Name the action of a view, whose rule it is under; stands outermost, right below the route."""

    def mark(view: View) -> View:
        view.access_rule = rule_for(action, greets=greets)  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """The rule a view was marked with."""
    found = getattr(view, "access_rule", None)
    return found if isinstance(found, Rule) else None


def hash_of(secret: str) -> str:
    """How secrets of tokens and sessions are kept: SHA-256 suffices, for they hold 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_token_of(session_secret: str) -> str:
    """The token a page must send back: bound to the session, computable only with its secret."""
    return hmac.new(session_secret.encode(), b"onewindow-csrf", hashlib.sha256).hexdigest()


def caller() -> Actor:
    """Who calls. Raises NotSignedIn when nobody is known."""
    actor = g.get("actor")
    if not isinstance(actor, Actor):
        raise NotSignedIn(
            "This needs a sign-in.",
            remedy="Send Authorization: Bearer with an API token, or sign in at POST /api/v1/session.",
        )
    return actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Who is behind a request, and how she proved it."""

    actor: Actor
    password_at: datetime | None = None
    """When the password was last proved in the session."""
    has_factor: bool = False
    """Whether the account has a second factor; of sessions only."""
    is_whole: bool = True
    """False for a session whose second factor is still to be proved."""
    must_renew: bool = False
    """Whether the session is to get a new secret, for the account's duties changed."""
    provider: str | None = None
    """The identity provider that the session began with."""


class Authenticate(Protocol):
    """Recognises callers by the hashes of their secrets."""

    def __call__(self, secret_hash: str, is_session: bool) -> Recognised | None:
        """Who it is; None when the secret is unknown or over, or the account is disabled."""
        ...

    def renew(self, secret_hash: str) -> str | None:
        """Give a session a new secret; None when it has just got one."""
        ...

    def by_signed_token(self, token: str) -> Recognised:
        """Who holds a token that an issuer signed. Raises NotSignedIn with the reason, Unavailable."""
        ...


def guard(app: Flask, authenticate: Authenticate, *, cookies_are_secure: bool = False) -> None:
    """Check every request of an application before its view runs."""
    cookie = session_cookie(cookies_are_secure)

    @app.before_request
    def check() -> None:
        if request.endpoint is None:
            return
        rule = rule_of(app.view_functions[request.endpoint])
        if rule is None:
            raise Forbidden("This address has no access rule; nobody may call it.")
        if rule.roles is None:
            if rule.greets and request.method in _SAFE:
                _greet(authenticate, cookie)
            return
        known = _recognised(authenticate, cookie)
        g.actor = known and replace(known.actor, origin=request.remote_addr)
        g.recognised = known
        roles = roles_of(caller())
        assert known is not None
        if not known.is_whole and not rule.halfway:
            raise SecondFactorNeeded(has_factor=known.has_factor)
        if not rule.admits(roles):
            wanted = " or ".join(sorted(rule.roles))
            raise RoleMissing(
                f"This needs the role {wanted}.", remedy="Ask an operator for the role.", rule=rule.action
            )
        check_scope(known.actor.scopes, request.blueprint or "", request.method)
        if known.must_renew and g.is_session:
            g.renewed_secret = authenticate.renew(hash_of(g.session_secret))

    @app.after_request
    def renew(answer: Response) -> Response:
        secret = g.pop("renewed_secret", None)
        if secret is not None and "Set-Cookie" not in answer.headers:
            set_session_cookie(answer, secret, secure=cookies_are_secure)
            answer.headers[CSRF_HEADER] = csrf_token_of(secret)
        return answer


def session_cookie(secure: bool) -> str:
    """The name of the session's cookie."""
    return SECURE_SESSION_COOKIE if secure else SESSION_COOKIE


def set_session_cookie(answer: Response, secret: str, *, secure: bool) -> None:
    """Let the browser keep a session's secret until it is closed; the server ends the session before."""
    answer.set_cookie(session_cookie(secure), secret, httponly=True, secure=secure, samesite="Lax", path="/")


def require_rules(app: Flask) -> None:
    """Refuse an application with addresses that nobody has decided about. Raises RouteWithoutRule."""
    forgotten = sorted(endpoint for endpoint, view in app.view_functions.items() if rule_of(view) is None)
    if forgotten:
        raise RouteWithoutRule(f"These routes have no access rule: {', '.join(forgotten)}.")


def _greet(authenticate: Authenticate, cookie: str) -> None:
    """Know the visitor of a public page by her cookie; a cookie that is over is nobody's, and no fault."""
    secret = _secret_of_cookie(cookie)
    known = None if secret is None else authenticate(hash_of(secret), True)
    if known is not None:
        g.actor, g.recognised, g.session_secret, g.is_session = known.actor, known, secret, True


def _secret_of_cookie(cookie: str) -> str | None:
    secret = request.cookies.get(cookie, "")
    return secret if secret.isascii() and 0 < len(secret) <= _LONGEST_SECRET else None


def _recognised(authenticate: Authenticate, cookie: str) -> Recognised | None:
    """The account behind the bearer token, else behind the cookie. A wrong token is told, not passed over."""
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        known, secret = None, secret.strip()
        if scheme.lower() == "bearer" and secret.count(".") == 2 and secret.isascii():
            g.is_session = False
            return authenticate.by_signed_token(secret)
        if scheme.lower() == "bearer" and 0 < len(secret) <= _LONGEST_SECRET and secret.isascii():
            known = authenticate(hash_of(secret), False)
        if known is None:
            raise NotSignedIn("The API token is unknown, expired or revoked.", remedy="Ask for a new one.")
        g.is_session = False
        return known
    of_cookie = _secret_of_cookie(cookie)
    if of_cookie is None:
        return None
    secret = of_cookie
    known = authenticate(hash_of(secret), True)
    if known is None:
        return None
    if request.method not in _SAFE:
        sent = request.headers.get(CSRF_HEADER, "")
        if not sent and request.mimetype in _FORMS:
            sent = request.form.get(CSRF_FIELD, "")
        if not hmac.compare_digest(sent.encode(), csrf_token_of(secret).encode()):
            raise CsrfMissing(
                f"A request with a session cookie needs the header {CSRF_HEADER}.",
                remedy="Take the token from the answer of POST /api/v1/session or GET /api/v1/me.",
            )
    g.is_session = True
    g.session_secret = secret
    return known
