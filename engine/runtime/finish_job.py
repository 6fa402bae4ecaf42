"""A job comes to its end: done, failed for now, failed for good, or ended in a business error.

Only who holds the lease may say so; a late result is refused. A failure is repeated after the back-off of header
`retryBackoff` (or when the partner asked for, if that is later); when all attempts are spent, header `errorOnFailure`
names the BPMN error that leads to the model's fallback, and without it an incident is shown to operators.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from engine.bpmn.kernel.port import CompleteJob, ThrowError
from engine.casework.actor import SYSTEM, Actor
from engine.casework.evidence import EvidenceOutcome, MessageProof, Provenance
from engine.casework.exchange import Exchange
from engine.casework.job import Effect, Incident, Job, JobKind, JobState, LeaseLost
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.agreement import DISAGREES, agreement
from engine.runtime.effects import keep_effect, keep_loose_effect
from engine.runtime.evidence import add_evidence
from engine.runtime.prefill_jobs import PREFILL_HEADER, keep_answered, keep_unanswered
from engine.runtime.record_waits import EVIDENCE_HEADER
from engine.runtime.register_asked import note_register_asked
from engine.runtime.stepping import advance, save_noted
from engine.runtime.variables import check_variables
from engine.runtime.wiring import Runtime
from engine.store.records import InstanceRecord

ERROR_ON_FAILURE: Final = "errorOnFailure"
_LONGEST_MESSAGE: Final = 1_000
_DISAGREES: Final = "The answer does not agree with what the applicant stated."
NO_CONSENT: Final = "no-consent"
"""The error of a look-up that the law allows with the applicant's consent alone, where there is none."""
_OUTCOME_OF: Final = {"no-record": EvidenceOutcome.no_record, NO_CONSENT: EvidenceOutcome.no_consent}


