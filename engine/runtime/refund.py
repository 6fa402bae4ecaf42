"""An operator, or a supervisor of the agency, lets a fee go back to who paid it. A reason is always given."""

from __future__ import annotations

from decimal import Decimal

from engine.casework.actor import Actor
from engine.casework.fee import Money
from engine.casework.payment import Refund
from engine.casework.policy import Action, Thing, permit
from engine.runtime.act import Act, transact
from engine.runtime.keep_payment import begin_refund, locked
from engine.runtime.stepping import save_noted
from engine.runtime.wiring import Runtime


def refund_payment(runtime: Runtime, payment_id: str, amount: Decimal | None, reason: str, *, by: Actor) -> Refund:
    """Refund a payment, or `amount` (major units) of it; a worker sends the money. None is all that is left.

    Raises NotFound (also for who may not know of it), RefundTooLarge, PaymentMoveRefused, Invalid.
    """

    def change(act: Act) -> Refund:
        record, payment = locked(act, *act.work.payments.place_of(id=payment_id))
        permit(by, Action.refund, Thing(kind="payment", key=payment_id, agency=payment.agency))
        wanted = None if amount is None else Money.of(amount, payment.amount.currency)
        refund = begin_refund(act, record.id, payment, wanted, reason)
        save_noted(act, record)
        return refund

    return transact(runtime, by, change)
