"""Accounts with their duties. Who is behind a token or a session: `credentials`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from engine.casework.actor import Actor
from engine.errors import NotFound
from engine.store.duties import DUTIES, actor_from
from engine.store.rows import table_of
from engine.store.tables import accounts as tables

_ACCOUNT = table_of(tables.Account)


def actor_of(connection: Connection, account_id: str, now: datetime | None = None) -> Actor:
    """An account with its duties; deputyships and mandates only at a moment. Raises NotFound. One statement."""
    row = connection.execute(select(*DUTIES).where(_ACCOUNT.c.id == account_id), {"now": now}).first()
    if row is None:
        raise NotFound.of("account", account_id)
    return actor_from(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account in the operators' list."""

    id: str
    sign_in_name: str
    name: str
    disabled: bool
    locked_until: datetime | None
    duties: tuple[str, ...]
    """citizen, analyst, operator, queues, `supervisor of <agency>` and `administrator of <agency>`."""


def account_rows(connection: Connection, at_most: int = 1_000) -> list[AccountRow]:
    """Accounts by the name they sign in with."""
    statement = (
        select(*DUTIES, _ACCOUNT.c.sign_in_name, _ACCOUNT.c.disabled, _ACCOUNT.c.locked_until)
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
            duties=_duties(actor_from(row)),
        )
        for row in connection.execute(statement, {"now": None})
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


def _duties(actor: Actor) -> tuple[str, ...]:
    flags = {"citizen": actor.citizen, "analyst": actor.analyst, "operator": actor.operator}
    return (
        *(name for name, has in flags.items() if has),
        *sorted(str(queue) for queue in actor.queues),
        *(f"supervisor of {agency}" for agency in sorted(actor.supervises)),
        *(f"administrator of {agency}" for agency in sorted(actor.administers)),
    )
