"""What came of a payment is kept: opened, settled, lapsed, late, refunded.

Money, journal and the message to the process are one transaction. Whoever tells it (a poll, a callback, the provider's
file), the payment itself says what follows from it (`Payment.follows`), so that nothing is settled, booked or told to
the process twice. The instance is locked first, then the payment. When the process has ended before its money came,
the money goes back: nobody waits for it any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from engine.casework import ledger
from engine.casework.fee import Money
from engine.casework.job import Job
from engine.casework.payment import (
    LONGEST_CLOSING,
    PAYMENT_RESULT,
    Payment,
    PaymentOpened,
    PaymentSeen,
    PaymentState,
    ProviderState,
    Refund,
    RefundAsked,
    RefundMade,
    Sighting,
    Verdict,
    next_look,
    receipt_number,
    refund_reason,
)
from engine.errors import Refused
from engine.identity import new_key
from engine.runtime.act import Act
from engine.runtime.payment_jobs import send_back, watch
from engine.runtime.publish_message import MessageOutcome, correlate
from engine.runtime.stepping import save_noted
from engine.store.records import InstanceRecord

_LAPSES: Final[Mapping[ProviderState, PaymentState]] = {
    ProviderState.failed: PaymentState.failed,
    ProviderState.expired: PaymentState.expired,
    ProviderState.cancelled: PaymentState.cancelled,
}
_NO_AGENCY: Final = "none"
_KEPT_FOR: Final = timedelta(days=30)
"""How long the result waits for a process that is not there yet."""


class OtherCase(Refused):
    """A model wants to refund what another case paid."""

    code = "payment-of-another-case"


def keep_opened(act: Act, record: InstanceRecord, job: Job, effect: PaymentOpened) -> None:
    """A payment that a process asked for is known to the provider. Raises AlreadyExists."""
    case, fee = record.case, effect.fee
    definition = act.runtime.definitions.record(act.work, record.definition_id)
    payment = Payment(
        id=job.id,
        reference=effect.reference,
        instance_id=record.id,
        case_id=record.case_id,
        agency=(case.agency if case else definition.agency) or _NO_AGENCY,
        applicant=case.applicant if case else None,
        provider_id=effect.provider_id,
        amount=fee.amount,
        refunded=Money(0, fee.amount.currency),
        description=effect.description,
        tier=fee.tier,
        exemption=fee.exemption,
        legal_basis=fee.legal_basis,
        next_url=effect.next_url,
        created_at=act.at,
        expires_at=act.at + effect.life,
    ).opened()
    payment = watch(act, payment, next_look(0, act.at, payment.expires_at), close=False)
    act.work.payments.add(payment)
    act.work.payments.book(ledger.opened(payment, act.at))
    act.journal(record.id, "payment.opened", payment.id, reference=payment.reference, amount=str(payment.amount))


def keep_seen(act: Act, job: Job, effect: PaymentSeen) -> None:
    """The provider was asked about a payment. Raises NotFound, AmountDiffers."""
    record, payment = locked(act, *act.work.payments.place_of(reference=effect.reference))
    sighting = effect.sighting
    is_over = act.at >= payment.expires_at + LONGEST_CLOSING
    if payment.is_open and sighting.state is ProviderState.unfinished and is_over:
        # The provider neither ends nor closes it. Should money come yet, it goes back.
        sighting = replace(sighting, state=ProviderState.expired)
    verdict = follow(act, record, payment, sighting)
    if payment.watch_job_id not in (None, job.id) or verdict not in (Verdict.wait, Verdict.nothing):
        return
    if payment.look_again:
        act.work.payments.save(watch(act, payment, act.at + timedelta(seconds=2), close=False))
    elif verdict is Verdict.wait:
        again = replace(payment, looks=payment.looks + 1)
        due_at = next_look(again.looks, act.at, payment.expires_at) if record.is_active else act.at
        close = not record.is_active or due_at >= payment.expires_at
        act.work.payments.save(watch(act, again, due_at, close=close))
    elif payment.watch_job_id is not None:
        act.work.payments.save(replace(payment, watch_job_id=None))


def follow(act: Act, record: InstanceRecord, payment: Payment, sighting: Sighting) -> Verdict:
    """Do what follows from what the provider told; both are locked. Raises AmountDiffers."""
    verdict = payment.follows(sighting)
    if verdict is Verdict.settle:
        if record.is_active:
            _settle(act, record, payment, sighting)
        else:
            _lapse(act, record, payment, PaymentState.cancelled, "case-ended", tell=False)
            _send_back_late(act, record, act.work.payments.lock(payment.id))
            save_noted(act, record)
    elif verdict is Verdict.lapse:
        _lapse(act, record, payment, _LAPSES[sighting.state], sighting.code, tell=True)
    elif verdict is Verdict.send_back:
        _send_back_late(act, record, payment)
        save_noted(act, record)
    return verdict


def ask_for_refund(act: Act, record: InstanceRecord, effect: RefundAsked) -> None:
    """A model wants what its case paid to go back. Raises NotFound, OtherCase, RefundTooLarge, PaymentMoveRefused."""
    payment_id, instance_id = act.work.payments.place_of(reference=effect.reference)
    if instance_id != record.id:
        raise OtherCase(
            f"Expected a payment of this case, but {effect.reference:.60} belongs to another one.",
            remedy="Let the model refund what it opened itself.",
        )
    begin_refund(act, record.id, act.work.payments.lock(payment_id), effect.amount, effect.reason)


def begin_refund(act: Act, chain: str, payment: Payment, amount: Money | None, reason: str) -> Refund:
    """Decide a refund and let a worker send it. Raises RefundTooLarge, PaymentMoveRefused, Invalid."""
    refund = _refund(act, payment, amount or payment.refundable, refund_reason(reason))
    changed = payment.refunding(refund.amount)
    act.work.payments.save(changed)
    act.work.payments.add_refund(refund)
    act.work.payments.book(ledger.refund_decided(changed, refund, act.at))
    send_back(act, changed, refund)
    act.journal(chain, "payment.refund-decided", payment.id, refund=refund.id, amount=str(refund.amount))
    return refund


def keep_refund_made(act: Act, effect: RefundMade) -> None:
    """The provider has sent a refund; a second time changes nothing. Raises NotFound."""
    place = act.work.payments.place_of(id=act.work.payments.payment_of_refund(effect.refund_id))
    record, payment = locked(act, *place)
    refund = act.work.payments.lock_refund(effect.refund_id)
    if refund.made_at is None:
        record_refund_made(act, record, payment, refund, effect.provider_id)


def record_refund_made(
    act: Act, record: InstanceRecord, payment: Payment, refund: Refund, provider_id: str
) -> tuple[Payment, Refund]:
    """Book a refund that went back; all three are locked."""
    made = replace(refund, made_at=act.at, provider_id=provider_id)
    changed = payment.refund_made()
    act.work.payments.save_refund(made)
    act.work.payments.save(changed)
    act.work.payments.book(ledger.refund_sent(changed, made, act.at))
    act.journal(record.id, "payment.refunded", payment.id, refund=refund.id, amount=str(refund.amount))
    save_noted(act, record)
    return changed, made


def locked(act: Act, payment_id: str, instance_id: str) -> tuple[InstanceRecord, Payment]:
    """The instance behind a payment and the payment, under lock in this order. Raises NotFound."""
    record = act.work.instances.lock(instance_id)
    return record, act.work.payments.lock(payment_id)


def told(payment: Payment) -> dict[str, Any]:
    """A payment as a process sees it, in the variable `payment`."""
    return {
        "reference": payment.reference,
        "payment_id": payment.provider_id,
        "state": str(payment.state),
        "amount": payment.amount.major,
        "currency": payment.amount.currency,
        "code": payment.code,
        "receipt_number": payment.receipt_number,
        "paid_at": payment.settled_at,
    }


def _settle(act: Act, record: InstanceRecord, payment: Payment, sighting: Sighting) -> None:
    year = act.runtime.calendar.local_day(act.at).year
    number = receipt_number(year, act.work.payments.next_receipt(year))
    settled = payment.settled(number, sighting.payer, act.at)
    act.work.payments.save(settled)
    act.work.payments.book(ledger.paid(settled, act.at))
    act.journal(record.id, "payment.settled", payment.id, reference=payment.reference, receipt=number)
    _tell_process(act, record, settled)


def _lapse(
    act: Act, record: InstanceRecord, payment: Payment, state: PaymentState, code: str | None, *, tell: bool
) -> None:
    lapsed = payment.lapsed(state, code, act.at)
    act.work.payments.save(lapsed)
    act.work.payments.book(ledger.lapsed(lapsed, act.at))
    act.journal(record.id, f"payment.{state}", payment.id, reference=payment.reference, code=code or "")
    if tell:
        _tell_process(act, record, lapsed)


def _send_back_late(act: Act, record: InstanceRecord, payment: Payment) -> None:
    refund = _refund(act, payment, payment.amount, ledger.LATE)
    changed = replace(payment.refunding(payment.amount), settled_at=act.at, watch_job_id=None, look_again=False)
    act.work.payments.save(changed)
    act.work.payments.add_refund(refund)
    act.work.payments.book(ledger.came_late(changed, act.at))
    send_back(act, changed, refund)
    act.journal(record.id, "payment.came-late", payment.id, refund=refund.id, amount=str(refund.amount))


def _tell_process(act: Act, record: InstanceRecord, payment: Payment) -> None:
    """Deliver the result to the process that waits for it, or keep it until it does."""
    if record.is_active:
        said = {"payment": told(payment)}
        published = correlate(act, PAYMENT_RESULT, payment.reference, said, life=_KEPT_FOR)
        if published.outcome is MessageOutcome.correlated and published.instance_id == record.id:
            return
    save_noted(act, record)


def _refund(act: Act, payment: Payment, amount: Money, reason: str) -> Refund:
    return Refund(
        id=new_key(),
        payment_id=payment.id,
        amount=amount,
        reason=reason,
        asked_by=act.by.account,
        asked_at=act.at,
    )
