"""News of a payment: the provider calls back, or the citizen returns from its page. The provider is asked, now.

Nobody's claim settles a payment. A callback is signed, so that nobody else can make us ask, and its news are what
*we* are answered when we ask the provider over our own connection. So a callback that comes twice, late, or out of
order changes nothing, and a forged one could not either. Decided in docs/decisions/0009.

Signature: header `Payment-Signature: t=<seconds since 1970>,v1=<hex>`, where v1 = HMAC-SHA-256(secret, "<t>.<body>").
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any, Final

from engine.casework.actor import SYSTEM
from engine.casework.payment import PaymentState
from engine.errors import Invalid, NotFound, NotSignedIn
from engine.runtime.act import Act, transact
from engine.runtime.payment_jobs import hurry
from engine.runtime.wiring import Runtime
from engine.store.queries.payments import last_noted

CHAIN: Final = "payments"
"""The journal of what concerns no single case."""
TOLERANCE: Final = timedelta(minutes=5)
"""How far the time of a signature may be from ours."""
_REFUSED: Final = "payment.callback-refused"
_REFUSALS_APART: Final = timedelta(seconds=1)
_LONGEST_BODY: Final = 20_000
_LONGEST_SIGNATURE: Final = 1_000
_MOST_SIGNATURES: Final = 5


class SignatureWrong(NotSignedIn):
    """A callback is not from the provider."""

    code = "signature-wrong"


class CallbackMalformed(Invalid):
    """A signed callback does not name a payment."""

    code = "callback-malformed"


def take_callback(runtime: Runtime, body: bytes, signature: str, secret: str | None) -> bool:
    """The provider has news. Gives whether the payment is one of ours.

    Raises SignatureWrong (after a journal entry, one a second), CallbackMalformed.
    """
    wrong = _wrong_with(body, signature, secret, runtime.clock.now())
    if wrong is not None:
        _note_refusal(runtime, wrong)
        raise SignatureWrong(
            "The callback's signature does not hold.",
            remedy="Sign `<t>.<body>` with the shared secret by HMAC-SHA-256, and keep the clock right.",
        )
    provider_id = _payment_named_in(body)

    def change(act: Act) -> bool:
        try:
            payment_id, _ = act.work.payments.place_of(provider_id=provider_id)
        except NotFound:
            # Either not ours, or the worker has not written yet what it just opened: the first poll will find out.
            return False
        hurry(act, act.work.payments.lock(payment_id))
        return True

    return transact(runtime, SYSTEM, change)


def look_now(runtime: Runtime, reference: str) -> PaymentState:
    """Ask the provider about a payment at once, in a job; gives where it stands so far. Raises NotFound."""

    def change(act: Act) -> PaymentState:
        payment_id, _ = act.work.payments.place_of(reference=reference)
        payment = act.work.payments.lock(payment_id)
        if payment.is_open:
            hurry(act, payment)
        return payment.state

    return transact(runtime, SYSTEM, change)


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The header of a callback, as the provider makes it."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={_digest(body, secret, seconds)}"


def _note_refusal(runtime: Runtime, reason: str) -> None:
    """Note a callback that was refused: one a second, for a stranger must not be able to fill the journal."""
    with runtime.database.read() as connection:
        last = last_noted(connection, CHAIN)
    if last is None or last[0] != _REFUSED or runtime.clock.now() - last[1] >= _REFUSALS_APART:
        transact(runtime, SYSTEM, lambda act: act.journal(CHAIN, _REFUSED, CHAIN, reason=reason))


def _wrong_with(body: bytes, signature: str, secret: str | None, now: datetime) -> str | None:
    """Why a callback is not believed; None when it is."""
    if secret is None:
        return "no-secret-is-set"
    if len(body) > _LONGEST_BODY or len(signature) > _LONGEST_SIGNATURE:
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


def _payment_named_in(body: bytes) -> str:
    try:
        said: Any = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as fault:
        raise CallbackMalformed("The callback is no JSON.", remedy="Send a JSON object.") from fault
    named = said.get("payment_id") if isinstance(said, dict) else None
    if not isinstance(named, str) or not 0 < len(named) <= 255 or not named.isprintable():
        raise CallbackMalformed("The callback names no payment.", remedy="Send its payment_id.")
    return named
