"""The catalogue of public services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from statistics import median, quantiles
from types import MappingProxyType
from typing import Any, Final

import yaml
from sqlalchemy import Connection, Select, func, select

from engine.casework.case import CaseState
from engine.errors import NotFound
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.rows import table_of
from engine.store.tables import cases
from engine.store.tables import deployments as tables

_DEFINITION = table_of(tables.Definition)
_RESOURCE = table_of(tables.Resource)
_CASE = table_of(cases.Case)
_MOST_PASSPORTS: Final = 1_000
_RECENT_CASES: Final = 200
_FEWEST_CASES: Final = 5
"""Of fewer nothing is told: it would say more of them than of the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """A service in the catalogue, in its newest version. `passport` is its service.yaml, checked at deployment."""

    key: str
    version: int
    agency: str
    passport: Mapping[str, Any]

    @property
    def title(self) -> dict[str, str]:
        """In every language."""
        return dict(self.passport["title"])

    @property
    def description(self) -> dict[str, str]:
        """In every language."""
        return dict(self.passport["description"])

    @property
    def form_id(self) -> str | None:
        """The form an applicant fills in."""
        return self.passport.get("form")


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """How long the last decided cases of a service took, from submission to the end."""

    median: timedelta
    most: timedelta
    """Nine of ten took no longer."""
    cases: int


def service_page(connection: Connection, *, limit: int = 25, cursor: str | None = None) -> Page[ServiceRow]:
    """All services, by key. One statement. Raises CursorUnknown."""
    start = decode_cursor(cursor, str)
    newest = (
        select(_DEFINITION.c.key, func.max(_DEFINITION.c.version).label("version"))
        .where(_DEFINITION.c.kind == "service")
        .group_by(_DEFINITION.c.key)
    )
    if start is not None:
        newest = newest.where(_DEFINITION.c.key > start[0])
    most = bounded(limit)
    found = newest.order_by(_DEFINITION.c.key).limit(most + 1).subquery()
    statement = (
        _services()
        .join(found, (found.c.key == _DEFINITION.c.key) & (found.c.version == _DEFINITION.c.version))
        .order_by(_DEFINITION.c.key)
    )
    rows = [_row(row) for row in connection.execute(statement)]
    return page_of(rows, most, lambda one: (one.key,))


def service_detail(connection: Connection, key: str) -> ServiceRow:
    """The newest version of a service. One statement. Raises NotFound."""
    statement = _services().where(_DEFINITION.c.key == key).order_by(_DEFINITION.c.version.desc()).limit(1)
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound.of("service", key)
    return _row(row)


def how_long_it_took(connection: Connection, service: ServiceRow) -> Took | None:
    """Of the last 200 decided cases; None of fewer than five. One statement."""
    statement = (
        select(_CASE.c.submitted_at, _CASE.c.closed_at)
        .where(
            _CASE.c.agency == service.agency,
            _CASE.c.service_key == service.key,
            _CASE.c.state == str(CaseState.decided),
        )
        .order_by(_CASE.c.id.desc())
        .limit(_RECENT_CASES)
    )
    lengths = [(row.closed_at - row.submitted_at).total_seconds() for row in connection.execute(statement)]
    if len(lengths) < _FEWEST_CASES:
        return None
    ninth = quantiles(lengths, n=10, method="inclusive")[-1]
    return Took(median=timedelta(seconds=median(lengths)), most=timedelta(seconds=ninth), cases=len(lengths))


def _services() -> Select[Any]:
    return (
        select(_DEFINITION.c.key, _DEFINITION.c.version, _DEFINITION.c.agency, _RESOURCE.c.content)
        .join(_RESOURCE, _RESOURCE.c.checksum == _DEFINITION.c.checksum)
        .where(_DEFINITION.c.kind == "service")
    )


def _row(row: Any) -> ServiceRow:
    return ServiceRow(key=row.key, version=row.version, agency=row.agency, passport=_passport(bytes(row.content)))


@lru_cache(maxsize=_MOST_PASSPORTS)
def _passport(content: bytes) -> Mapping[str, Any]:
    """What a `service.yaml` says; reading one takes 30 ms, longer than all else on a page, and it never changes."""
    return MappingProxyType(plain_json(yaml.safe_load(content)))


def plain_json(value: Any) -> Any:
    """YAML's days as texts; everything else is JSON already."""
    if isinstance(value, dict):
        return {str(key): plain_json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain_json(part) for part in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
