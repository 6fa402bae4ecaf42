"""What service calls brought about is kept with the case, in the transaction that completes the job."""

from __future__ import annotations

from engine.casework.job import Effect, Job
from engine.runtime.act import Act
from engine.store.records import InstanceRecord


def keep_effect(act: Act, record: InstanceRecord, job: Job, effect: Effect) -> None:
    """Keep one effect of a job that was done. Raises TypeError for a kind nobody keeps: a fault of ours."""
    del act, record, job
    raise TypeError(f"Nothing keeps effects of kind {type(effect).__name__}.")
