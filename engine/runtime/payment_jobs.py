"""Jobs about payments that no step of a process waits for: asking the provider, and sending money back.

They are service jobs of the connector `payment` without an instance, so that they outlive it, are repeated, taken over
and shown as incidents like every other call. The header says which of the two; no model can set it, for the connector
does not know it as a setting (`EVIDENCE_HEADER` is kept in the same way).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from engine.casework.job import Job, JobKind, JobState
from engine.casework.payment import Payment, PaymentState, Refund
from engine.identity import new_key
from engine.runtime.act import Act

CONNECTOR: Final = "payment"
WORK_HEADER: Final = "ow:payment"
LOOK: Final = "look"
SEND_BACK: Final = "send-back"
_RETRIES: Final = 12
_BACKOFF: Final = "PT5S,PT30S,PT2M,PT10M,PT30M,PT1H"


def watch(act: Act, payment: Payment, due_at: datetime, *, close: bool) -> Payment:
    """The payment with a job that asks the provider about it; `close` gives it up there when it is not finished."""
    said = {"provider_id": payment.provider_id, "reference": payment.reference, "close": close}
    job = _job(act, payment, LOOK, said, due_at)
    act.work.jobs.enqueue_many([job])
    return replace(payment, watch_job_id=job.id, look_again=False)


def send_back(act: Act, payment: Payment, refund: Refund) -> None:
    """Let a worker send a refund, under the key of its job however often it is tried."""
    said = {"provider_id": payment.provider_id, "refund_id": refund.id, "amount": Decimal(refund.amount.minor)}
    act.work.jobs.enqueue_many([_job(act, payment, SEND_BACK, said, act.at)])
    act.jobs_are_due = True


def hurry(act: Act, payment: Payment) -> None:
    """Let the provider be asked now; where that is on its way already, nothing more happens. The payment is locked.

    A payment that has its money needs no question; one that lapsed is asked about again, for money may come late.
    """
    if not (payment.state is PaymentState.open or payment.is_lapsed):
        return
    state = act.work.payments.hurry_job(payment.watch_job_id, act.at) if payment.watch_job_id else None
    if state is JobState.waiting:
        act.jobs_are_due = True
    elif state is JobState.running:
        # What is being asked just now may have been answered before the news: once more afterwards.
        act.work.payments.save(replace(payment, look_again=True))
    else:
        act.work.payments.save(watch(act, payment, act.at, close=False))
        act.jobs_are_due = True


def _job(act: Act, payment: Payment, work: str, said: dict[str, object], due_at: datetime) -> Job:
    return Job(
        id=new_key(),
        kind=JobKind.service,
        type=CONNECTOR,
        element_id=payment.reference,
        headers={WORK_HEADER: work, "retryBackoff": _BACKOFF},
        payload=said,
        due_at=due_at,
        retries=_RETRIES,
        created_at=act.at,
    )
