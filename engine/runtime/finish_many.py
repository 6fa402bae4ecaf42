"""A worker's jobs that ended well about the same time are recorded in one transaction, side by side.

Each job goes through the very acts that it would go through alone (`finish_job`, `fire_timer`), with an `Act` of its
own; only the transaction and its statements are shared (`engine.store.lanes`). What does not go smoothly is not done
here: a job whose instance somebody else holds just now, or that has the instance of another job of the same batch, is
given back to be recorded alone; and any error takes the whole batch back, so that each is recorded alone and only the
one at fault bears the consequence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from engine.casework.actor import SYSTEM
from engine.casework.job import Effect, Job, JobKind, LeaseLost
from engine.runtime.act import Act, announce
from engine.runtime.finish_job import Source, completed, require_held
from engine.runtime.fire_timer import fired
from engine.runtime.variables import check_variables
from engine.runtime.wiring import Runtime
from engine.store.records import InstanceRecord
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A partner was called, and did it."""

    job_id: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    source: Source | None = None
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A timer is due."""

    job_id: str


Ending: TypeAlias = Called | Due


def finish_many(runtime: Runtime, endings: Sequence[Ending], *, owner: str) -> list[Ending]:
    """Record endings together; gives those that are to be recorded alone.

    Those whose lease was lost are passed over: whoever holds the job now says what becomes of it. Raises whatever one
    of them raises; then none is recorded.
    """
    for ending in endings:
        if isinstance(ending, Called):
            check_variables(ending.variables)

    def once(work: UnitOfWork) -> tuple[list[Ending], bool]:
        at = runtime.clock.now()
        held = work.jobs.lock_many([ending.job_id for ending in endings])
        alone: list[Ending] = []
        busy: set[str] = set()
        for ending in endings:
            job, record = held.get(ending.job_id, (None, None))
            if job is None or record is None or record.id in busy:
                alone.append(ending)
                continue
            busy.add(record.id)
            act = Act(runtime=runtime, work=work, by=SYSTEM, at=at)
            try:
                require_held(act, job, owner)
            except LeaseLost:
                continue
            with work.lane():
                _record(act, ending, job, record)
                act.finish()
        return alone, announce(runtime, work, at)

    alone, is_due = runtime.database.run(once, gathers=True)
    if is_due:
        runtime.wake()
    return alone


def _record(act: Act, ending: Ending, job: Job, record: InstanceRecord) -> None:
    match ending:
        case Called():
            completed(act, job, record, ending.variables, ending.source, ending.effects)
        case Due() if job.kind is JobKind.timer:
            fired(act, job, record)
