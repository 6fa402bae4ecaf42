"""Does the work that is due in a running scenario, one job after the other, like a worker without threads."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from engine.casework.actor import SYSTEM
from engine.casework.job import Job, JobKind
from engine.connectors.contract import BusinessError, JobRequest, PartnerRefused, PartnerUnavailable
from engine.errors import OnewindowError
from engine.feel import from_json, to_json
from engine.identity import new_key
from engine.runtime.finish_job import Source, complete_job, fail_job, throw_error
from engine.runtime.fire_timer import fire_timer
from engine.runtime.go_on import go_on
from engine.runtime.spread import spread
from onewindow.scenarios.stage import Stage

_OWNER: Final = "scenario"
_LEASE: Final = timedelta(minutes=1)
MOST_JOBS: Final = 1_000
"""Jobs done at one moment; more means that something repeats without end."""


class EndlessWork(OnewindowError):
    """Automatic work never came to rest."""

    code = "endless-work"


def work_off(stage: Stage) -> None:
    """Do all that is due now, and what becomes due by it. Raises EndlessWork, and what a use case raises."""
    done = 0
    while jobs := _take(stage):
        for job in jobs:
            done += 1
            if done > MOST_JOBS:
                raise EndlessWork(f"More than {MOST_JOBS} jobs were due at one moment: does the model repeat itself?")
            _carry_out(stage, job)


def _take(stage: Stage) -> list[Job]:
    with stage.runtime.database.work() as work:
        return work.jobs.take(
            _OWNER, stage.clock.now(), _LEASE, 1, types=stage.registry.names, kinds=set(JobKind) - {JobKind.service}
        )


def _carry_out(stage: Stage, job: Job) -> None:
    runtime = stage.runtime
    if job.kind is JobKind.service:
        _call(stage, job)
    elif job.kind is JobKind.timer:
        fire_timer(runtime, job.id, owner=_OWNER)
    elif job.kind is JobKind.go_on:
        go_on(runtime, job.id, owner=_OWNER)
    else:
        spread(runtime, job.id, owner=_OWNER)


def _call(stage: Stage, job: Job) -> None:
    runtime, connector = stage.runtime, stage.registry.named(job.type)
    request = JobRequest(
        job_id=job.id,
        idempotency_key=job.idempotency_key,
        request_id=new_key(),
        attempt=job.attempts,
        headers=job.headers,
        variables=to_json(dict(job.payload)),
    )
    try:
        outcome = connector.call(request)
    except PartnerUnavailable as away:
        fail_job(runtime, job.id, str(away), owner=_OWNER, by=SYSTEM)
        return
    except PartnerRefused as refused:
        fail_job(runtime, job.id, str(refused), owner=_OWNER, by=SYSTEM, at_once=True)
        return
    variables = from_json(dict(outcome.variables))
    if isinstance(outcome, BusinessError):
        throw_error(runtime, job.id, outcome.code, outcome.message, variables, owner=_OWNER, by=SYSTEM)
        return
    source = None
    if outcome.lookup is not None:
        found = outcome.lookup
        source = Source(
            name=f"{found.register} {found.operation}", purpose=found.purpose, legal_basis=found.legal_basis
        )
    complete_job(runtime, job.id, variables, owner=_OWNER, by=SYSTEM, source=source)
