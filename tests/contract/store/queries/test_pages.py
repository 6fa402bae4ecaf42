"""Lists that go on: page after page gives every row once, in its order, also where rows are of one moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.casework.attachment import Attachment
from engine.casework.closure import Closure
from engine.casework.exchange import Exchange
from engine.casework.hold import Hold
from engine.casework.partner import Partner
from engine.identity import new_key
from engine.store.database import Database
from engine.store.queries.closures import closure_page
from engine.store.queries.credentials import session_page
from engine.store.queries.exchanges import exchange_page
from engine.store.queries.files import attachments_of_case, own_uploads
from engine.store.queries.paging import CursorUnknown, Page, encode_cursor
from engine.store.queries.partners import partner_page
from engine.store.queries.payments import payments_of_application
from engine.store.queries.retention import hold_page
from engine.store.unit_of_work import UnitOfWork
from tests.builders.a_case import NOW
from tests.builders.a_catalogue import with_service
from tests.builders.a_payment import a_payment
from tests.builders.an_account import a_session, an_account
from tests.builders.an_actor import a_citizen, a_supervisor, an_actor
from tests.builders.an_instance import started_with_case

ME = a_citizen()
OPERATOR = an_actor(operator=True)
Ask = Callable[[Connection, int, str | None], Page[Any]]
Listed = tuple[Ask, list[Any]]
"""How a page is asked for, and what all pages together must give."""


def _case(work: UnitOfWork) -> str:
    with_service(work)
    return started_with_case(work, service_key="renewal")[1].id


def closures(work: UnitOfWork) -> Listed:
    days = [date(2026, 12, 28), date(2026, 12, 28), date(2026, 1, 5), date(2026, 12, 28), date(2026, 3, 9)]
    made = [
        Closure(
            id=new_key(),
            agency=agency,
            first_day=day,
            last_day=day,
            reason="Move",
            created_by=ME.account,
            created_at=NOW,
        )
        for agency in ("city", "other")
        for day in days
    ]
    for one in made:
        work.closures.add(one)
    expected = sorted((one for one in made if one.agency == "city"), key=lambda one: (one.first_day, one.id))
    return lambda on, limit, cursor: closure_page(on, "city", limit=limit, cursor=cursor), [one.id for one in expected]


def sessions(work: UnitOfWork) -> Listed:
    account = an_account("aysel")
    work.accounts.add(account)
    made = [a_session(account.id) for _ in range(5)]
    for one in made:
        work.accounts.begin_session(one)
    expected = sorted((one.id or one.hash for one in made), reverse=True)
    return lambda on, limit, cursor: session_page(on, account.id, NOW, limit=limit, cursor=cursor), expected


def holds(work: UnitOfWork) -> Listed:
    case_id = _case(work)
    made = [Hold(id=new_key(), case_id=case_id, reason="Court", placed_by=ME.account, placed_at=NOW) for _ in range(5)]
    for one in made:
        work.records.add_hold(one)
    supervisor = a_supervisor()
    expected = sorted(one.id for one in made)
    return lambda on, limit, cursor: hold_page(on, supervisor, case_id, limit=limit, cursor=cursor), expected


def payments(work: UnitOfWork) -> Listed:
    case_id = _case(work)
    made = [a_payment(case_id=case_id, reference=f"r-{one}", provider_id=f"p-{one}") for one in range(5)]
    for one in made:
        work.payments.add(one)
    expected = sorted(one.id for one in made)
    return lambda on, limit, cursor: payments_of_application(
        on, OPERATOR, case_id, limit=limit, cursor=cursor
    ), expected


def _attachments(work: UnitOfWork, case_id: str | None) -> list[str]:
    made = [
        Attachment(
            id=new_key(),
            owner=ME.account,
            name=f"{one}.pdf",
            length=10,
            created_at=NOW,
            expires_at=NOW,
            case_id=case_id,
        )
        for one in range(5)
    ]
    for one in made:
        work.attachments.add(one)
    return sorted(one.id for one in made)


def files_of_a_case(work: UnitOfWork) -> Listed:
    case_id = _case(work)
    expected = _attachments(work, case_id)
    seen_by = a_supervisor()
    return lambda on, limit, cursor: attachments_of_case(on, seen_by, case_id, limit=limit, cursor=cursor), expected


def own_files(work: UnitOfWork) -> Listed:
    expected = _attachments(work, None)
    return lambda on, limit, cursor: own_uploads(on, ME, limit=limit, cursor=cursor), expected


def exchanges(work: UnitOfWork) -> Listed:
    tries = [(1, 1), (2, 1), (2, 2), (10, 1), (3, 1)]
    work.exchanges.keep_many(
        [
            Exchange(
                job_id=job, attempt=attempt, position=position, at=NOW, partner="http a", milliseconds=5, method="GET",
                url="https://a",
            )
            for job in ("0" * 26, "1" * 26)
            for attempt, position in tries
        ]
    )  # fmt: skip
    expected = sorted(tries, reverse=True)
    return lambda on, limit, cursor: exchange_page(on, "0" * 26, limit=limit, cursor=cursor), expected


def partners(work: UnitOfWork) -> Listed:
    names = [f"http {name}.gov" for name in "ecabd"]
    for name in names:
        work.partners.lock_or_begin(Partner(name=name, failures=1, changed_at=NOW))
    return lambda on, limit, cursor: partner_page(on, NOW, limit=limit, cursor=cursor), sorted(names)


LISTS = [closures, sessions, holds, payments, files_of_a_case, own_files, exchanges, partners]


def _key(row: Any) -> Any:
    if isinstance(row, Exchange):
        return (row.attempt, row.position)
    return row.id if hasattr(row, "id") else row.name


@pytest.mark.parametrize("kept", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_give_every_row_once_and_in_order(
    database: Database, kept: Callable[[UnitOfWork], Listed], limit: int
) -> None:
    with database.work() as work:
        ask, expected = kept(work)
    found, cursor, pages = [], None, 0
    with database.read() as on:
        while pages == 0 or cursor is not None:
            page = ask(on, limit, cursor)
            assert len(page.items) <= limit
            found += [_key(row) for row in page.items]
            cursor, pages = page.next, pages + 1

    assert found == expected
    assert pages == -(-len(expected) // limit)


@pytest.mark.parametrize("kept", LISTS)
@pytest.mark.parametrize("place", [[], [1.5], [None, None], ["a", "b", "c"], ["a\x00", "b"]])
def test_a_cursor_that_is_none_of_the_list_is_refused(
    database: Database, kept: Callable[[UnitOfWork], Listed], place: list[Any]
) -> None:
    with database.work() as work:
        ask, _ = kept(work)

    with pytest.raises(CursorUnknown) as refused, database.read() as on:
        ask(on, 10, encode_cursor(place))

    assert refused.value.places[0].path == "?cursor"


def test_a_cursor_of_sessions_names_a_moment(database: Database) -> None:
    with pytest.raises(CursorUnknown), database.read() as on:
        session_page(on, ME.account, NOW, cursor=encode_cursor(["yesterday", "x"]))
