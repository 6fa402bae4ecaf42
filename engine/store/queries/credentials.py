"""Who is behind a token or a session, and what an account may know of its sessions, tokens and second factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, bindparam, exists, func, or_, select

from engine.casework.actor import Actor
from engine.store.duties import DUTIES, NOW, actor_from
from engine.store.queries.paging import CursorUnknown, Page, bounded, decode_cursor, page_of
from engine.store.records import AccountRecord, FactorRecord, TokenRecord
from engine.store.rows import columns_of, table_of, taken
from engine.store.tables import accounts as tables
from engine.store.tables import credentials as proofs
from engine.store.tables import federation

_ACCOUNT = table_of(tables.Account)
_ACCOUNT_COLUMNS = columns_of(tables.Account, "pin_index")
_SESSION = table_of(tables.Session)
_TOKEN = table_of(tables.ApiToken)
_TOKEN_COLUMNS = columns_of(tables.ApiToken)
_FACTOR = table_of(proofs.SecondFactor)
_FACTOR_COLUMNS = columns_of(proofs.SecondFactor)
_CODE = table_of(proofs.RecoveryCode)
_THROTTLE = table_of(proofs.Throttle)
_IDENTITY = table_of(federation.Identity)

_SESSION_KEY = func.coalesce(_SESSION.c.id, _SESSION.c.hash)
_HAS_FACTOR = exists().where(_FACTOR.c.account_id == _ACCOUNT.c.id, _FACTOR.c.confirmed_at.is_not(None))


def _behind(secret: FromClause, wanted: Sequence[ColumnElement[Any]], *still_good: ColumnElement[bool]) -> Select[Any]:
    return (
        select(*DUTIES, *wanted)
        .join(secret, secret.c.account_id == _ACCOUNT.c.id)
        .where(secret.c.hash == bindparam("hash"), _ACCOUNT.c.disabled.is_(False), *still_good)
    )


_BEHIND_TOKEN = _behind(_TOKEN, (_TOKEN.c.last_used_at, _TOKEN.c.scopes), _TOKEN.c.expires_at > NOW)
_BEHIND_SESSION = _behind(
    _SESSION,
    (
        _SESSION.c.seen_at,
        _SESSION_KEY,
        _SESSION.c.second_factor_at,
        _SESSION.c.password_at,
        _SESSION.c.renew_since,
        _SESSION.c.provider,
        # once proved, nobody asks whether there is one
        and_(_SESSION.c.second_factor_at.is_(None), _HAS_FACTOR),
    ),
    _SESSION.c.expires_at > NOW,
    _SESSION.c.idle_until > NOW,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who showed a secret, how she proved herself, and when the secret was last seen."""

    actor: Actor
    last_seen_at: datetime | None
    """So that the use is not written at every request."""
    password_at: datetime | None = None
    """When the password was last proved in the session."""
    has_factor: bool = False
    """Whether the account has a second factor that is not proved in the session."""
    must_renew: bool = False
    """Whether the session is to get a new secret."""
    provider: str | None = None
    """The identity provider that the session began with."""


def behind_token(connection: Connection, secret_hash: str, now: datetime) -> Known | None:
    """Who holds an API token; None when it is unknown or over, or the account is disabled. One statement."""
    row = connection.execute(_BEHIND_TOKEN, {"hash": secret_hash, "now": now}).first()
    if row is None:
        return None
    last_used_at, scopes = row[len(DUTIES) :]
    limit = None if scopes is None else frozenset(scopes)
    return Known(actor=replace(actor_from(row), scopes=limit), last_seen_at=last_used_at)


def behind_session(connection: Connection, secret_hash: str, now: datetime) -> Known | None:
    """Who is signed in with a session; None when it is unknown or over, or the account is disabled. One statement."""
    row = connection.execute(_BEHIND_SESSION, {"hash": secret_hash, "now": now}).first()
    if row is None:
        return None
    seen_at, key, second_factor_at, password_at, renew_since, provider, has_factor = row[len(DUTIES) :]
    return Known(
        actor=replace(actor_from(row), session=key, second_factor_at=second_factor_at),
        last_seen_at=seen_at,
        password_at=password_at,
        has_factor=bool(has_factor),
        must_renew=renew_since is not None,
        provider=provider,
    )


_BEHIND_IDENTITY = (
    select(*DUTIES)
    .join(_IDENTITY, _IDENTITY.c.account_id == _ACCOUNT.c.id)
    .where(
        _IDENTITY.c.provider == bindparam("provider"),
        _IDENTITY.c.subject == bindparam("subject"),
        _ACCOUNT.c.disabled.is_(False),
    )
)
_BEHIND_NAME = select(*DUTIES).where(_ACCOUNT.c.sign_in_name == bindparam("name"), _ACCOUNT.c.disabled.is_(False))


