"""A timer is due: the instance goes on. Only the worker calls this.

Timers that fell due while nobody worked fire late, each once, oldest first. A cycle makes up each firing it missed, one
by one: the next is due one interval after the one before *was* due, so a daily reminder that was down for three days
comes three times. A cycle in a model says how often something shall happen; to leave firings out in silence would not
be what it says.
"""

from __future__ import annotations

from engine.bpmn.kernel.port import FireTimer, NotWaiting
from engine.casework.actor import SYSTEM
from engine.casework.job import Job, JobKind
from engine.errors import Refused
from engine.runtime.act import Act, transact
from engine.runtime.finish_job import finished, held_job
from engine.runtime.stepping import InstanceEnded, advance
from engine.runtime.wiring import Runtime
from engine.store.records import InstanceRecord


class NotThatJob(Refused):
    """A job of another kind."""

    code = "not-that-job"


def fire_timer(runtime: Runtime, job_id: str, *, owner: str) -> None:
    """Let a timer happen. One that is overtaken does nothing. Raises NotFound, LeaseLost, SnapshotUnreadable."""

    def change(act: Act) -> None:
        job, record = held_job(act, job_id, owner)
        if job.kind is not JobKind.timer or record is None:
            raise NotThatJob(f"The job {job_id} is no timer.")
        fired(act, job, record)

    transact(runtime, SYSTEM, change)


def fired(act: Act, job: Job, record: InstanceRecord) -> None:
    """A timer that is held happens, and its instance goes on."""
    act.work.jobs.save(finished(job))
    act.journal(record.id, "timer.fired", job.element_id)
    try:
        advance(act, record, FireTimer(wait=job.wait), done=job.wait)
    except (NotWaiting, InstanceEnded):
        act.entries(record.id)
