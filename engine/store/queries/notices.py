"""Notices as their recipients read them in the inbox, and as clerks see what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select

from engine.casework.actor import Actor
from engine.casework.contact import Contact
from engine.casework.job import JobState
from engine.casework.notice import Delivery, DeliveryState, NoSuchNotice, Notice
from engine.errors import NotFound
from engine.identity import CaseNumber
from engine.store.queries.files import may_read_case
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.repositories.notices import (
    CONTACT,
    CONTACT_COLUMNS,
    DELIVERY,
    DELIVERY_COLUMNS,
    NOTICE,
    NOTICE_COLUMNS,
    to_delivery,
    to_notice,
)
from engine.store.rows import table_of, taken
from engine.store.tables.cases import Case
from engine.store.tables.jobs import Job

_CASE = table_of(Case)
_JOB = table_of(Job)
_MOST_OF_A_CASE: Final = 500
_MOST_UNREAD: Final = 1_000
"""Counted at most: nobody reads a larger number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A delivery as officials and the applicant see it."""

    delivery: Delivery
    needs_repair: bool
    """Whether all tries are spent and an operator must look."""
    last_error: str | None
    """Why the last try failed, while it is not sent."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.delivery, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice with what became of it."""

    notice: Notice
    case_number: str | None
    """None of a notice that is about the account itself."""
    deliveries: Sequence[DeliveryRow] = ()

    @property
    def case_id(self) -> str | None:
        """None likewise."""
        return self.notice.case_id or None

    @property
    def service_key(self) -> str | None:
        """None likewise."""
        return self.notice.service_key or None

    @property
    def agency(self) -> str | None:
        """None likewise."""
        return self.notice.agency or None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.notice, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """A page of an inbox."""

    page: Page[NoticeRow]
    unread: int
    """In the whole inbox, counted up to 1,000."""

    @property
    def items(self) -> Sequence[NoticeRow]:
        """The newest first."""
        return self.page.items

    @property
    def next(self) -> str | None:
        """Cursor of the next page."""
        return self.page.next


def inbox_page(
    connection: Connection, actor: Actor, *, unread: bool = False, limit: int = 25, cursor: str | None = None
) -> InboxPage:
    """The actor's own notices, the newest first, without their deliveries. Two statements. Raises CursorUnknown."""
    wanted, place = bounded(limit), decode_cursor(cursor, str)
    mine = NOTICE.c.recipient == actor.account
    statement = (
        select(*NOTICE_COLUMNS, _CASE.c.number)
        .join(_CASE, _CASE.c.id == NOTICE.c.case_id, isouter=True)
        .where(mine)
        .order_by(NOTICE.c.id.desc())
        .limit(wanted + 1)
    )
    if unread:
        statement = statement.where(NOTICE.c.read_at.is_(None))
    if place is not None:
        statement = statement.where(NOTICE.c.id < place[0])
    found = [_row(row) for row in connection.execute(statement)]
    counted = select(NOTICE.c.id).where(mine, NOTICE.c.read_at.is_(None)).limit(_MOST_UNREAD).subquery()
    number = int(connection.execute(select(func.count()).select_from(counted)).scalar_one())
    return InboxPage(page=page_of(found, wanted, lambda row: (row.notice.id,)), unread=number)


def inbox_notice(connection: Connection, actor: Actor, notice_id: str) -> NoticeRow:
    """One of the actor's own notices. One statement. Raises NoSuchNotice, also for somebody else's."""
    statement = (
        select(*NOTICE_COLUMNS, _CASE.c.number)
        .join(_CASE, _CASE.c.id == NOTICE.c.case_id, isouter=True)
        .where(NOTICE.c.id == notice_id, NOTICE.c.recipient == actor.account)
    )
    row = connection.execute(statement).first()
    if row is None:
        raise NoSuchNotice("There is no such notice in your inbox.", remedy="Look at the list of your inbox.")
    return _row(row)


def notices_of_case(connection: Connection, actor: Actor, case_id: str) -> Sequence[NoticeRow]:
    """The notices of a case to its applicant with their deliveries, the first one first, at most 500.

    Four statements at most. Raises NotFound for who may not read the case.
    """
    if not may_read_case(connection, actor, case_id):
        raise NotFound.of("application", case_id)
    statement = (
        select(*NOTICE_COLUMNS, _CASE.c.number)
        .join(_CASE, _CASE.c.id == NOTICE.c.case_id)
        .where(NOTICE.c.case_id == case_id, NOTICE.c.recipient == _CASE.c.applicant)
        .order_by(NOTICE.c.id)
        .limit(_MOST_OF_A_CASE)
    )
    rows = [_row(row) for row in connection.execute(statement)]
    if not rows:
        return rows
    deliveries = _deliveries(connection, case_id)
    return [
        NoticeRow(notice=one.notice, case_number=one.case_number, deliveries=deliveries.get(one.notice.id, ()))
        for one in rows
    ]


def contact_of(connection: Connection, account_id: str) -> Contact | None:
    """Where an account may be reached; None when it never said. One statement."""
    row = connection.execute(select(*CONTACT_COLUMNS).where(CONTACT.c.account_id == account_id)).first()
    return Contact(**taken(CONTACT_COLUMNS, row)) if row else None


def _row(row: Any) -> NoticeRow:
    number = row[len(NOTICE_COLUMNS)]
    shown = str(CaseNumber.parse(number)) if number else None
    return NoticeRow(notice=to_notice(taken(NOTICE_COLUMNS, row)), case_number=shown)


def _deliveries(connection: Connection, case_id: str) -> dict[str, list[DeliveryRow]]:
    """By notice; what the job of one that is not sent says of its last try comes with it."""
    statement = (
        select(*DELIVERY_COLUMNS, _JOB.c.state, _JOB.c.last_error)
        .join(_JOB, _JOB.c.id == DELIVERY.c.id, isouter=True)
        .where(DELIVERY.c.case_id == case_id)
        .order_by(DELIVERY.c.id)
        .limit(2 * _MOST_OF_A_CASE)
    )
    found: dict[str, list[DeliveryRow]] = {}
    for row in connection.execute(statement):
        delivery = to_delivery(taken(DELIVERY_COLUMNS, row))
        job_state, last_error = row[len(DELIVERY_COLUMNS) :]
        is_waiting = delivery.state is DeliveryState.waiting
        shown = DeliveryRow(
            delivery=delivery,
            needs_repair=is_waiting and job_state == str(JobState.failed),
            last_error=last_error if is_waiting else None,
        )
        found.setdefault(delivery.notice_id, []).append(shown)
    return found
