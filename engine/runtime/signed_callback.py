"""Is a callback from the partner whose secret we share? Of payments and of notices alike.

A header `t=<seconds since 1970>,v1=<hex>`, where v1 = HMAC-SHA-256(secret, "<t>.<body>"). Several v1 may stand there,
while a partner changes its secret. What is not believed is noted in the journal, but not more than once a second: a
stranger must not be able to fill it.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

from engine.casework.actor import SYSTEM
from engine.errors import Invalid, NotSignedIn
from engine.runtime.act import transact
from engine.runtime.wiring import Runtime
from engine.store.queries.payments import last_noted

TOLERANCE: Final = timedelta(minutes=5)
"""How far the time of a signature may be from ours."""
_REFUSALS_APART: Final = timedelta(seconds=1)
_LONGEST_SIGNATURE: Final = 1_000
_MOST_SIGNATURES: Final = 5


class SignatureWrong(NotSignedIn):
    """A callback is not from the partner."""

    code = "signature-wrong"


class CallbackMalformed(Invalid):
    """A signed callback does not say what it is about."""

    code = "callback-malformed"


def require_signed(
    runtime: Runtime, body: bytes, signature: str, secret: str | None, *, chain: str, action: str, longest: int
) -> None:
    """Raises SignatureWrong, after a note of `action` on the journal's `chain`, unless the partner signed it."""
    wrong = _wrong_with(body, signature, secret, runtime.clock.now(), longest)
    if wrong is None:
        return
    with runtime.database.read() as connection:
        last = last_noted(connection, chain)
    if last is None or last[0] != action or runtime.clock.now() - last[1] >= _REFUSALS_APART:
        transact(runtime, SYSTEM, lambda act: act.journal(chain, action, chain, reason=wrong))
    raise SignatureWrong(
        "The callback's signature does not hold.",
        remedy="Sign `<t>.<body>` with the shared secret by HMAC-SHA-256, and keep the clock right.",
    )


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The header of a callback, as the partner makes it."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={_digest(body, secret, seconds)}"


def _wrong_with(body: bytes, signature: str, secret: str | None, now: datetime, longest: int) -> str | None:
    """Why a callback is not believed; None when it is."""
    if secret is None:
        return "no-secret-is-set"
    if len(body) > longest or len(signature) > _LONGEST_SIGNATURE:
        return "too-long"
    parts = [part.strip().partition("=") for part in signature.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    signed = [value for name, _, value in parts if name == "v1"][:_MOST_SIGNATURES]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit() and len(times[0]) <= 12) or not signed:
        return "malformed"
    expected = _digest(body, secret, times[0]).encode()
    if not any(hmac.compare_digest(expected, one.encode("utf-8", "replace")) for one in signed):
        return "does-not-fit"
    if abs(now.timestamp() - int(times[0])) > TOLERANCE.total_seconds():
        return "too-old"
    return None


def _digest(body: bytes, secret: str, seconds: str) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
