"""What an account may do, read in one statement: the columns, and the actor they make.

Both ways to an actor select these: who is behind a request (`queries.accounts`), and who somebody else is in a
transaction (`repositories.accounts`). `now` decides which deputyships and mandates count; without it none does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, literal, or_, select

from engine.casework.actor import Actor
from engine.casework.mandate import MandateState
from engine.identity import QueueName
from engine.store.rows import table_of
from engine.store.tables import accounts as tables
from engine.store.tables import openings, organisation
from engine.store.tables.base import Moment

_ACCOUNT = table_of(tables.Account)
_MEMBERSHIP = table_of(tables.Membership)
_SUPERVISION = table_of(tables.Supervision)
_ADMINISTRATION = table_of(organisation.Administration)
_ABSENCE = table_of(organisation.Absence)
_DEPUTYSHIP = table_of(organisation.Deputyship)
_DEPUTY_QUEUE = table_of(organisation.DeputyQueue)
_MANDATE = table_of(organisation.Mandate)
_OPENING = table_of(openings.CaseOpening)
NOW: Final = bindparam("now", type_=Moment)
# Neither queues, agencies, keys of accounts nor keys of services hold one of these.
_SEPARATOR: Final = ","
_OF: Final = "="
ALL_SERVICES: Final = "*"
"""How a mandate for all services is kept."""


def _all_of(column: Any) -> Any:
    """One text of all values a table has for an account."""
    joined = func.aggregate_strings(column, _SEPARATOR)
    return select(joined).where(column.table.c.account_id == _ACCOUNT.c.id).scalar_subquery()


def _in_force(table: Any) -> ColumnElement[bool]:
    return and_(table.c.from_at <= NOW, or_(table.c.until_at.is_(None), table.c.until_at > NOW))


def _stands_in() -> Any:
    """`queue=absent` of each queue of a colleague that the account may work in now.

    The absent one must be a member of the queue still, and the deputy belong to the agency: whoever has left stands in
    for nobody.
    """
    of_agency = _DEPUTYSHIP.c.agency + ":"
    deputy = _MEMBERSHIP.alias("of_deputy")
    belongs = exists().where(
        deputy.c.account_id == _DEPUTYSHIP.c.deputy,
        func.substr(deputy.c.queue, 1, func.length(of_agency)) == of_agency,
    )
    is_away = exists().where(
        _ABSENCE.c.account_id == _DEPUTYSHIP.c.absent, _ABSENCE.c.agency == _DEPUTYSHIP.c.agency, _in_force(_ABSENCE)
    )
    pair = _DEPUTY_QUEUE.c.queue + literal(_OF) + _DEPUTYSHIP.c.absent
    return (
        select(func.aggregate_strings(pair, _SEPARATOR))
        .select_from(_DEPUTYSHIP)
        .join(_DEPUTY_QUEUE, _DEPUTY_QUEUE.c.deputyship_id == _DEPUTYSHIP.c.id)
        .join(
            _MEMBERSHIP,
            (_MEMBERSHIP.c.account_id == _DEPUTYSHIP.c.absent) & (_MEMBERSHIP.c.queue == _DEPUTY_QUEUE.c.queue),
        )
        .where(
            _DEPUTYSHIP.c.deputy == _ACCOUNT.c.id,
            _DEPUTYSHIP.c.ended_at.is_(None),
            _in_force(_DEPUTYSHIP),
            or_(_DEPUTYSHIP.c.while_absent.is_(False), is_away),
            belongs,
        )
        .correlate(_ACCOUNT)
        .scalar_subquery()
    )


def _represents() -> Any:
    """`mandator=services` of each mandate that the account holds now."""
    pair = _MANDATE.c.mandator + literal(_OF) + _MANDATE.c.services
    return (
        select(func.aggregate_strings(pair, _SEPARATOR))
        .where(
            _MANDATE.c.holder == _ACCOUNT.c.id,
            _MANDATE.c.state == str(MandateState.active),
            _in_force(_MANDATE),
        )
        .scalar_subquery()
    )


def _opened() -> Any:
    """The cases that the account has open for a stated reason."""
    return (
        select(func.aggregate_strings(_OPENING.c.case_id, _SEPARATOR))
        .where(_OPENING.c.account == _ACCOUNT.c.id, _OPENING.c.until_at > NOW)
        .scalar_subquery()
    )


DUTIES: Final[Sequence[ColumnElement[Any]]] = (
    _ACCOUNT.c.id,
    _ACCOUNT.c.name,
    _ACCOUNT.c.pin,
    _ACCOUNT.c.tin,
    _ACCOUNT.c.citizen,
    _ACCOUNT.c.analyst,
    _ACCOUNT.c.operator,
    _all_of(_MEMBERSHIP.c.queue).label("queues"),
    _all_of(_SUPERVISION.c.agency).label("agencies"),
    _all_of(_ADMINISTRATION.c.agency).label("administers"),
    _stands_in().label("stands_in"),
    _represents().label("represents"),
    _opened().label("opened"),
)
"""What `actor_from` takes, in its order; the statement is given `now`."""


def actor_from(row: Any) -> Actor:
    """The actor of a row that begins with `DUTIES`. Who administers an agency has no duty over its cases."""
    administers = _texts(row[9])
    return Actor(
        account=row[0],
        name=row[1],
        pin=row[2],
        tin=row[3],
        citizen=row[4],
        analyst=row[5],
        operator=row[6],
        queues=frozenset(queue for queue in map(QueueName.parse, _texts(row[7])) if queue.agency not in administers),
        supervises=_texts(row[8]) - administers,
        administers=administers,
        stands_in=_colleagues(row[10], administers) if row[10] else {},
        represents=_mandators(row[11]) if row[11] else {},
        opened=_texts(row[12]),
    )


def _texts(joined: str | None) -> frozenset[str]:
    return frozenset(joined.split(_SEPARATOR)) if joined else frozenset()


def _colleagues(joined: str, administers: frozenset[str]) -> dict[QueueName, frozenset[str]]:
    found: dict[QueueName, frozenset[str]] = {}
    for pair in joined.split(_SEPARATOR):
        name, _, absent = pair.partition(_OF)
        queue = QueueName.parse(name)
        if queue.agency not in administers:
            found[queue] = found.get(queue, frozenset()) | {absent}
    return found


def _mandators(joined: str) -> dict[str, frozenset[str] | None]:
    found: dict[str, frozenset[str] | None] = {}
    for pair in joined.split(_SEPARATOR):
        mandator, _, services = pair.partition(_OF)
        before = found.get(mandator, frozenset())
        found[mandator] = None if services == ALL_SERVICES or before is None else before | set(services.split())
    return found
