"""A lane of its own for sign-ins: comparing a password is dear, and an attack on sign-in must not slow all else.

It stands before the application, so that a try too many costs next to nothing. One try is worked on at a time in each
web process, a few wait shortly, all others hear 429 at once. Of one address so many tries are let into the lane at once
and then one at a time, so that an attack from one place leaves the lane to the others.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

from engine.casework.passport import LANGUAGES
from engine.casework.place import counted_address

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PAGES: Final = frozenset(f"/{language}/sign-in" for language in LANGUAGES)
SIGN_IN: Final = frozenset({"/api/v1/session", "/api/v1/session/password"}) | PAGES
"""Where a password is compared, or hashed."""
PLACES: Final = 1
WAITING: Final = 4
PATIENCE_SECONDS: Final = 1.0
BURST: Final = 20
PER_SECOND: Final = 1.0
_MOST_ADDRESSES: Final = 10_000
_RETRY_AFTER: Final = 5
_TOLD_EVERY_SECONDS: Final = 10.0
_BODY: Final = json.dumps(
    {
        "type": "urn:onewindow:problem:too-many-sign-ins",
        "title": "Too many attempts",
        "status": 429,
        "detail": "There are more sign-ins than can be answered just now; nothing was done.",
        "remedy": f"Repeat in {_RETRY_AFTER} seconds.",
    },
    separators=(",", ":"),
).encode()
_PAGE: Final = (
    '<!DOCTYPE html><html lang="az"><meta charset="utf-8"><title>Onewindow</title>'
    "<p>Hazırda çox sayda giriş cəhdi var. Bir neçə saniyədən sonra yenidən cəhd edin.</p>"
    '<p lang="en">There are too many sign-ins just now. Try again in a few seconds.</p>'
    '<p lang="ru">Сейчас слишком много попыток входа. Повторите через несколько секунд.</p></html>'
).encode()
_HEADERS: Final = (
    ("Retry-After", str(_RETRY_AFTER)),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)

security = structlog.get_logger("security")


@dataclass(slots=True)
class Buckets:
    """How many tries each address has left: `BURST`, and one more with each second. Bounded; the quietest go first."""

    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, address: str) -> bool:
        """Take one try of an address; False when it has none left."""
        now = self.clock()
        with self._lock:
            left, at = self._left.pop(address, (float(BURST), now))
            left = min(float(BURST), left + (now - at) * PER_SECOND)
            is_let_in = left >= 1
            self._left[address] = (left - 1 if is_let_in else left, now)
            while len(self._left) > _MOST_ADDRESSES:
                self._left.popitem(last=False)
        return is_let_in


class SignInLane:
    """A WSGI application before another: sign-ins go one by one, all else passes."""

    def __init__(self, application: WSGIApplication, places: int = PLACES, buckets: Buckets | None = None) -> None:
        self._application = application
        self._free = threading.BoundedSemaphore(places)
        self._lane = threading.BoundedSemaphore(places + WAITING)
        self._buckets = buckets or Buckets()
        self._refused = 0
        self._told_at = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") not in SIGN_IN or environ.get("REQUEST_METHOD") != "POST":
            return self._application(environ, start_response)
        if not self._buckets.take(counted_address(environ.get("REMOTE_ADDR"))):
            return self._refuse(environ, start_response)
        if not self._lane.acquire(blocking=False):
            return self._refuse(environ, start_response)
        try:
            if not self._free.acquire(timeout=PATIENCE_SECONDS):
                return self._refuse(environ, start_response)
            try:
                # The answer is short and made here whole, so that the place is held until it is.
                return list(self._application(environ, start_response))
            finally:
                self._free.release()
        finally:
            self._lane.release()

    def _refuse(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self._refused += 1
        now = time.monotonic()
        if now - self._told_at >= _TOLD_EVERY_SECONDS:
            # one line for many: an attack must not fill the disk
            self._told_at, refused, self._refused = now, self._refused, 0
            security.warning("sign-in.crowded", refused=refused)
        is_page = environ.get("PATH_INFO") in PAGES
        kind, body = ("text/html; charset=utf-8", _PAGE) if is_page else ("application/problem+json", _BODY)
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), *_HEADERS]
        start_response("429 TOO MANY REQUESTS", headers)
        return [body]
