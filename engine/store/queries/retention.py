"""Records of closed cases as supervisors and operators see them: holds, packages, what is due. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, func, or_, select

from engine.casework.actor import Actor
from engine.casework.hold import Hold
from engine.casework.policy import Action, permit
from engine.casework.retention import RecordErased, RecordState
from engine.casework.visibility import FieldsHidden
from engine.errors import NotFound
from engine.store.queries.applications import case_seen_by
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.queries.visibility import hidden_from
from engine.store.repositories.retention import PARTS
from engine.store.rows import table_of, to_case
from engine.store.tables import cases, retention

_CASE = table_of(cases.Case)
_RECORD = table_of(retention.CaseRecord)
_HOLD = table_of(retention.CaseHold)
_LIVE, _ERASED = str(RecordState.live), str(RecordState.erased)
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A case whose record is archived or erased until a day."""

    number: str
    service_key: str
    agency: str
    act: str
    """archive or erase."""
    due_at: datetime
    is_held: bool
    """A hold stops it; only erasing is stopped."""


@dataclass(frozen=True, slots=True)
class Package:
    """Where the package of an archived case lies."""

    number: str
    sha256: str
    size: int


def due_until(connection: Connection, until: datetime, *, most: int = _MOST) -> list[DueRow]:
    """What is archived and erased until a moment, by the plans as they stand, the first due first. One statement.

    A case that is not planned yet is not among them: workers plan within a minute of its end.
    """
    archived = and_(_CASE.c.record == _LIVE, _CASE.c.archive_at <= until)
    erased = and_(_CASE.c.record != _ERASED, _CASE.c.erase_at <= until)
    held = select(func.count()).where(_HOLD.c.case_id == _CASE.c.id, _HOLD.c.released_at.is_(None)).scalar_subquery()
    names = ("number", "service_key", "agency", "record", "archive_at", "erase_at")
    statement = (
        select(*(_CASE.c[name] for name in names), held.label("holds"))
        .where(or_(archived, erased))
        .order_by(_CASE.c.id)
        .limit(most)
    )
    found = []
    for row in connection.execute(statement):
        for act, at in (("archive", row.archive_at if row.record == _LIVE else None), ("erase", row.erase_at)):
            if at is not None and at <= until:
                is_held = act == "erase" and row.holds > 0
                case = {"number": row.number, "service_key": row.service_key, "agency": row.agency}
                found.append(DueRow(**case, act=act, due_at=at, is_held=is_held))
    return sorted(found, key=lambda one: (one.due_at, one.number))


def hold_page(
    connection: Connection, actor: Actor, case_id: str, *, limit: int = 25, cursor: str | None = None
) -> Page[Hold]:
    """The holds of a case, the first one first. Raises NotFound for who does not oversee its agency."""
    start, most = decode_cursor(cursor, str), bounded(limit)
    case = case_seen_by(connection, actor, case_id)
    permit(actor, Action.keep_record, case.thing)
    statement = select(_HOLD).where(_HOLD.c.case_id == case_id)
    if start is not None:
        statement = statement.where(_HOLD.c.id > start[0])
    rows = connection.execute(statement.order_by(_HOLD.c.id).limit(most + 1))
    return page_of([Hold(**row._mapping) for row in rows], most, lambda one: (one.id,))


def package_of_case(connection: Connection, actor: Actor, case_id: str) -> Package:
    """Where the package of an archived case lies. Raises NotFound, also for who does not oversee its agency, and
    RecordErased."""
    case = case_seen_by(connection, actor, case_id)
    permit(actor, Action.keep_record, case.thing)
    if case.record is RecordState.erased:
        raise RecordErased(str(case.number))
    if hidden_from(connection, actor, case.instance_id):
        raise FieldsHidden
    row = connection.execute(select(_RECORD).where(_RECORD.c.case_id == case_id)).first()
    if row is None or row.package is None:
        raise NotFound("The case is not archived.", remedy="Read it as every other case.")
    return Package(row.number, row.package, row.package_bytes)


def left_of_erased(connection: Connection) -> Iterator[tuple[str, str]]:
    """Erased cases of which something is still there: the case and the table. One statement a table and case."""
    after = ""
    while True:
        statement = select(_CASE).where(_CASE.c.record == _ERASED, _CASE.c.id > after).order_by(_CASE.c.id)
        rows = connection.execute(statement.limit(1_000)).all()
        if not rows:
            return
        for row in rows:
            if row.applicant or row.decision or row.term:
                yield row.id, "case"
            case = to_case(dict(row._mapping))
            for part in PARTS:
                if connection.execute(select(1).select_from(part.table).where(part.rows(case)).limit(1)).first():
                    yield row.id, part.table.name
        after = rows[-1].id
