"""Whose data a read is about, in short: what the entry of a look needs to know of a case. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, select

from engine.casework.look import SeenCase
from engine.store.rows import table_of
from engine.store.tables import cases, deployments, instances

_CASE = table_of(cases.Case)
_INSTANCE = table_of(instances.Instance)
_DEFINITION = table_of(deployments.Definition)


def seen_cases(connection: Connection, case_ids: Collection[str]) -> list[SeenCase]:
    """Cases by key. One statement; none where nothing is asked."""
    if not case_ids:
        return []
    statement = _of_cases().where(_CASE.c.id.in_(sorted(case_ids)))
    return [_seen(row, row.id) for row in connection.execute(statement)]


def seen_instances(connection: Connection, instance_ids: Collection[str]) -> list[SeenCase]:
    """The cases behind instances; an instance that no case stands behind is told by its own key. One statement."""
    if not instance_ids:
        return []
    statement = (
        _of_cases(_INSTANCE.c.id.label("instance_id"))
        .select_from(_INSTANCE)
        .outerjoin(_CASE, _CASE.c.id == _INSTANCE.c.case_id)
        .where(_INSTANCE.c.id.in_(sorted(instance_ids)))
    )
    return [_seen(row, row.id or row.instance_id) for row in connection.execute(statement)]


def _of_cases(*more: Any) -> Select[Any]:
    passport = (
        select(_DEFINITION.c.id)
        .where(_DEFINITION.c.kind == "service", _DEFINITION.c.key == _CASE.c.service_key)
        .order_by(_DEFINITION.c.version.desc())
        .limit(1)
        .correlate(_CASE)
        .scalar_subquery()
    )
    return select(_CASE.c.id, _CASE.c.applicant, _CASE.c.agency, _CASE.c.service_key, passport.label("law"), *more)


def _seen(row: Any, key: str) -> SeenCase:
    return SeenCase(
        chain_of=key, applicant=row.applicant or None, agency=row.agency, service=row.service_key, law=row.law
    )
