"""Openings of cases: for who opened them, for supervisors who review them, and for the applicant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, or_, select

from engine.casework.actor import Actor
from engine.casework.opening import Opening
from engine.casework.policy import Action
from engine.store.queries.paging import Page, bounded, decode_cursor, page_of
from engine.store.queries.permitted import Columns, conditions
from engine.store.repositories.openings import OPENING, OPENING_COLUMNS, to_opening
from engine.store.rows import table_of, taken
from engine.store.tables.accounts import Account
from engine.store.tables.cases import Case

_CASE = table_of(Case)
_ACCOUNT = table_of(Account)
_COLUMNS: Final = Columns(agency=OPENING.c.agency, person=OPENING.c.account)
_MOST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRow:
    """An opening as officials see it."""

    opening: Opening
    case_number: str | None
    account_name: str | None
    """Of who opened it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.opening, name)


def opening_page(
    connection: Connection, actor: Actor, *, unreviewed: bool = False, limit: int = 25, cursor: str | None = None
) -> Page[OpeningRow]:
    """What the actor opened herself, and openings in agencies that she supervises; the newest first. One statement.

    `unreviewed` narrows to those that await a supervisor's word. Raises CursorUnknown.
    """
    start, most = decode_cursor(cursor, str), bounded(limit)
    statement = _rows().where(or_(*conditions(actor, Action.see_openings, _COLUMNS)))
    if unreviewed:
        statement = statement.where(OPENING.c.verdict.is_(None))
    if start is not None:
        statement = statement.where(OPENING.c.id < start[0])
    rows = connection.execute(statement.order_by(OPENING.c.id.desc()).limit(most + 1))
    return page_of([_row(row) for row in rows], most, lambda one: (one.opening.id,))


def opening_row(connection: Connection, opening: Opening) -> OpeningRow:
    """An opening at hand, with the number of its case and the name of who opened it. One statement."""
    of_case = select(_CASE.c.number).where(_CASE.c.id == opening.case_id).scalar_subquery()
    found = connection.execute(select(of_case, _ACCOUNT.c.name).where(_ACCOUNT.c.id == opening.account)).one_or_none()
    number, name = found or (None, None)
    return OpeningRow(opening=opening, case_number=number, account_name=name)


def openings_of_case(connection: Connection, case_id: str) -> Sequence[Opening]:
    """The openings of a case, the first one first, at most 500. One statement; the caller may see the case."""
    statement = select(*OPENING_COLUMNS).where(OPENING.c.case_id == case_id).order_by(OPENING.c.id).limit(_MOST)
    return [to_opening(taken(OPENING_COLUMNS, row)) for row in connection.execute(statement)]


def _rows() -> Select[Any]:
    return (
        select(*OPENING_COLUMNS, _CASE.c.number, _ACCOUNT.c.name)
        .join(_CASE, _CASE.c.id == OPENING.c.case_id, isouter=True)
        .join(_ACCOUNT, _ACCOUNT.c.id == OPENING.c.account, isouter=True)
    )


def _row(row: Any) -> OpeningRow:
    number, name = row[len(OPENING_COLUMNS) :]
    return OpeningRow(
        opening=to_opening(taken(OPENING_COLUMNS, row)),
        case_number=number,
        account_name=name,
    )