class NoServiceJob(Forbidden):
    """Only work of connectors is finished from outside; timers and the like are the engine's own."""

    code = "no-service-job"

    def __init__(self) -> None:
        super().__init__("This job is the engine's own.", remedy="Fetch jobs of the types you do.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where what a job found came from: the provenance of an evidence."""

    name: str
    """Register and operation."""
    purpose: str = ""
    legal_basis: str = ""
    fetched_at: datetime | None = None
    """When the register answered; None takes it that it was just now."""
    is_reused: bool = False
    """Whether it answered for an earlier case of the same person."""
    proof: MessageProof | None = None
    """By which message it came."""


def complete_job(
    runtime: Runtime,
    job_id: str,
    variables: Mapping[str, Any],
    *,
    owner: str,
    by: Actor,
    source: Source | None = None,
    effects: Sequence[Effect] = (),
) -> None:
    """The work is done; `variables` go to the case, `effects` are kept. Raises NotFound, LeaseLost, BadVariables."""
    check_variables(variables)

    def change(act: Act) -> None:
        job, record = held_job(act, job_id, owner)
        if job.kind is not JobKind.service or (record is None and by.account != SYSTEM.account):
            raise NoServiceJob
        if record is not None:
            completed(act, job, record, variables, source, effects)
            return
        act.work.jobs.save(finished(job))
        if PREFILL_HEADER in job.headers:
            keep_answered(
                act,
                job,
                variables,
                fetched_at=source.fetched_at if source else None,
                is_reused=source.is_reused if source else False,
                proof=source.proof if source else None,
            )
        for effect in effects:
            keep_loose_effect(act, job, effect)

    transact(runtime, by, change)


def completed(
    act: Act,
    job: Job,
    record: InstanceRecord,
    variables: Mapping[str, Any],
    source: Source | None,
    effects: Sequence[Effect],
) -> None:
    """A job that is held is done, and its instance goes on."""
    key = job.headers.get(EVIDENCE_HEADER)
    agrees, compared = agreement(act, record, job, variables)
    act.work.jobs.save(finished(job) if agrees else replace(finished(job), last_error=_DISAGREES))
    if agrees:
        act.journal(record.id, "job.completed", job.id, element=job.element_id, type=job.type)
    if source is not None and not source.is_reused:
        note_register_asked(
            act, record.id, job, register=source.name, purpose=source.purpose, legal_basis=source.legal_basis
        )
    if key and record.case is not None:
        add_evidence(
            act,
            record,
            key,
            Provenance.register,
            source=source.name if source else job.type,
            purpose=source.purpose if source else "",
            legal_basis=source.legal_basis if source else "",
            fetched_at=(source.fetched_at or act.at) if source else None,
            is_reused=source.is_reused if source else False,
            proof=source.proof if source else None,
            content=variables,
            outcome=EvidenceOutcome.proved if agrees else EvidenceOutcome.disagrees,
            compared=compared,
        )
    for effect in effects:
        keep_effect(act, record, job, effect)
    if agrees:
        advance(act, record, CompleteJob(wait=job.wait, variables=variables), done=job.wait)
        return
    act.journal(record.id, "job.error-thrown", job.id, element=job.element_id, code=DISAGREES)
    thrown = ThrowError(wait=job.wait, code=DISAGREES, message=_DISAGREES, variables=variables)
    advance(act, record, thrown, done=job.wait)


def throw_error(
    runtime: Runtime,
    job_id: str,
    code: str,
    message: str,
    variables: Mapping[str, Any],
    *,
    owner: str,
    by: Actor,
    exchanges: Sequence[Exchange] = (),
) -> None:
    """The work ended in a business error, for an error event to catch. Raises NotFound, LeaseLost, BadVariables."""
    check_variables(variables)

    def change(act: Act) -> None:
        job, record = held_service_job(act, job_id, owner)
        act.work.exchanges.keep_many(exchanges)
        note_register_asked(act, record.id, job, answered=False)
        throw(act, job, record, code, message, variables)

    transact(runtime, by, change)


def fail_job(
    runtime: Runtime,
    job_id: str,
    message: str,
    *,
    owner: str,
    by: Actor,
    retry_after: timedelta | None = None,
    at_once: bool = False,
    retries_left: int | None = None,
    code: str = "job-failed",
    remedy: str = "",
    exchanges: Sequence[Exchange] = (),
) -> JobState:
    """The work failed. Gives what became of the job: waiting (again), failed (an incident), done (an error thrown).

    `at_once` spends all attempts: repeating is useless; `retries_left` says how many remain, whatever the model says.
    `exchanges` with the partner are kept for operators.
    Raises NotFound, LeaseLost.
    """

    def change(act: Act) -> JobState:
        job, record = held_job(act, job_id, owner)
        if job.kind is not JobKind.service and by.account != "system":
            raise NoServiceJob
        act.work.exchanges.keep_many(exchanges)
        is_live = record is not None and record.is_active
        was_noted = is_live and note_register_asked(act, job.instance_id or "", job, answered=False)
        if retries_left is not None:
            job = replace(job, retries=job.attempts + retries_left)
        said = " ".join(message.split())[:_LONGEST_MESSAGE]
        if not at_once and job.attempts < job.retries:
            due_at = act.at + max(_backoff(job), retry_after or timedelta())
            waiting = replace(job, state=JobState.waiting, lease_owner=None, lease_until=None)
            act.work.jobs.save(replace(waiting, due_at=due_at, last_error=said))
            if was_noted and record is not None:
                save_noted(act, record)
            return JobState.waiting
        if PREFILL_HEADER in job.headers:
            act.work.jobs.save(replace(finished(job), last_error=said))
            keep_unanswered(act, job)
            return JobState.done
        thrown = job.headers.get(ERROR_ON_FAILURE)
        if thrown and record is not None and job.kind is JobKind.service:
            throw(act, job, record, thrown, said, {})
            return JobState.done
        failed = replace(job, state=JobState.failed, lease_owner=None, lease_until=None, last_error=said)
        act.work.jobs.save(failed)
        _raise_incident(act, failed, record, code, remedy)
        return JobState.failed

    return transact(runtime, by, change)


def give_up(runtime: Runtime, job: Job, *, owner: str) -> None:
    """A job that was taken once more than it has attempts: nobody who took it came back. Raises NotFound, LeaseLost."""
    message = "Every worker that took this job died of it, or never answered."
    fail_job(runtime, job.id, message, owner=owner, by=SYSTEM, at_once=True, code="job-kills-workers")


def hand_back(runtime: Runtime, job_id: str, *, owner: str, by: Actor) -> None:
    """A worker that stops gives back an unfinished job; the attempt does not count. Raises NotFound, LeaseLost."""

    def change(act: Act) -> None:
        job, _ = held_job(act, job_id, owner)
        returned = replace(job, state=JobState.waiting, lease_owner=None, lease_until=None, due_at=act.at)
        act.work.jobs.save(replace(returned, attempts=max(job.attempts - 1, 0)))
        act.jobs_are_due = True

    transact(runtime, by, change)


def held_job(act: Act, job_id: str, owner: str) -> tuple[Job, InstanceRecord | None]:
    """A job under lock, with its instance where it has one, which is locked first. Raises NotFound, LeaseLost."""
    try:
        job, record = act.work.jobs.lock_with_instance(job_id)
    except NotFound:
        return require_held(act, act.work.jobs.lock(job_id), owner), None
    return require_held(act, job, owner), record


def held_service_job(act: Act, job_id: str, owner: str) -> tuple[Job, InstanceRecord]:
    """A job of a connector under lock, with its instance. Raises NotFound, LeaseLost, NoServiceJob."""
    job, record = held_job(act, job_id, owner)
    if job.kind is not JobKind.service or record is None:
        raise NoServiceJob
    return job, record


def require_held(act: Act, job: Job, owner: str) -> Job:
    """The job, when its lease is still this owner's. Raises LeaseLost."""
    is_held = job.lease_until is not None and job.lease_until > act.at
    if job.state is not JobState.running or job.lease_owner != owner or not is_held:
        raise LeaseLost(job.id, owner)
    act.work.jobs.trace = job.trace  # what comes of it belongs to the same trace
    return job


def finished(job: Job) -> Job:
    """The job, done; what it carried is dropped."""
    return replace(job, state=JobState.done, lease_owner=None, lease_until=None, payload={})


def throw(act: Act, job: Job, record: InstanceRecord, code: str, message: str, variables: Mapping[str, Any]) -> None:
    """A job that is held ends in an error; where it was to prove something, the case says why it is not proved."""
    act.work.jobs.save(replace(finished(job), last_error=message[:_LONGEST_MESSAGE]))
    key = job.headers.get(EVIDENCE_HEADER)
    if key and record.case is not None:
        headers = job.headers
        asked = f"{headers.get('register', job.type)} {headers.get('operation', '')}".strip()
        add_evidence(
            act,
            record,
            key,
            Provenance.register,
            source=asked,
            purpose=headers.get("purpose", ""),
            legal_basis=headers.get("legalBasis", ""),
            content=None,
            outcome=_OUTCOME_OF.get(code, EvidenceOutcome.no_answer),
        )
    act.journal(record.id, "job.error-thrown", job.id, element=job.element_id, code=code)
    advance(act, record, ThrowError(wait=job.wait, code=code, message=message, variables=variables), done=job.wait)


def _raise_incident(act: Act, job: Job, record: InstanceRecord | None, code: str, remedy: str) -> None:
    act.work.incidents.raise_many(
        [
            Incident(
                id=new_key(),
                instance_id=job.instance_id,
                wait=job.wait,
                element_id=job.element_id,
                code=code,
                message=job.last_error or "",
                remedy=remedy or "Repair the cause, then retry the incident; or resolve it with the result by hand.",
                job_id=job.id,
                created_at=act.at,
            )
        ]
    )
    if record is not None and record.is_active:
        act.journal(record.id, "incident.raised", job.element_id or job.id, code=code)
        save_noted(act, record)


def _backoff(job: Job) -> timedelta:
    try:
        return job.backoff()
    except Invalid:
        return timedelta(seconds=30)
