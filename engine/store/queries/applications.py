"""Applications as the applicant follows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import Connection, select

from engine.casework.actor import Actor
from engine.casework.case import Case, CaseState
from engine.casework.consent import Consent
from engine.casework.decision import Decision
from engine.casework.task import TaskState
from engine.errors import NotFound
from engine.store.queries.evidence import EvidenceRow, evidence_rows
from engine.store.queries.files import DocumentRow, documents_of_case
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.queries.payments import PaymentRow, payments_of_case
from engine.store.queries.services import service_detail
from engine.store.repositories.prefills import Consents
from engine.store.rows import columns_of, table_of, taken, to_case
from engine.store.tables import cases as tables
from engine.store.tables.tasks import Task

_CASE = table_of(tables.Case)
_CASE_COLUMNS = columns_of(tables.Case)
_MILESTONE = table_of(tables.MilestoneReached)
_TASK = table_of(Task)
_RECENT_CASES: Final = 50
"""How many closed cases of a service the expected day is reckoned from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRow:
    """An application in short."""

    case: Case
    expected_at: datetime | None = None
    """When a decision is likely; the list does not reckon it."""

    @property
    def outcome(self) -> str | None:
        """How it was decided."""
        return str(self.case.decision.outcome) if self.case.decision else None

    @property
    def decided_at(self) -> datetime | None:
        """When it was decided."""
        return self.case.decision.decided_at if self.case.decision else None

    @property
    def decision(self) -> Decision | None:
        """The administrative act."""
        return self.case.decision

    def __getattr__(self, name: str) -> Any:
        return getattr(self.case, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A milestone of the service: `done`, `current` or `ahead`."""

    key: str
    title: Mapping[str, str]
    state: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTaskRow:
    """What the applicant must do."""

    id: str
    name: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingRow(ApplicationRow):
    """Everything the applicant may know."""

    steps: Sequence[StepRow]
    where_now: Sequence[str]
    """What people are at; where nobody is, the current step says it."""
    clock_is_stopped: bool
    evidence: Sequence[EvidenceRow]
    own_tasks: Sequence[OwnTaskRow]
    payments: Sequence[PaymentRow] = ()
    consents: Sequence[Consent] = ()
    """What the applicant allowed registers to be asked for this service, the newest first."""
    documents: Sequence[DocumentRow] = ()


def own_applications(
    connection: Connection, actor: Actor, *, limit: int = 25, cursor: str | None = None
) -> Page[ApplicationRow]:
    """The actor's own applications, the newest first. One statement. Raises CursorUnknown."""
    start = decode_cursor(cursor, str)
    statement = select(*_CASE_COLUMNS).where(_CASE.c.applicant == actor.account)
    if start is not None:
        statement = statement.where(_CASE.c.id < start[0])
    most = bounded(limit)
    rows = connection.execute(statement.order_by(_CASE.c.id.desc()).limit(most + 1))
    found = [ApplicationRow(case=to_case(taken(_CASE_COLUMNS, row))) for row in rows]
    return page_of(found, most, lambda one: (one.case.id,))


def in_short(connection: Connection, case: Case) -> ApplicationRow:
    """A case at hand as its applicant sees it, with the expected day. One statement, where it is not decided."""
    return ApplicationRow(case=case, expected_at=_expected_at(connection, case) if case.is_open else None)


def case_seen_by(connection: Connection, actor: Actor, case_id: str) -> Case:
    """A case. Raises NotFound also for who may not see it. One statement."""
    row = connection.execute(select(*_CASE_COLUMNS).where(_CASE.c.id == case_id)).first()
    if row is None:
        raise NotFound.of("application", case_id)
    case = to_case(taken(_CASE_COLUMNS, row))
    case.require_seen_by(actor)
    return case


def tracking(connection: Connection, actor: Actor, case_id: str) -> TrackingRow:
    """One application with its steps, evidence, and where it is. Raises NotFound also for who may not see it.

    Eight statements, each by key or index; one more where money went back.
    """
    case = case_seen_by(connection, actor, case_id)
    tasks = connection.execute(
        select(_TASK.c.wait, _TASK.c.name, _TASK.c.assignee, _TASK.c.due_at, _TASK.c.queue)
        .where(
            _TASK.c.instance_id == case.instance_id,
            _TASK.c.state.in_([str(TaskState.open), str(TaskState.claimed)]),
        )
        .order_by(_TASK.c.wait)
    ).all()
    passport = service_detail(connection, case.service_key).passport
    return TrackingRow(
        case=case,
        expected_at=_expected_at(connection, case) if case.is_open else None,
        steps=_steps(connection, case, passport),
        where_now=[task.name for task in tasks],
        clock_is_stopped=case.term.clock_is_stopped if case.term else False,
        documents=documents_of_case(connection, case.id),
        evidence=evidence_rows(connection, case_id, passport),
        own_tasks=[
            OwnTaskRow(id=f"{case.instance_id}-{task.wait}", name=task.name, due_at=task.due_at)
            for task in tasks
            if task.assignee == actor.account and task.queue is None
        ],
        payments=payments_of_case(connection, case_id),
        consents=_consents(connection, case, passport),
    )


def _consents(connection: Connection, case: Case, passport: Mapping[str, Any]) -> list[Consent]:
    """One statement, where the service asks for consents; none else."""
    if not any("consent" in one for one in (passport.get("evidence") or {}).values()):
        return []
    return Consents(connection).of(case.applicant, case.service_key)


def _steps(connection: Connection, case: Case, passport: Mapping[str, Any]) -> list[StepRow]:
    """The service's milestones in its order: reached ones with their last time, then those ahead."""
    titles = passport.get("milestones") or {}
    reached = {
        row.milestone: row.reached_at
        for row in connection.execute(
            select(_MILESTONE.c.milestone, _MILESTONE.c.reached_at)
            .where(_MILESTONE.c.case_id == case.id)
            .order_by(_MILESTONE.c.seq)
        )
    }
    return [
        StepRow(key=key, title=one["title"], state=_state_of(case, key, key in reached), at=reached.get(key))
        for key, one in titles.items()
        if key in reached or (case.is_open and one.get("shown_ahead", True))
    ]


def _state_of(case: Case, key: str, is_reached: bool) -> str:
    if key == case.milestone:
        return "current" if case.is_open else "done"
    return "done" if is_reached else "ahead"


def _expected_at(connection: Connection, case: Case) -> datetime | None:
    """Submission and the median of how long the last closed cases took; the legal deadline where there are none."""
    statement = (
        select(_CASE.c.submitted_at, _CASE.c.closed_at)
        .where(
            _CASE.c.agency == case.agency,
            _CASE.c.service_key == case.service_key,
            _CASE.c.state == str(CaseState.decided),
        )
        .order_by(_CASE.c.id.desc())
        .limit(_RECENT_CASES)
    )
    lengths = [(row.closed_at - row.submitted_at).total_seconds() for row in connection.execute(statement)]
    return case.submitted_at + timedelta(seconds=median(lengths)) if lengths else case.deadline_at
