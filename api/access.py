"""Who may call what: every route names its rule, and a route without one keeps the application from starting.

A rule is about roles only; whose task, case or queue it is, is decided by the domain (`Actor`) in use cases and
queries, which answer 404 for what the caller may not know exists. Who the caller is stands in a bearer token or a
session cookie; a cookie needs the header X-Csrf-Token besides for every request that changes something.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from flask import Flask, g, request

from engine.casework.actor import Actor
from engine.errors import Forbidden, NotSignedIn

SESSION_COOKIE: Final = "onewindow_session"
CSRF_HEADER: Final = "X-Csrf-Token"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_SECRET: Final = 200

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    """What an account may be; it may be several."""

    citizen = "citizen"
    clerk = "clerk"
    """Member of a queue."""
    supervisor = "supervisor"
    """Of an agency."""
    analyst = "analyst"
    operator = "operator"


class CsrfMissing(Forbidden):
    """A request with a session cookie came without the token that proves our own page sent it."""

    code = "csrf-token-missing"


class RoleMissing(Forbidden):
    """The caller's roles do not reach."""

    code = "role-missing"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a route."""

    name: str
    roles: frozenset[Role] | None
    """None lets everyone in, known or not."""

    def admits(self, roles: frozenset[Role]) -> bool:
        """Whether somebody signed in with these roles may call."""
        return self.roles is None or bool(self.roles & roles)


PUBLIC: Final = Rule("public", None)
"""Everyone, without a sign-in."""
SIGNED_IN: Final = Rule("signed-in", frozenset(Role))
"""Everyone who has signed in and has any role."""
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
        Role.clerk: bool(actor.queues),
        Role.supervisor: bool(actor.supervises),
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


Authenticate = Callable[[str, bool], Actor | None]
"""(hash of the secret, whether it is a session) -> who it is; None when unknown, expired or disabled."""


def guard(app: Flask, authenticate: Authenticate) -> None:
    """Check every request of an application before its view runs."""

    @app.before_request
    def check() -> None:
        if request.endpoint is None:
            return
        rule = rule_of(app.view_functions[request.endpoint])
        if rule is None:
            raise Forbidden("This address has no access rule; nobody may call it.")
        if rule.roles is None:
            return
        g.actor = _known_caller(authenticate)
        if not rule.admits(roles_of(caller())):
            wanted = " or ".join(sorted(rule.roles))
            raise RoleMissing(f"This needs the role {wanted}.", remedy="Ask an operator for the role.", rule=rule.name)


def routes_without_rule(app: Flask) -> list[str]:
    """Endpoints nobody has decided about; must be empty."""
    return sorted(endpoint for endpoint, view in app.view_functions.items() if rule_of(view) is None)


def _known_caller(authenticate: Authenticate) -> Actor | None:
    """The account behind the bearer token, else behind the cookie. A wrong token is told, not passed over."""
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        actor = None
        if scheme.lower() == "bearer" and 0 < len(secret) <= _LONGEST_SECRET and secret.isascii():
            actor = authenticate(hash_of(secret.strip()), False)
        if actor is None:
            raise NotSignedIn("The API token is unknown, expired or revoked.", remedy="Ask for a new one.")
        g.is_session = False
        return actor
    secret = request.cookies.get(SESSION_COOKIE, "")
    if not (secret.isascii() and 0 < len(secret) <= _LONGEST_SECRET):
        return None
    actor = authenticate(hash_of(secret), True)
    if actor is None:
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
    return actor
