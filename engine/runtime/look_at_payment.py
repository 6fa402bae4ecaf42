"""News of a payment: the provider calls back, or the citizen returns from its page. The provider is asked, now.

Nobody's claim settles a payment. A callback is signed, so that nobody else can make us ask, and its news are what
*we* are answered when we ask the provider over our own connection. So a callback that comes twice, late, or out of
order changes nothing, and a forged one could not either. Decided in docs/decisions/0009.

Signature: header `Payment-Signature`, as `engine.runtime.signed_callback` tells.
"""

from __future__ import annotations

import json
from typing import Any, Final

from engine.casework.actor import SYSTEM
from engine.casework.payment import PaymentState
from engine.errors import NotFound
from engine.runtime.act import Act, transact
from engine.runtime.payment_jobs import hurry
from engine.runtime.signed_callback import CallbackMalformed, require_signed
from engine.runtime.wiring import Runtime

CHAIN: Final = "payments"
"""The journal of what concerns no single case."""
_REFUSED: Final = "payment.callback-refused"
_LONGEST_BODY: Final = 20_000


def take_callback(runtime: Runtime, body: bytes, signature: str, secret: str | None) -> bool:
    """The provider has news. Gives whether the payment is one of ours.

    Raises SignatureWrong (after a journal entry, one a second), CallbackMalformed.
    """
    require_signed(runtime, body, signature, secret, chain=CHAIN, action=_REFUSED, longest=_LONGEST_BODY)
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


def _payment_named_in(body: bytes) -> str:
    try:
        said: Any = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as fault:
        raise CallbackMalformed("The callback is no JSON.", remedy="Send a JSON object.") from fault
    named = said.get("payment_id") if isinstance(said, dict) else None
    if not isinstance(named, str) or not 0 < len(named) <= 255 or not named.isprintable():
        raise CallbackMalformed("The callback names no payment.", remedy="Send its payment_id.")
    return named
