"""Applications as the applicant follows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import Connection, Select, select, union_all

from engine.casework.actor import Actor
from engine.casework.case import Case, CaseState
from engine.casework.consent import Consent
from engine.casework.decision import Decision
from engine.casework.opening import Opening
from engine.casework.policy import Action
from engine.casework.task import TaskState
from engine.errors import NotFound
from engine.store.encryption.columns import shown
from engine.store.queries.evidence import EvidenceRow, evidence_rows
from engine.store.queries.files import DocumentRow, documents_of_case
from engine.store.queries.openings import openings_of_case
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.queries.payments import PaymentRow, payments_of_case
from engine.store.queries.permitted import Columns, Condition, conditions, of_mandators
from engine.store.queries.services import service_detail
from engine.store.queries.visibility import hidden_from
from engine.store.repositories.prefills import Consents
from engine.store.rows import columns_of, table_of, taken, to_case
from engine.store.tables import cases as tables
from engine.store.tables.accounts import Account
from engine.store.tables.tasks import Task

_CASE = table_of(tables.Case)
_CASE_COLUMNS = columns_of(tables.Case)
_MILESTONE = table_of(tables.MilestoneReached)
_TASK = table_of(Task)
_ACCOUNT = table_of(Account)
_REPRESENTATIVE = _ACCOUNT.alias("representing")
_COLUMNS: Final = Columns(person=_CASE.c.applicant, service=_CASE.c.service_key)
_RECENT_CASES: Final = 50
"""How many closed cases of a service the expected day is reckoned from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRow:
    """An application in short."""

    case: Case
    applicant_name: str | None = None
    representative_name: str | None = None
    """Of who applied for the applicant under a mandate."""
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
    openings: Sequence[Opening] = ()
    """When staff looked at the case without a task, and why."""


def own_applications(
    connection: Connection,
    actor: Actor,
    *,
    on_behalf_of: str | None = None,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[ApplicationRow]:
    """The actor's own applications and those of whom she represents, for the services of the mandate; newest first.

    `on_behalf_of` narrows to one of these accounts; of more than 50 mandators the first 50 are shown. One statement.
    Raises CursorUnknown.
    """
    start = decode_cursor(cursor, str)
    most = bounded(limit)
    parts = []
    for where in _own_parts(actor, on_behalf_of):
        part = _named().where(where).order_by(_CASE.c.id.desc()).limit(most + 1)
        parts.append(part if start is None else part.where(_CASE.c.id < start[0]))
    if not parts:
        return Page(())
    statement = parts[0]
    if len(parts) > 1:
        merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
        statement = select(merged).order_by(merged.c.id.desc()).limit(most + 1)
    found = [_row(row) for row in connection.execute(statement)]
    return page_of(found, most, lambda one: (one.case.id,))


def in_short(connection: Connection, case: Case) -> ApplicationRow:
    """A case at hand as its applicant sees it, with the expected day. Two statements; one where it is decided."""
    names = {
        row.id: row.name
        for row in connection.execute(
            select(_ACCOUNT.c.id, _ACCOUNT.c.name).where(_ACCOUNT.c.id.in_([case.applicant, case.representative or ""]))
        )
    }
    return ApplicationRow(
        case=case,
        applicant_name=names.get(case.applicant),
        representative_name=names.get(case.representative or ""),
        expected_at=_expected_at(connection, case) if case.is_open else None,
    )


def case_seen_by(connection: Connection, actor: Actor, case_id: str) -> Case:
    """A case. Raises NotFound also for who may not see it. One statement."""
    return _seen_by(connection, actor, case_id).case


def _seen_by(connection: Connection, actor: Actor, case_id: str) -> ApplicationRow:
    row = connection.execute(_named().where(_CASE.c.id == case_id)).first()
    if row is None:
        raise NotFound.of("application", case_id)
    found = _row(row)
    found.case.require_seen_by(actor)
    return found


def _own_parts(actor: Actor, on_behalf_of: str | None) -> list[Condition]:
    """Conditions that part what is an actor's own; each is served by one index."""
    if on_behalf_of is None:
        return conditions(actor, Action.list_cases, _COLUMNS)
    if on_behalf_of == actor.account:
        return [_CASE.c.applicant == actor.account]
    return of_mandators(actor, _COLUMNS, only=on_behalf_of)


def _named() -> Select[Any]:
    return (
        select(
            *shown(_CASE_COLUMNS),
            *shown([_ACCOUNT.c.name.label("applicant_name"), _REPRESENTATIVE.c.name.label("representative_name")]),
        )
        .select_from(_CASE)
        .outerjoin(_ACCOUNT, _ACCOUNT.c.id == _CASE.c.applicant)
        .outerjoin(_REPRESENTATIVE, _REPRESENTATIVE.c.id == _CASE.c.representative)
    )


def _row(row: Any) -> ApplicationRow:
    return ApplicationRow(
        case=to_case(taken(_CASE_COLUMNS, row)),
        applicant_name=row.applicant_name,
        representative_name=row.representative_name,
    )


def tracking(connection: Connection, actor: Actor, case_id: str) -> TrackingRow:
    """One application with its steps, evidence, and where it is. Raises NotFound also for who may not see it.

    Ten statements, each by key or index; one more where money went back.
    """
    seen = _seen_by(connection, actor, case_id)
    case = seen.case
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
        applicant_name=seen.applicant_name,
        representative_name=seen.representative_name,
        expected_at=_expected_at(connection, case) if case.is_open else None,
        steps=_steps(connection, case, passport),
        where_now=[task.name for task in tasks],
        clock_is_stopped=case.term.clock_is_stopped if case.term else False,
        documents=documents_of_case(connection, case.id),
        openings=openings_of_case(connection, case.id),
        evidence=evidence_rows(connection, case_id, passport, hidden_from(connection, actor, case.instance_id)),
        own_tasks=[
            OwnTaskRow(id=f"{case.instance_id}-{task.wait}", name=task.name, due_at=task.due_at)
            for task in tasks
            if task.queue is None and actor.acts_for(task.assignee, case.service_key)
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
