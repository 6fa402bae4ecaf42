"""Whose browser sent a request: where it came from, whose session it has, and whether a page of ours sent it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import g, request

from door.access import Recognised, caller, hash_of
from door.sign_in import Came, NeedsSession, Who
from engine.errors import Forbidden

_OWN: Final = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site of requests that no foreign page made."""


class CrossSite(Forbidden):
    """A page of somebody else's tries to sign its visitor in here, into an account that it knows."""

    code = "cross-site-sign-in"


def came() -> Came:
    """Where the request came from."""
    return Came(request.remote_addr, request.headers.get("User-Agent", ""))


def who() -> Who:
    """The caller's session, for changes of her own credentials. Raises NeedsSession for a token."""
    known = g.get("recognised")
    secret = g.get("session_secret")
    if not isinstance(known, Recognised) or secret is None:
        raise NeedsSession(
            "This needs a session, not a token: a token proves no person.", remedy="Sign in at POST /api/v1/session."
        )
    return Who(
        actor=caller(),
        secret_hash=hash_of(secret),
        password_at=known.password_at,
        has_factor=known.has_factor,
        came=came(),
    )


def refuse_other_sites() -> None:
    """See that no page of another site sent this. Programs send neither header. Raises CrossSite."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    foreign = site is not None and site not in _OWN
    if origin is not None and site is None:
        foreign = urlsplit(origin).netloc != request.host
    if foreign:
        raise CrossSite("This sign-in was sent by a page of another site.", remedy="Sign in on our own page.")
