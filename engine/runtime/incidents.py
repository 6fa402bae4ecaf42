"""An operator repairs an incident: tries again, or gives the result by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.bpmn.kernel.port import CompleteJob, Continue, SetVariables
from engine.casework.actor import Actor
from engine.casework.job import INCIDENT_MOVES, Incident, IncidentState, Job, JobKind, JobState
from engine.casework.policy import Action, permit
from engine.errors import NotFound, Refused
from engine.runtime.act import DAMAGED, Act, transact
from engine.runtime.finish_job import finished
from engine.runtime.stepping import advance, save_noted
from engine.runtime.variables import check_variables
from engine.runtime.wiring import Runtime
from engine.store.records import InstanceRecord


class IncidentDone(Refused):
    """The incident was resolved before."""

    code = "incident-done"

    def __init__(self, incident: Incident) -> None:
        super().__init__(f"The incident {incident.id} is resolved already.", remedy="Nothing to do.")


def retry_incident(runtime: Runtime, incident_id: str, *, by: Actor) -> None:
    """Try again what failed: a job gets all its attempts anew, a token goes on. Raises NotFound, IncidentDone."""

    def change(act: Act) -> None:
        permit(by, Action.repair_jobs)
        incident, job, record = _locked(act, incident_id)
        resolved(act, incident)
        if job is not None:
            tried_again(act, job)
            if record is not None:
                save_noted(act, record)
        elif record is not None:
            _go_on(act, incident, record)

    transact(runtime, by, change)


def resolve_incident(runtime: Runtime, incident_id: str, variables: Mapping[str, Any], *, by: Actor) -> None:
    """Repair by hand: of a connector's job, `variables` are its result; else they are set before the token goes on.

    Raises NotFound, IncidentDone, BadVariables.
    """
    check_variables(variables)

    def change(act: Act) -> None:
        permit(by, Action.repair_jobs)
        incident, job, record = _locked(act, incident_id)
        resolved(act, incident)
        if job is not None and job.kind is JobKind.service and record is not None:
            act.work.jobs.save(finished(job))
            advance(act, record, CompleteJob(wait=job.wait, variables=variables), done=job.wait)
            return
        if record is not None and variables:
            advance(act, record, SetVariables(variables=variables))
        if job is not None:
            tried_again(act, job)
            if record is not None:
                save_noted(act, record)
        elif record is not None:
            _go_on(act, incident, record)

    transact(runtime, by, change)


def _locked(act: Act, incident_id: str) -> tuple[Incident, Job | None, InstanceRecord | None]:
    """The incident with its job and instance: the instance first, as everywhere, so that nobody waits in a circle."""
    incident = act.work.incidents.read(incident_id)
    record = act.work.instances.lock(incident.instance_id) if incident.instance_id else None
    incident = act.work.incidents.lock(incident_id)
    if IncidentState.resolved not in INCIDENT_MOVES[incident.state]:
        raise IncidentDone(incident)
    job = None
    if incident.job_id is not None:
        job = act.work.jobs.lock(incident.job_id)
        if job.state is not JobState.failed:
            raise IncidentDone(incident)
    return incident, job, record


def resolved(act: Act, incident: Incident) -> None:
    """An open incident, under lock, is done with."""
    act.work.incidents.save(
        replace(incident, state=IncidentState.resolved, resolved_at=act.at, resolved_by=act.by.account)
    )
    act.journal(incident.instance_id or "engine", "incident.resolved", incident.id, code=incident.code)


def tried_again(act: Act, job: Job) -> None:
    """A failed job, under lock, gets all its attempts anew."""
    act.work.jobs.save(replace(job, state=JobState.waiting, attempts=0, due_at=act.at))
    act.jobs_are_due = True


def _go_on(act: Act, incident: Incident, record: InstanceRecord) -> None:
    if incident.wait == DAMAGED:
        record.waits.pop(DAMAGED, None)
        advance(act, record, Continue())
        return
    if incident.wait not in record.waits:
        raise NotFound.of("incident", incident.id)
    advance(act, record, Continue(wait=incident.wait), done=incident.wait)
