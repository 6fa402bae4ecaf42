"""Programs outside fetch work of the types they do, and keep their lease alive. They finish it with `finish_job`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from engine.casework.actor import Actor
from engine.casework.job import Job, JobState
from engine.casework.look import LookKind
from engine.casework.policy import Action, permit
from engine.errors import Invalid, Place
from engine.runtime.act import Act, transact
from engine.runtime.consents import may_look_up
from engine.runtime.finish_job import give_up, held_service_job
from engine.runtime.look import looking
from engine.runtime.wiring import Runtime

MOST_JOBS: Final = 100
MOST_TYPES: Final = 50


def fetch_jobs(
    runtime: Runtime, types: Collection[str], *, worker: str, by: Actor, at_most: int = 10, lease_seconds: int = 60
) -> tuple[Job, ...]:
    """Take due jobs of some types, oldest first; each counts as an attempt. Raises Invalid, DutyMissing.

    A job whose workers never came back with a result is given up: its fallback, or an incident (fault matrix, row 22).
    """
    _check(runtime, types, worker, at_most, lease_seconds)
    spent: list[Job] = []

    def change(act: Act) -> tuple[Job, ...]:
        permit(by, Action.repair_jobs)
        taken = act.work.jobs.take(worker, act.at, timedelta(seconds=lease_seconds), at_most, types=types)
        spent[:] = [job for job in taken if job.attempts > job.retries]
        given = tuple(job for job in taken if job.attempts <= job.retries)
        looking(act).at_instances(LookKind.work, {job.instance_id for job in given if job.instance_id})
        return given

    jobs = transact(runtime, by, change)
    alone = replace(runtime, before_commit=None)
    for job in spent:
        give_up(alone, job, owner=worker)
    return tuple(job for job in jobs if may_look_up(alone, job, owner=worker))


def extend_lease(runtime: Runtime, job_id: str, *, worker: str, by: Actor, lease_seconds: int = 60) -> datetime:
    """Keep a job for longer; gives the new end of the lease. Raises LeaseLost, Invalid, DutyMissing."""
    _check(runtime, ["-"], worker, 1, lease_seconds)

    def change(act: Act) -> datetime:
        permit(by, Action.repair_jobs)
        return act.work.jobs.extend(job_id, worker, act.at, timedelta(seconds=lease_seconds))

    return transact(runtime, by, change)


def release_job(runtime: Runtime, job_id: str, *, worker: str, by: Actor) -> None:
    """Give a job back before it is done; the try does not count.

    Raises NotFound, LeaseLost, NoServiceJob, DutyMissing.
    """

    def change(act: Act) -> None:
        permit(by, Action.repair_jobs)
        job, _ = held_service_job(act, job_id, worker)
        returned = replace(job, state=JobState.waiting, lease_owner=None, lease_until=None, due_at=act.at)
        act.work.jobs.save(replace(returned, attempts=max(job.attempts - 1, 0)))
        act.jobs_are_due = True

    transact(runtime, by, change)


def _check(runtime: Runtime, types: Collection[str], worker: str, at_most: int, lease_seconds: int) -> None:
    longest = int(runtime.limits.longest_lease.total_seconds())
    places = []
    if not 0 < len(types) <= MOST_TYPES or any(not 0 < len(name) <= 255 for name in types):
        places.append(Place("/types", f"Expected 1 to {MOST_TYPES} names.", "out-of-range"))
    if not 0 < len(worker) <= 255:
        places.append(Place("/worker", "Expected a name of 1 to 255 characters.", "wrong-length"))
    if not 1 <= at_most <= MOST_JOBS:
        places.append(Place("/at_most", f"Expected 1 to {MOST_JOBS}.", "out-of-range"))
    if not 1 <= lease_seconds <= longest:
        places.append(Place("/lease_seconds", f"Expected 1 to {longest}.", "out-of-range"))
    if places:
        raise Invalid("The jobs cannot be fetched.", places=places, remedy="Correct the places named.")
