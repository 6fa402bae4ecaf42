"""Rows to values and back, for values of the domain that have a table of their own."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from engine.casework.case import Case, CaseState
from engine.casework.decision import Decision
from engine.casework.job import Incident, IncidentState, Job, JobKind, JobState
from engine.casework.retention import RecordState
from engine.casework.task import Task, TaskState
from engine.casework.term import Term
from engine.feel.codec import decode, encode
from engine.identity import CaseNumber, QueueName
from engine.store.encryption.columns import protected
from engine.store.tables import cases, jobs, tasks
from engine.store.tables.base import Base

R = TypeVar("R")

END_OF_TIME: Final = sys.maxsize
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def table_of(model: type[Base]) -> Table:
    """The table a typed class declares."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


_CASE: Final = table_of(cases.Case)
_JOB: Final = table_of(jobs.Job)
_TASK: Final = table_of(tasks.Task)


def insert_into(table: Table, connection: Connection) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may say what happens ON CONFLICT, which both databases write the same."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def columns_of(model: type[Base], *without: str) -> list[Column[Any]]:
    """The columns of a table in order."""
    return [column for column in table_of(model).columns if column.name not in without]


def taken(columns: Sequence[Column[Any]], row: Sequence[Any], start: int = 0) -> dict[str, Any]:
    """The values of some columns of a row, by name, from position `start`."""
    return {column.name: value for column, value in zip(columns, row[start:], strict=False)}


def plain(record: Any) -> dict[str, Any]:
    """The fields of a record by name, as a row."""
    return {one.name: getattr(record, one.name) for one in fields(record)}


def to_variables(text: str | None) -> dict[str, Any]:
    """FEEL values of a column."""
    values = decode(text) if text else {}
    assert isinstance(values, dict)
    return values


def of_variables(values: Mapping[str, Any]) -> str | None:
    """A column of FEEL values; nothing for none."""
    return encode(dict(values)) if values else None


def to_task(row: Mapping[str, Any], service_key: str | None = None) -> Task:
    """A task of its row, and the service of its case."""
    return Task(
        instance_id=row["instance_id"],
        wait=row["wait"],
        element_id=row["element_id"],
        name=row["name"],
        queue=QueueName.parse(row["queue"]) if row["queue"] else None,
        state=TaskState(row["state"]),
        assignee=row["assignee"],
        case_id=row["case_id"],
        priority=row["priority"],
        due_at=row["due_at"],
        follow_up_at=row["follow_up_at"],
        form_id=row["form_id"],
        properties=row["properties"] or {},
        created_at=row["created_at"],
        claimed_at=row["claimed_at"],
        completed_at=row["completed_at"],
        draft=to_variables(row["draft"]) if row["draft"] else None,
        version=row["version"],
        acted_for=row["acted_for"],
        offered_to=row["offered_to"],
        service_key=service_key,
    )


def of_task(task: Task) -> dict[str, Any]:
    """The row of a task."""
    row = {
        "instance_id": task.instance_id,
        "wait": task.wait,
        "element_id": task.element_id,
        "name": task.name,
        "queue": str(task.queue) if task.queue else None,
        "state": str(task.state),
        "assignee": task.assignee,
        "case_id": task.case_id,
        "priority": task.priority,
        "priority_rank": 100 - task.priority,
        "due_at": task.due_at,
        "due_rank": due_rank(task.due_at),
        "follow_up_at": task.follow_up_at,
        "form_id": task.form_id,
        "properties": dict(task.properties) or None,
        "created_at": task.created_at,
        "claimed_at": task.claimed_at,
        "completed_at": task.completed_at,
        "draft": of_variables(task.draft or {}),
        "version": task.version,
        "acted_for": task.acted_for,
        "offered_to": task.offered_to,
    }
    return protected(_TASK, row)


def due_rank(due_at: datetime | None) -> int:
    """Where a due date stands in the order of a queue: microseconds since 1970; no date comes last."""
    if due_at is None:
        return END_OF_TIME
    return (due_at - _EPOCH) // _MICROSECOND


def to_job(row: Mapping[str, Any]) -> Job:
    """A job of its row."""
    return Job(
        id=row["id"],
        kind=JobKind(row["kind"]),
        type=row["type"],
        instance_id=row["instance_id"],
        wait=row["wait"],
        element_id=row["element_id"],
        state=JobState(row["state"]),
        due_at=row["due_at"],
        attempts=row["attempts"],
        retries=row["retries"],
        lease_owner=row["lease_owner"],
        lease_until=row["lease_until"],
        headers=row["headers"] or {},
        payload=to_variables(row["payload"]),
        term=row["term"],
        last_error=row["last_error"],
        created_at=row["created_at"],
        procedure=row["procedure"],
        trace=row["trace"],
    )


def of_job(job: Job) -> dict[str, Any]:
    """The row of a job."""
    row = {
        **plain(job),
        "kind": str(job.kind),
        "partner": job.partner,
        "state": str(job.state),
        "headers": dict(job.headers) or None,
        "payload": of_variables(job.payload),
        "available_at": job.lease_until if job.state is JobState.running and job.lease_until else job.due_at,
    }
    return protected(_JOB, row)


def to_incident(row: Mapping[str, Any]) -> Incident:
    """An incident of its row."""
    return Incident(**{**row, "state": IncidentState(row["state"])})


def of_incident(incident: Incident) -> dict[str, Any]:
    """The row of an incident."""
    return {**plain(incident), "state": str(incident.state)}


def to_case(row: Mapping[str, Any]) -> Case:
    """A case of its row."""
    return Case(
        **{
            **row,
            "number": CaseNumber.parse(row["number"]),
            "state": CaseState(row["state"]),
            "term": Term.from_json(row["term"]) if row["term"] else None,
            "decision": Decision.from_json(row["decision"]) if row["decision"] else None,
            "record": RecordState(row["record"]),
        }
    )


def of_case(case: Case) -> dict[str, Any]:
    """The row of a case."""
    row = {
        **plain(case),
        "number": str(case.number),
        "state": str(case.state),
        "term": case.term.to_json() if case.term else None,
        "decision": case.decision.to_json() if case.decision else None,
        "record": str(case.record),
    }
    return protected(_CASE, row)
