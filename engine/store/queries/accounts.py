"""Who is behind a token or a session, and what an account may know of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, bindparam, func, or_, select

from engine.casework.actor import Actor
from engine.errors import NotFound
from engine.identity import QueueName
from engine.store.queries.paging import CursorUnknown, Page, bounded, decode_cursor, page_of
from engine.store.records import TokenRecord
from engine.store.rows import columns_of, table_of, taken
from engine.store.tables import accounts as tables
from engine.store.tables.base import Moment

_ACCOUNT = table_of(tables.Account)
_MEMBERSHIP = table_of(tables.Membership)
_SUPERVISION = table_of(tables.Supervision)
_SESSION = table_of(tables.Session)
_TOKEN = table_of(tables.ApiToken)
_TOKEN_COLUMNS = columns_of(tables.ApiToken)
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
_NOW = bindparam("now", type_=Moment)


def _behind(secret: FromClause, last_seen: ColumnElement[Any], *still_good: ColumnElement[bool]) -> Select[Any]:
    return (
        select(*_DUTIES, last_seen)
        .join(secret, secret.c.account_id == _ACCOUNT.c.id)
        .where(secret.c.hash == bindparam("hash"), _ACCOUNT.c.disabled.is_(False), *still_good)
    )


_BEHIND_TOKEN = _behind(_TOKEN, _TOKEN.c.last_used_at, _TOKEN.c.expires_at > _NOW)
_BEHIND_SESSION = _behind(_SESSION, _SESSION.c.seen_at, _SESSION.c.expires_at > _NOW, _SESSION.c.idle_until > _NOW)


@dataclass(frozen=True, slots=True)
class Known:
    """Who showed a secret, and when it was last seen, so that the use is not written at every request."""

    actor: Actor
    last_seen_at: datetime | None


def behind_token(connection: Connection, secret_hash: str, now: datetime) -> Known | None:
    """Who holds an API token; None when it is unknown or over, or the account is disabled. One statement."""
    return _known(connection, _BEHIND_TOKEN, secret_hash, now)


def behind_session(connection: Connection, secret_hash: str, now: datetime) -> Known | None:
    """Who is signed in with a session; None when it is unknown or over, or the account is disabled. One statement."""
    return _known(connection, _BEHIND_SESSION, secret_hash, now)


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
class SessionRow:
    """A session of one's own. `id` is the hash of its secret, which opens nothing."""

    id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    description: str

    def to_json(self) -> dict[str, Any]:
        """By name."""
        return {
            "id": self.id,
            "created_at": self.created_at,
            "last_seen_at": self.last_seen_at,
            "expires_at": self.expires_at,
            "description": self.description,
        }


def session_page(
    connection: Connection, account_id: str, now: datetime, *, limit: int = 25, cursor: str | None = None
) -> Page[SessionRow]:
    """The open sessions of an account, the newest first. One statement."""
    start, most = decode_cursor(cursor, str, str), bounded(limit)
    statement = select(_SESSION).where(
        _SESSION.c.account_id == account_id, _SESSION.c.expires_at > now, _SESSION.c.idle_until > now
    )
    if start is not None:
        created, last = _moment_in(start[0]), start[1]
        statement = statement.where(
            or_(
                _SESSION.c.created_at < created,
                and_(_SESSION.c.created_at == created, _SESSION.c.hash < last),
            )
        )
    rows = connection.execute(statement.order_by(_SESSION.c.created_at.desc(), _SESSION.c.hash.desc()).limit(most + 1))
    found = [
        SessionRow(
            id=row.hash,
            created_at=row.created_at,
            last_seen_at=row.seen_at,
            expires_at=row.expires_at,
            description=row.description,
        )
        for row in rows
    ]
    return page_of(found, most, lambda one: (one.created_at.isoformat(), one.id))


def _moment_in(part: str) -> datetime:
    """A moment of a cursor. Raises CursorUnknown."""
    try:
        return datetime.fromisoformat(part).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CursorUnknown from None


def tokens_of(connection: Connection, account_id: str | None = None) -> list[TokenRecord]:
    """Tokens of one account or of all, at most 1,000."""
    statement = select(*_TOKEN_COLUMNS).order_by(_TOKEN.c.created_at).limit(1_000)
    if account_id is not None:
        statement = statement.where(_TOKEN.c.account_id == account_id)
    return [TokenRecord(**taken(_TOKEN_COLUMNS, row)) for row in connection.execute(statement)]


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


def _known(connection: Connection, statement: Select[Any], secret_hash: str, now: datetime) -> Known | None:
    row = connection.execute(statement, {"hash": secret_hash, "now": now}).first()
    return Known(_actor(row), row[len(_DUTIES)]) if row else None


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
