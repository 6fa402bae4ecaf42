"""Accounts with their duties. Who is behind a token or a session: `credentials`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from engine.casework.actor import Actor
from engine.errors import NotFound
from engine.identity import QueueName
from engine.store.rows import table_of
from engine.store.tables import accounts as tables

_ACCOUNT = table_of(tables.Account)
_MEMBERSHIP = table_of(tables.Membership)
_SUPERVISION = table_of(tables.Supervision)
_SEPARATOR = ","


def _all_of(column: Any, account: Any) -> Any:
    """One text of all values a table has for an account; neither queues nor agencies hold a comma."""
    joined = func.aggregate_strings(column, _SEPARATOR)
    return select(joined).where(column.table.c.account_id == account).scalar_subquery()


_DUTIES: Sequence[ColumnElement[Any]] = (
    _ACCOUNT.c.id,
    _ACCOUNT.c.name,
    _ACCOUNT.c.pin,
    _ACCOUNT.c.citizen,
    _ACCOUNT.c.analyst,
    _ACCOUNT.c.operator,
    _all_of(_MEMBERSHIP.c.queue, _ACCOUNT.c.id).label("queues"),
    _all_of(_SUPERVISION.c.agency, _ACCOUNT.c.id).label("agencies"),
)


def duties() -> Sequence[ColumnElement[Any]]:
    """The columns that an actor is made of, for statements that find an account by something else."""
    return _DUTIES


def actor_in(row: Any) -> Actor:
    """The actor in a row that begins with the columns of `duties`."""
    return _actor(row)


def actor_of(connection: Connection, account_id: str) -> Actor:
    """An account with its duties. Raises NotFound."""
    row = connection.execute(select(*_DUTIES).where(_ACCOUNT.c.id == account_id)).first()
    if row is None:
        raise NotFound.of("account", account_id)
    return _actor(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account in the operators' list."""

    id: str
    sign_in_name: str
    name: str
    disabled: bool
    locked_until: datetime | None
    duties: tuple[str, ...]
    """citizen, analyst, operator, queues, and `supervisor of <agency>`."""


def account_rows(connection: Connection, at_most: int = 1_000) -> list[AccountRow]:
    """Accounts by the name they sign in with."""
    statement = (
        select(*_DUTIES, _ACCOUNT.c.sign_in_name, _ACCOUNT.c.disabled, _ACCOUNT.c.locked_until)
        .order_by(_ACCOUNT.c.sign_in_name)
        .limit(at_most)
    )
    return [
        AccountRow(
            id=row.id,
            sign_in_name=row.sign_in_name,
            name=row.name,
            disabled=row.disabled,
            locked_until=row.locked_until,
            duties=_duties(_actor(row)),
        )
        for row in connection.execute(statement)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswerRow:
    """The first answer to a request with an Idempotency-Key."""

    route: str
    digest: str
    status: int
    body: str
    etag: str | None


_KEPT = table_of(tables.KeptAnswer)
_KEPT_ANSWER = select(_KEPT.c.route, _KEPT.c.digest, _KEPT.c.status, _KEPT.c.body, _KEPT.c.etag).where(
    _KEPT.c.account_id == bindparam("account"), _KEPT.c.key == bindparam("key"), _KEPT.c.created_at > bindparam("since")
)


def kept_answer(connection: Connection, account_id: str, key: str, since: datetime) -> KeptAnswerRow | None:
    """What was answered to this account for a key since a moment; None when the key is new."""
    row = connection.execute(_KEPT_ANSWER, {"account": account_id, "key": key, "since": since}).first()
    return KeptAnswerRow(**row._mapping) if row else None


def _actor(row: Any) -> Actor:
    return Actor(
        account=row[0],
        name=row[1],
        pin=row[2],
        citizen=row[3],
        analyst=row[4],
        operator=row[5],
        queues=frozenset(QueueName.parse(queue) for queue in row[6].split(_SEPARATOR)) if row[6] else frozenset(),
        supervises=frozenset(row[7].split(_SEPARATOR)) if row[7] else frozenset(),
    )


def _duties(actor: Actor) -> tuple[str, ...]:
    flags = {"citizen": actor.citizen, "analyst": actor.analyst, "operator": actor.operator}
    return (
        *(name for name, has in flags.items() if has),
        *sorted(str(queue) for queue in actor.queues),
        *(f"supervisor of {agency}" for agency in sorted(actor.supervises)),
    )
