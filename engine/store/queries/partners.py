"""Partners that failed lately, for workers; and all that have work waiting, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from engine.casework.partner import Partner, PartnerState
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.rows import columns_of, table_of, taken
from engine.store.tables import jobs
from engine.store.tables import partners as tables

_MOST: Final = 1_000
_COLUMNS = columns_of(tables.Partner)
_ALL = select(*_COLUMNS).order_by(table_of(tables.Partner).c.name).limit(_MOST)


def troubled_partners(connection: Connection) -> list[Partner]:
    """All partners that failed since they last answered, by name; 1,000 at most. One statement."""
    return [Partner(**taken(_COLUMNS, row)) for row in connection.execute(_ALL)]


_JOB = table_of(jobs.Job)
_LINE = select(_JOB.c.partner).where(jobs.TAKEABLE, _JOB.c.partner != "").limit(10_000).subquery()
_LINES = select(_LINE.c.partner, func.count()).group_by(_LINE.c.partner)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerView:
    """A partner as operators see it."""

    name: str
    state: PartnerState
    failures: int
    """In a row."""
    open_until: datetime | None
    last_error: str | None
    changed_at: datetime | None
    waiting: int
    """Jobs that wait for it, or are under way; 10,000 are counted in all."""


def partner_views(connection: Connection, now: datetime) -> list[PartnerView]:
    """All partners that have work waiting, or failed lately, by name. Two statements."""
    lines = {str(row[0]): int(row[1]) for row in connection.execute(_LINES)}
    troubled = {one.name: one for one in troubled_partners(connection)}
    return [_view(name, troubled.get(name), lines.get(name, 0), now) for name in sorted({*lines, *troubled})]


def partner_page(
    connection: Connection, now: datetime, *, limit: int = 25, cursor: str | None = None
) -> Page[PartnerView]:
    """Some of `partner_views`. Two statements: who has work in line is counted for all at once."""
    start, most = decode_cursor(cursor, str), bounded(limit)
    views = [one for one in partner_views(connection, now) if start is None or one.name > start[0]]
    return page_of(views[: most + 1], most, lambda one: (one.name,))


def _view(name: str, known: Partner | None, waiting: int, now: datetime) -> PartnerView:
    partner = known or Partner(name=name, changed_at=now)
    return PartnerView(
        name=name,
        state=partner.state_at(now),
        failures=partner.failures,
        open_until=partner.open_until,
        last_error=partner.last_error,
        changed_at=known.changed_at if known else None,
        waiting=waiting,
    )
