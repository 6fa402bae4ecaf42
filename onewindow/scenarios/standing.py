"""How things stand in the store of a running scenario: the case, its open tasks, proofs and incidents, what is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from engine.casework.case import CaseState
from engine.casework.decision import Decision
from engine.casework.job import IncidentState, JobState
from engine.casework.task import TaskState
from engine.casework.term import Term
from engine.store.database import Database
from engine.store.queries.payments import payments_of_case
from engine.store.rows import table_of
from engine.store.tables import cases, jobs, notices, tasks

_CASE, _EVIDENCE = table_of(cases.Case), table_of(cases.Evidence)
_TASK, _JOB, _INCIDENT = table_of(tasks.Task), table_of(jobs.Job), table_of(jobs.Incident)
_NOTICE = table_of(notices.Notice)
_OPEN_TASKS = [str(TaskState.open), str(TaskState.claimed)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task somebody may take."""

    id: str
    element_id: str
    queue: str | None
    assignee: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The case of a scenario as it stands."""

    state: CaseState
    milestone: str | None
    decision: Decision | None
    clock_is_stopped: bool
    deadline_at: datetime | None
    tasks: tuple[OpenTask, ...] = ()
    evidence: dict[str, str] = field(default_factory=dict)
    """Key -> provenance of the newest proof."""
    incidents: dict[str, str] = field(default_factory=dict)
    """Element id -> what happened."""
    payments: tuple[str, ...] = ()
    """States of the payments, the first one first."""
    notices: tuple[str, ...] = ()
    """Templates of the notices, the first one first."""


def standing(database: Database, case_id: str) -> Standing:
    """How a case stands now."""
    with database.read() as connection:
        case = connection.execute(select(_CASE).where(_CASE.c.id == case_id)).one()
        open_tasks = connection.execute(
            select(_TASK)
            .where(_TASK.c.instance_id == case.instance_id, _TASK.c.state.in_(_OPEN_TASKS))
            .order_by(_TASK.c.wait)
        ).all()
        proofs = connection.execute(
            select(_EVIDENCE.c.key, _EVIDENCE.c.provenance)
            .where(_EVIDENCE.c.case_id == case_id, _EVIDENCE.c.outcome == "proved")
            .order_by(_EVIDENCE.c.supplied_at, _EVIDENCE.c.id)
        ).all()
        incidents = connection.execute(
            select(_INCIDENT.c.element_id, _INCIDENT.c.code, _INCIDENT.c.message).where(
                _INCIDENT.c.instance_id == case.instance_id, _INCIDENT.c.state == str(IncidentState.open)
            )
        ).all()
        payments = payments_of_case(connection, case_id)
        told = connection.execute(
            select(_NOTICE.c.template).where(_NOTICE.c.case_id == case_id).order_by(_NOTICE.c.created_at, _NOTICE.c.id)
        ).scalars()
        notices_told = tuple(told)
    return Standing(
        state=CaseState(case.state),
        milestone=case.milestone,
        decision=Decision.from_json(case.decision) if case.decision else None,
        clock_is_stopped=Term.from_json(case.term).clock_is_stopped if case.term else False,
        deadline_at=case.deadline_at,
        tasks=tuple(
            OpenTask(
                id=f"{row.instance_id}-{row.wait}", element_id=row.element_id, queue=row.queue, assignee=row.assignee
            )
            for row in open_tasks
        ),
        evidence={row.key: row.provenance for row in proofs},
        payments=tuple(str(row.payment.state) for row in payments),
        notices=notices_told,
        incidents={row.element_id: f"{row.code}: {row.message}" for row in incidents},
    )


def next_due(database: Database) -> datetime | None:
    """When the next waiting job falls due; None when nothing waits for time or a partner."""
    with database.read() as connection:
        found: datetime | None = connection.execute(
            select(func.min(_JOB.c.available_at)).where(_JOB.c.state == str(JobState.waiting))
        ).scalar()
    return found
