"""Process instances as analysts and operators see them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from engine.casework.actor import Actor
from engine.casework.visibility import Hidden
from engine.errors import NotFound
from engine.feel.codec import readable
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.queries.tasks import OpenTaskRow, open_tasks_of
from engine.store.queries.visibility import hidden_from
from engine.store.rows import table_of, to_variables
from engine.store.tables import instances as tables
from engine.store.tables.cases import Case
from engine.store.tables.deployments import Definition

_INSTANCE = table_of(tables.Instance)
_ACTIVITY = table_of(tables.Activity)
_CASE = table_of(Case)
_DEFINITION = table_of(Definition)
_OUTCOMES = {"c": "completed", "x": "cancelled", "f": "failed", None: "entered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRow:
    """An instance in a list."""

    id: str
    process_id: str
    definition_id: str
    definition_version: int
    state: str
    version: int
    visits: int
    case_number: str | None
    started_at: datetime
    ended_at: datetime | None
    parent_id: str | None = None
    """Called processes run within their caller's instance, so there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceDetail(InstanceRow):
    """An instance and what it waits for."""

    open_tasks: Sequence[OpenTaskRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """One visit of one element. `at` is when it was entered, `change` how it stands."""

    seq: int
    at: datetime
    ended_at: datetime | None
    change: str
    element_id: str
    element_type: str
    element_instance: int
    detail: Mapping[str, Any]


def instance_page(
    connection: Connection,
    *,
    process_id: str | None = None,
    state: str | None = None,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[InstanceRow]:
    """Instances, the newest first. One statement. Raises CursorUnknown."""
    start = decode_cursor(cursor, str)
    statement = _rows()
    if process_id is not None:
        statement = statement.where(_INSTANCE.c.process_id == process_id)
    if state is not None:
        statement = statement.where(_INSTANCE.c.state == state)
    if start is not None:
        statement = statement.where(_INSTANCE.c.id < start[0])
    most = bounded(limit)
    rows = connection.execute(statement.order_by(_INSTANCE.c.id.desc()).limit(most + 1))
    return page_of([InstanceRow(**row._mapping) for row in rows], most, lambda one: (one.id,))


def instance_detail(connection: Connection, instance_id: str) -> InstanceDetail:
    """One instance with its open tasks. Raises NotFound. Two statements."""
    row = connection.execute(_rows().where(_INSTANCE.c.id == instance_id)).first()
    if row is None:
        raise NotFound.of("instance", instance_id)
    return InstanceDetail(**row._mapping, open_tasks=open_tasks_of(connection, instance_id))


def history_page(
    connection: Connection, actor: Actor, instance_id: str, *, limit: int = 25, cursor: str | None = None
) -> Page[ActivityRow]:
    """Visits of elements in the order they began, without what the actor may not see. Two statements.

    Raises CursorUnknown.
    """
    hidden = hidden_from(connection, actor, instance_id)
    start = decode_cursor(cursor, int)
    statement = select(_ACTIVITY).where(_ACTIVITY.c.instance_id == instance_id)
    if start is not None:
        statement = statement.where(_ACTIVITY.c.visit > start[0])
    most = bounded(limit)
    found = [
        ActivityRow(
            seq=row.visit,
            at=row.entered_at,
            ended_at=row.ended_at,
            change=_OUTCOMES[row.outcome],
            element_id=row.element_id,
            element_type=row.element_type,
            element_instance=row.visit,
            detail=_shown(readable(row.detail or {}), hidden),
        )
        for row in connection.execute(statement.order_by(_ACTIVITY.c.visit).limit(most + 1))
    ]
    return page_of(found, most, lambda one: (one.seq,))


def _shown(detail: Mapping[str, Any], hidden: Hidden) -> Mapping[str, Any]:
    """A detail without hidden values; a trace that speaks of a hidden field is not shown at all."""
    if not hidden:
        return detail
    return {
        name: hidden.scrubbed(value)
        for name, value in detail.items()
        if not hidden.is_named_in(json.dumps(value, default=str))
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMadeRow:
    """A decision that an instance made by a decision definition."""

    element_id: str
    at: datetime
    decision_id: str
    definition_id: str
    trace: Sequence[Mapping[str, Any]]
    """As `engine.dmn.kept` reads it."""


def decisions_made(connection: Connection, actor: Actor, instance_id: str, *, limit: int = 50) -> list[DecisionMadeRow]:
    """The decisions an instance made, the first one first; none that asked for what the actor may not see.

    Two statements.
    """
    hidden = hidden_from(connection, actor, instance_id)
    statement = (
        select(_ACTIVITY.c.element_id, _ACTIVITY.c.entered_at, _ACTIVITY.c.detail)
        .where(_ACTIVITY.c.instance_id == instance_id, _ACTIVITY.c.element_type == "BusinessRuleTask")
        .order_by(_ACTIVITY.c.visit)
        .limit(bounded(limit))
    )
    return [
        DecisionMadeRow(
            element_id=row.element_id,
            at=row.entered_at,
            decision_id=row.detail["decision"],
            definition_id=row.detail["definition"],
            trace=hidden.scrubbed(row.detail["trace"]),
        )
        for row in connection.execute(statement)
        if row.detail and row.detail.get("definition") and row.detail.get("trace")
        if not hidden.is_named_in(json.dumps(row.detail["trace"]))
    ]


def variables(connection: Connection, actor: Actor, instance_id: str) -> dict[str, Any]:
    """FEEL values of the process's own scope that the actor may see, as they were after the last step.

    Raises NotFound.
    """
    row = connection.execute(select(_INSTANCE.c.variables).where(_INSTANCE.c.id == instance_id)).first()
    if row is None:
        raise NotFound.of("instance", instance_id)
    return hidden_from(connection, actor, instance_id).without(to_variables(row.variables))


def _rows() -> Select[Any]:
    return (
        select(
            _INSTANCE.c.id,
            _INSTANCE.c.process_id,
            _INSTANCE.c.definition_id,
            _DEFINITION.c.version.label("definition_version"),
            _INSTANCE.c.state,
            _INSTANCE.c.version,
            _INSTANCE.c.visits,
            _CASE.c.number.label("case_number"),
            _INSTANCE.c.started_at,
            _INSTANCE.c.ended_at,
        )
        .join(_DEFINITION, _DEFINITION.c.id == _INSTANCE.c.definition_id)
        .outerjoin(_CASE, _CASE.c.id == _INSTANCE.c.case_id)
    )
