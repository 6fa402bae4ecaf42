"""Deployments and what was deployed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from engine.errors import NotFound
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.records import DefinitionRecord
from engine.store.repositories.deployments import DEFINITION, DEFINITION_COLUMNS, content, definition, find_definition
from engine.store.rows import table_of, taken
from engine.store.tables import deployments as tables

_DEPLOYMENT = table_of(tables.Deployment)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRow:
    """One deployed version of something executable."""

    record: DefinitionRecord
    deployed_at: datetime
    service_key: str | None = None
    """Of a process: the service deployed with it that it stands behind."""

    @property
    def process_id(self) -> str:
        """What models call it."""
        return self.record.key

    @property
    def decision_id(self) -> str:
        """What models call it."""
        return self.record.key

    def __getattr__(self, name: str) -> Any:
        return getattr(self.record, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRow:
    """A deployment in the list."""

    id: str
    deployed_at: datetime
    deployed_by: str
    files: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """A deployed form."""

    form_id: str
    version: int
    form: Mapping[str, Any]


def process_definition_page(
    connection: Connection, *, process_id: str | None = None, limit: int = 25, cursor: str | None = None
) -> Page[DefinitionRow]:
    """Versions of processes, the newest first. One statement. Raises CursorUnknown."""
    return _page(connection, "process", process_id, limit, cursor)


def decision_page(connection: Connection, *, limit: int = 25, cursor: str | None = None) -> Page[DefinitionRow]:
    """Versions of decision definitions, the newest first. One statement. Raises CursorUnknown."""
    return _page(connection, "decision", None, limit, cursor)


def process_definition(connection: Connection, definition_id: str) -> DefinitionRow:
    """One version of a process. Raises NotFound."""
    found = _page(connection, "process", None, 1, None, definition_id)
    if not found.items:
        raise NotFound.of("process definition", definition_id)
    return found.items[0]


def process_xml(connection: Connection, definition_id: str) -> bytes:
    """The BPMN file of one version of a process. Raises NotFound."""
    found = definition(connection, definition_id)
    if found.kind != "process":
        raise NotFound.of("process definition", definition_id)
    return content(connection, found.checksum)


def form(connection: Connection, form_id: str) -> FormRow:
    """The newest version of a form, as it was deployed. Raises NotFound."""
    found = find_definition(connection, "form", form_id)
    return FormRow(form_id=form_id, version=found.version, form=json.loads(content(connection, found.checksum)))


def deployment_page(connection: Connection, *, limit: int = 25, cursor: str | None = None) -> Page[DeploymentRow]:
    """Deployments, the newest first. Two statements. Raises CursorUnknown."""
    start = decode_cursor(cursor, str)
    statement = select(_DEPLOYMENT)
    if start is not None:
        statement = statement.where(_DEPLOYMENT.c.id < start[0])
    most = bounded(limit)
    rows = connection.execute(statement.order_by(_DEPLOYMENT.c.id.desc()).limit(most + 1)).all()
    named = connection.execute(
        select(DEFINITION.c.deployment_id, DEFINITION.c.file_name)
        .where(DEFINITION.c.deployment_id.in_([row.id for row in rows]))
        .distinct()
        .order_by(DEFINITION.c.deployment_id, DEFINITION.c.file_name)
    )
    files: dict[str, list[str]] = {}
    for deployment_id, file_name in named:
        files.setdefault(deployment_id, []).append(file_name)
    found = [
        DeploymentRow(id=row.id, deployed_at=row.created_at, deployed_by=row.created_by, files=files.get(row.id, []))
        for row in rows
    ]
    return page_of(found, most, lambda one: (one.id,))


def _page(
    connection: Connection, kind: str, key: str | None, limit: int, cursor: str | None, only: str | None = None
) -> Page[DefinitionRow]:
    start = decode_cursor(cursor, str)
    service = DEFINITION.alias("service")
    # The least of several, for a deployment may hold several services.
    with_it = select(func.min(service.c.key)).where(
        service.c.deployment_id == DEFINITION.c.deployment_id, service.c.kind == "service"
    )
    statement = (
        select(*DEFINITION_COLUMNS, _DEPLOYMENT.c.created_at, with_it.scalar_subquery().label("service_key"))
        .join(_DEPLOYMENT, _DEPLOYMENT.c.id == DEFINITION.c.deployment_id)
        .where(DEFINITION.c.kind == kind)
    )
    if key is not None:
        statement = statement.where(DEFINITION.c.key == key)
    if only is not None:
        statement = statement.where(DEFINITION.c.id == only)
    if start is not None:
        statement = statement.where(DEFINITION.c.id < start[0])
    most = bounded(limit)
    rows = connection.execute(statement.order_by(DEFINITION.c.id.desc()).limit(most + 1))
    found = [
        DefinitionRow(
            record=DefinitionRecord(**taken(DEFINITION_COLUMNS, row)),
            deployed_at=row.created_at,
            service_key=row.service_key,
        )
        for row in rows
    ]
    return page_of(found, most, lambda one: (one.record.id,))
