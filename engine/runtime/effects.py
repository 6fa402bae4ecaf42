"""What service calls brought about is kept with the case, in the transaction that completes the job."""

from __future__ import annotations

from engine.casework.attachment import AttachmentScanned
from engine.casework.data_export import DataExportMade
from engine.casework.document import DocumentIssued
from engine.casework.job import Effect, Job
from engine.casework.notice import DeliveryRefused, DeliverySent, NoticeMade
from engine.casework.payment import PaymentOpened, PaymentSeen, RefundAsked, RefundMade
from engine.runtime.act import Act
from engine.runtime.keep_document import keep_issued
from engine.runtime.keep_export import keep_export
from engine.runtime.keep_notice import keep_delivery, keep_made
from engine.runtime.keep_payment import ask_for_refund, keep_opened, keep_refund_made, keep_seen
from engine.runtime.scan_jobs import keep_scanned
from engine.store.records import InstanceRecord


def keep_effect(act: Act, record: InstanceRecord, job: Job, effect: Effect) -> None:
    """Keep one effect of a job that was done. Raises TypeError for a kind nobody keeps: a fault of ours."""
    match effect:
        case PaymentOpened():
            keep_opened(act, record, job, effect)
        case RefundAsked():
            ask_for_refund(act, record, effect)
        case DocumentIssued():
            keep_issued(act, record, effect)
        case NoticeMade():
            keep_made(act, record, job.id, effect)
        case _:
            raise TypeError(f"Nothing keeps effects of kind {type(effect).__name__}.")


def keep_loose_effect(act: Act, job: Job, effect: Effect) -> None:
    """The same for a job of the engine's own that no step of an instance waits for. Raises TypeError."""
    match effect:
        case PaymentSeen():
            keep_seen(act, job, effect)
        case RefundMade():
            keep_refund_made(act, effect)
        case AttachmentScanned():
            keep_scanned(act, effect)
        case DataExportMade():
            keep_export(act, effect)
        case DeliverySent() | DeliveryRefused():
            keep_delivery(act, effect)
        case _:
            raise TypeError(f"Nothing keeps effects of kind {type(effect).__name__} without an instance.")
