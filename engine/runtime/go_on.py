"""A step that spent its budget goes on, in a transaction of its own. Only the worker calls this."""

from __future__ import annotations

from engine.bpmn.kernel.port import Continue
from engine.casework.actor import SYSTEM
from engine.casework.job import JobKind
from engine.runtime.act import Act, transact
from engine.runtime.finish_job import finished, held_job
from engine.runtime.fire_timer import NotThatJob
from engine.runtime.stepping import advance
from engine.runtime.wiring import Runtime


def go_on(runtime: Runtime, job_id: str, *, owner: str) -> None:
    """Let an instance go on. One that has ended stays as it is. Raises NotFound, LeaseLost, SnapshotUnreadable."""

    def change(act: Act) -> None:
        job, record = held_job(act, job_id, owner)
        if job.kind is not JobKind.go_on or record is None:
            raise NotThatJob(f"The job {job_id} continues no instance.")
        act.work.jobs.save(finished(job))
        if record.is_active:
            advance(act, record, Continue())

    transact(runtime, SYSTEM, change)