def behind_identity(connection: Connection, provider: str, subject: str, now: datetime) -> Actor | None:
    """Who is known by an identity at a provider; None when nobody is, or the account is disabled. One statement."""
    row = connection.execute(_BEHIND_IDENTITY, {"provider": provider, "subject": subject, "now": now}).first()
    return None if row is None else actor_from(row)


def behind_name(connection: Connection, sign_in_name: str, now: datetime) -> Actor | None:
    """An account by the name it signs in with; None when there is none, or it is disabled. One statement."""
    row = connection.execute(_BEHIND_NAME, {"name": sign_in_name, "now": now}).first()
    return None if row is None else actor_from(row)


def token_shown(connection: Connection, token_id: str, secret_hash: str, now: datetime) -> TokenRecord | None:
    """A token by its key and the hash of its secret; None when they do not fit, it is over, or its account disabled.

    A token that was got for another is none of these. One statement.
    """
    statement = (
        select(*_TOKEN_COLUMNS)
        .join(_ACCOUNT, _ACCOUNT.c.id == _TOKEN.c.account_id)
        .where(
            _TOKEN.c.hash == secret_hash,
            _TOKEN.c.id == token_id,
            _TOKEN.c.expires_at > now,
            _TOKEN.c.got_for.is_(None),
            _ACCOUNT.c.disabled.is_(False),
        )
    )
    row = connection.execute(statement).first()
    return TokenRecord(**taken(_TOKEN_COLUMNS, row)) if row else None


_BY_NAME = select(*_ACCOUNT_COLUMNS).where(_ACCOUNT.c.sign_in_name == bindparam("name"))
_RESTS = select(func.max(_THROTTLE.c.rests_until)).where(_THROTTLE.c.subject.in_(bindparam("subjects", expanding=True)))


def account_named(connection: Connection, sign_in_name: str) -> AccountRecord | None:
    """An account by the name it signs in with, without a lock. One statement."""
    row = connection.execute(_BY_NAME, {"name": sign_in_name}).first()
    return AccountRecord(**taken(_ACCOUNT_COLUMNS, row)) if row else None


def rests_until(connection: Connection, subjects: Sequence[str]) -> datetime | None:
    """Until when the last of some subjects rests, after too many wrong tries. One statement."""
    found: datetime | None = connection.execute(_RESTS, {"subjects": list(subjects)}).scalar_one()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session of one's own."""

    id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    description: str
    origin: str | None
    second_factor_at: datetime | None


def session_page(
    connection: Connection, account_id: str, now: datetime, *, limit: int = 25, cursor: str | None = None
) -> Page[SessionRow]:
    """The open sessions of an account, the newest first. One statement."""
    start, most = decode_cursor(cursor, str, str), bounded(limit)
    statement = select(_SESSION, _SESSION_KEY.label("key")).where(
        _SESSION.c.account_id == account_id, _SESSION.c.expires_at > now, _SESSION.c.idle_until > now
    )
    if start is not None:
        created, last = _moment_in(start[0]), start[1]
        statement = statement.where(
            or_(_SESSION.c.created_at < created, and_(_SESSION.c.created_at == created, last > _SESSION_KEY))
        )
    rows = connection.execute(statement.order_by(_SESSION.c.created_at.desc(), _SESSION_KEY.desc()).limit(most + 1))
    found = [
        SessionRow(
            id=row.key,
            created_at=row.created_at,
            last_seen_at=row.seen_at,
            expires_at=row.expires_at,
            description=row.description,
            origin=row.origin,
            second_factor_at=row.second_factor_at,
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
    """Tokens of one account or of all, at most 1,000, without those got for others. One statement."""
    statement = select(*_TOKEN_COLUMNS).where(_TOKEN.c.got_for.is_(None)).order_by(_TOKEN.c.created_at).limit(1_000)
    if account_id is not None:
        statement = statement.where(_TOKEN.c.account_id == account_id)
    return [TokenRecord(**taken(_TOKEN_COLUMNS, row)) for row in connection.execute(statement)]


def factors_of(connection: Connection, account_id: str) -> list[FactorRecord]:
    """The second factors of an account that were proved once, the oldest first. One statement."""
    statement = (
        select(*_FACTOR_COLUMNS)
        .where(_FACTOR.c.account_id == account_id, _FACTOR.c.confirmed_at.is_not(None))
        .order_by(_FACTOR.c.id)
    )
    return [FactorRecord(**taken(_FACTOR_COLUMNS, row)) for row in connection.execute(statement)]


def recovery_codes_left(connection: Connection, account_id: str) -> int:
    """How many recovery codes an account has not used. One statement."""
    counted = select(func.count()).select_from(_CODE).where(_CODE.c.account_id == account_id)
    return int(connection.execute(counted).scalar_one())
