"""Who may call what: every route names its rule, and a route without one keeps the application from starting.

A rule is about roles only; whose task, case or queue it is, is decided by the domain (`Actor`) in use cases and
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
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from flask import Flask, Response, g, request

from api.scopes import check_scope
from engine.casework.actor import Actor
from engine.errors import Forbidden, NotSignedIn

SESSION_COOKIE: Final = "onewindow_session"
SECURE_SESSION_COOKIE: Final = "__Host-onewindow_session"
"""Over TLS: a browser takes a name with this prefix from this very host only (RFC 6265bis, 4.1.3.2)."""
CSRF_HEADER: Final = "X-Csrf-Token"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_SECRET: Final = 200

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    """What an account may be; it may be several."""

    citizen = "citizen"
    clerk = "clerk"
    """Member of a queue, or who stands in for one."""
    supervisor = "supervisor"
    """Of an agency."""
    administrator = "administrator"
    """Of an agency: of its people, not of its cases."""
    analyst = "analyst"
    operator = "operator"


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
    """Who may call a route."""

    name: str
    roles: frozenset[Role] | None
    """None lets everyone in, known or not."""
    halfway: bool = False
    """Whether a session may call whose second factor is not proved yet."""

    def admits(self, roles: frozenset[Role]) -> bool:
        """Whether somebody signed in with these roles may call."""
        return self.roles is None or bool(self.roles & roles)


PUBLIC: Final = Rule("public", None)
"""Everyone, without a sign-in."""
SIGNED_IN: Final = Rule("signed-in", frozenset(Role))
"""Everyone who has signed in and has any role."""
PROVING: Final = Rule("proving", frozenset(Role), halfway=True)
"""Everyone who has signed in, also before the second factor is proved."""
CITIZEN: Final = Rule("citizen", frozenset({Role.citizen}))
STAFF: Final = Rule("staff", frozenset({Role.clerk, Role.supervisor}))
"""Clerks and supervisors."""
TASK_HOLDER: Final = Rule("task-holder", frozenset({Role.citizen, Role.clerk, Role.supervisor}))
"""All who can have tasks: an applicant has those returned to her."""
SUPERVISOR: Final = Rule("supervisor", frozenset({Role.supervisor}))
ANALYST: Final = Rule("analyst", frozenset({Role.analyst}))
OPERATOR: Final = Rule("operator", frozenset({Role.operator}))
ENGINE: Final = Rule("engine", frozenset({Role.analyst, Role.operator}))
"""Those who look after models and instances."""
CASE_READER: Final = Rule("case-reader", frozenset({Role.citizen, Role.supervisor}))
"""The applicant herself, and supervisors of the agency; clerks see a case through its tasks."""
PAYMENT_KEEPER: Final = Rule("payment-keeper", frozenset({Role.operator, Role.supervisor}))
"""Who looks after payments: operators after all, supervisors after those of their agencies."""
CLOSURE_KEEPER: Final = Rule("closure-keeper", frozenset({Role.operator, Role.supervisor}))
"""Who enters days on which an agency is closed: its supervisors, operators for all."""
AGENCY_ADMINISTRATOR: Final = Rule("agency-administrator", frozenset({Role.administrator}))
"""Who says who works in an agency, and as what."""
AGENCY_KEEPER: Final = Rule("agency-keeper", frozenset({Role.administrator, Role.operator}))
"""Who changes what an agency is called and how it is reached."""
AGENCY_PEOPLE: Final = Rule("agency-people", frozenset({Role.clerk, Role.supervisor, Role.administrator}))
"""Who belongs to an agency: absences and deputies are theirs."""
MEMBER_READER: Final = Rule("member-reader", frozenset({Role.supervisor, Role.administrator, Role.operator}))
"""Who may see the people of an agency."""
MANDATE_KEEPER: Final = Rule("mandate-keeper", frozenset({Role.citizen, Role.operator}))
"""Both sides of a mandate, and operators, who enter those that a register or document proves."""
EVENT_KEEPER: Final = Rule("event-keeper", frozenset({Role.operator, Role.supervisor}))
"""Who lets programs outside be told of events: operators of all, supervisors of those of their agencies."""
MODEL_READER: Final = Rule("model-reader", frozenset({Role.analyst, Role.operator, Role.supervisor}))
"""Who may read the models of procedures."""
RULES_READER: Final = Rule("rules-reader", frozenset({Role.analyst, Role.operator, Role.clerk, Role.supervisor}))
"""Officials who may try a decision definition."""


def under(rule: Rule) -> Callable[[View], View]:
    """Name the rule of a view; stands outermost, right below the route."""

    def mark(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """The rule a view was marked with."""
    found = getattr(view, "access_rule", None)
    return found if isinstance(found, Rule) else None


def roles_of(actor: Actor) -> frozenset[Role]:
    """The roles an account has."""
    held = {
        Role.citizen: actor.citizen,
        Role.clerk: bool(actor.queues or actor.stands_in),
        Role.supervisor: bool(actor.supervises),
        Role.administrator: bool(actor.administers),
        Role.analyst: actor.analyst,
        Role.operator: actor.operator,
    }
    return frozenset(role for role, has in held.items() if has)


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
            raise RoleMissing(f"This needs the role {wanted}.", remedy="Ask an operator for the role.", rule=rule.name)
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


def routes_without_rule(app: Flask) -> list[str]:
    """Endpoints nobody has decided about; must be empty."""
    return sorted(endpoint for endpoint, view in app.view_functions.items() if rule_of(view) is None)


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
    secret = request.cookies.get(cookie, "")
    if not (secret.isascii() and 0 < len(secret) <= _LONGEST_SECRET):
        return None
    known = authenticate(hash_of(secret), True)
    if known is None:
        return None
    if request.method not in _SAFE:
        sent = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(sent.encode(), csrf_token_of(secret).encode()):
            raise CsrfMissing(
                f"A request with a session cookie needs the header {CSRF_HEADER}.",
                remedy="Take the token from the answer of POST /api/v1/session or GET /api/v1/me.",
            )
    g.is_session = True
    g.session_secret = secret
    return known
