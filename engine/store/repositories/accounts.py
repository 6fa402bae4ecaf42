"""Accounts, sessions, tokens and kept answers, of one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)

from engine.casework.actor import Actor
from engine.errors import NotFound
from engine.identity import QueueName
from engine.store.duties import DUTIES, actor_from
from engine.store.encryption.columns import keyring_of, protected
from engine.store.records import AccountRecord, SessionRecord, TokenRecord
from engine.store.repositories.keys import Keys
from engine.store.rows import columns_of, insert_into, plain, table_of, taken
from engine.store.tables import accounts as tables
from engine.store.tables import organisation

_ACCOUNT = table_of(tables.Account)
_ACCOUNT_COLUMNS = columns_of(tables.Account, "pin_index")
_MEMBERSHIP = table_of(tables.Membership)
_SUPERVISION = table_of(tables.Supervision)
_ADMINISTRATION = table_of(organisation.Administration)
_SESSION = table_of(tables.Session)
_SESSION_COLUMNS = columns_of(tables.Session)
_TOKEN = table_of(tables.ApiToken)
_KEPT = table_of(tables.KeptAnswer)
_ACTOR = select(*DUTIES).where(_ACCOUNT.c.id == bindparam("key"))


class Accounts:
    """Accounts of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, account: AccountRecord) -> None:
        """Keep a new account. A name that is taken is refused when the transaction commits or sooner."""
        Keys(self._connection).make_for(account.id)
        self._connection.execute(insert(_ACCOUNT), self._row(account))

    def lock(self, sign_in_name: str) -> AccountRecord:
        """An account by the name it signs in with, kept from all others. Raises NotFound."""
        return self._locked(_ACCOUNT.c.sign_in_name, sign_in_name)

    def lock_key(self, account_id: str) -> AccountRecord:
        """An account by its key, kept from all others. Raises NotFound."""
        return self._locked(_ACCOUNT.c.id, account_id)

    def _locked(self, by: ColumnElement[str], value: str) -> AccountRecord:
        row = self._connection.execute(select(*_ACCOUNT_COLUMNS).where(by == value).with_for_update()).first()
        if row is None:
            raise NotFound.of("account", value)
        return AccountRecord(**taken(_ACCOUNT_COLUMNS, row))

    def with_pin(self, pin: str, most: int = 100) -> list[str]:
        """The keys of accounts of a person, by her national identifier as a whole: parts of it find nothing."""
        keyring = keyring_of(self._connection)
        wanted = [_ACCOUNT.c.pin_index == keyring.index_of("account.pin", pin)] if keyring.encrypts else []
        if keyring.takes_clear:
            wanted.append(type_coerce(_ACCOUNT.c.pin, Text) == pin)
        found = select(_ACCOUNT.c.id).where(or_(*wanted)).order_by(_ACCOUNT.c.id).limit(most)
        return list(self._connection.execute(found).scalars())

    def save(self, account: AccountRecord) -> None:
        """Keep an account as it is now; it must be locked."""
        row = self._row(account)
        key = row.pop("id")
        self._connection.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == key).values(**row))

    def _row(self, account: AccountRecord) -> dict[str, Any]:
        index = keyring_of(self._connection).index_of("account.pin", account.pin)
        return protected(_ACCOUNT, {**plain(account), "pin_index": index})

    def grant(
        self,
        account_id: str,
        queues: Iterable[QueueName] = (),
        supervises: Iterable[str] = (),
        administers: Iterable[str] = (),
    ) -> None:
        """Give an account queues, and agencies to supervise or administer; repeated grants change nothing."""
        member = [{"account_id": account_id, "queue": queue} for queue in sorted({str(queue) for queue in queues})]
        if member:
            self._connection.execute(insert_into(_MEMBERSHIP, self._connection).on_conflict_do_nothing(), member)
        overseer = [{"account_id": account_id, "agency": agency} for agency in sorted(set(supervises))]
        if overseer:
            self._connection.execute(insert_into(_SUPERVISION, self._connection).on_conflict_do_nothing(), overseer)
        keeper = [{"account_id": account_id, "agency": agency} for agency in sorted(set(administers))]
        if keeper:
            self._connection.execute(insert_into(_ADMINISTRATION, self._connection).on_conflict_do_nothing(), keeper)

    def revoke(
        self,
        account_id: str,
        queues: Iterable[QueueName] = (),
        supervises: Iterable[str] = (),
        administers: Iterable[str] = (),
    ) -> None:
        """Take memberships, supervisions and administrations away."""
        self._connection.execute(
            delete(_MEMBERSHIP).where(
                _MEMBERSHIP.c.account_id == account_id, _MEMBERSHIP.c.queue.in_([str(queue) for queue in queues])
            )
        )
        self._connection.execute(
            delete(_SUPERVISION).where(
                _SUPERVISION.c.account_id == account_id, _SUPERVISION.c.agency.in_(list(supervises))
            )
        )
        self._connection.execute(
            delete(_ADMINISTRATION).where(
                _ADMINISTRATION.c.account_id == account_id, _ADMINISTRATION.c.agency.in_(list(administers))
            )
        )

    def key_of(self, sign_in_name: str) -> str:
        """The key of an account by the name it signs in with. Raises NotFound."""
        found = self._connection.execute(
            select(_ACCOUNT.c.id).where(_ACCOUNT.c.sign_in_name == sign_in_name)
        ).scalar_one_or_none()
        if found is None:
            raise NotFound.of("account", sign_in_name)
        return str(found)

    def queues(self) -> frozenset[QueueName]:
        """The queues that somebody works in."""
        return frozenset(
            map(QueueName.parse, self._connection.execute(select(_MEMBERSHIP.c.queue).distinct()).scalars())
        )

    def members_of(self, queues: Collection[str], most: int = 200) -> set[str]:
        """Accounts that work in any of these queues and may sign in."""
        if not queues:
            return set()
        statement = (
            select(_MEMBERSHIP.c.account_id)
            .join(_ACCOUNT, _ACCOUNT.c.id == _MEMBERSHIP.c.account_id)
            .where(_MEMBERSHIP.c.queue.in_(sorted(queues)), _ACCOUNT.c.disabled.is_(False))
        )
        return set(self._connection.execute(statement.limit(most)).scalars())

    def supervisors_of(self, agency: str, most: int = 200) -> set[str]:
        """Accounts that supervise an agency and may sign in."""
        statement = (
            select(_SUPERVISION.c.account_id)
            .join(_ACCOUNT, _ACCOUNT.c.id == _SUPERVISION.c.account_id)
            .where(_SUPERVISION.c.agency == agency, _ACCOUNT.c.disabled.is_(False))
        )
        return set(self._connection.execute(statement.limit(most)).scalars())

    def actor(self, account_id: str, now: datetime | None = None) -> Actor:
        """An account with its duties, disabled or not; deputyships and mandates only at a moment. Raises NotFound."""
        row = self._connection.execute(_ACTOR, {"key": account_id, "now": now}).first()
        if row is None:
            raise NotFound.of("account", account_id)
        return actor_from(row)

    # Sessions and tokens: secrets are known by their hash only.

    def begin_session(self, session: SessionRecord) -> None:
        """Keep a session."""
        self._connection.execute(insert(_SESSION), plain(session))

    def touch_session(self, secret_hash: str, seen_at: datetime, idle_until: datetime) -> None:
        """A session was used."""
        statement = update(_SESSION).where(_SESSION.c.hash == secret_hash)
        self._connection.execute(statement.values(seen_at=seen_at, idle_until=idle_until))

    def lock_session(self, secret_hash: str) -> SessionRecord:
        """A session by the hash of its secret, kept from all others. Raises NotFound."""
        statement = select(*_SESSION_COLUMNS).where(_SESSION.c.hash == secret_hash).with_for_update()
        row = self._connection.execute(statement).first()
        if row is None:
            raise NotFound("This session is over.", remedy="Sign in again.")
        return SessionRecord(**taken(_SESSION_COLUMNS, row))

    def renew_session(self, secret_hash: str, session: SessionRecord) -> bool:
        """Keep a session as it is now, under the hash of its new secret; the former one opens nothing any more."""
        statement = update(_SESSION).where(_SESSION.c.hash == secret_hash).values(**plain(session))
        return self._connection.execute(statement).rowcount == 1

    def let_sessions_renew(self, account_id: str, since: datetime) -> None:
        """Let every session of an account get a new secret at its next request: what it may do has changed."""
        statement = update(_SESSION).where(_SESSION.c.account_id == account_id)
        self._connection.execute(statement.values(renew_since=since))

    def forget_proofs(self, account_id: str) -> None:
        """Let no session of an account count as proved by a second factor: it has none any more."""
        statement = update(_SESSION).where(_SESSION.c.account_id == account_id)
        self._connection.execute(statement.values(second_factor_at=None))

    def end_session(self, session_id: str, account_id: str) -> bool:
        """End a session of an account by its key; whether there was one."""
        is_it = func.coalesce(_SESSION.c.id, _SESSION.c.hash) == session_id
        statement = delete(_SESSION).where(_SESSION.c.account_id == account_id, is_it)
        return self._connection.execute(statement).rowcount == 1

    def end_session_of(self, secret_hash: str) -> tuple[str, str] | None:
        """End a session by the hash of its secret; gives its account and its key, None when there was none."""
        key = func.coalesce(_SESSION.c.id, _SESSION.c.hash)
        statement = delete(_SESSION).where(_SESSION.c.hash == secret_hash).returning(_SESSION.c.account_id, key)
        row = self._connection.execute(statement).first()
        return None if row is None else (row[0], row[1])

    def end_all_sessions(self, account_id: str, but: str | None = None) -> int:
        """End every session of an account, `but` that one, such as after a new password; gives how many."""
        statement = delete(_SESSION).where(_SESSION.c.account_id == account_id)
        if but is not None:
            statement = statement.where(func.coalesce(_SESSION.c.id, _SESSION.c.hash) != but)
        return self._connection.execute(statement).rowcount

    def forget_expired_sessions(self, now: datetime) -> int:
        """Remove sessions that are over; gives how many."""
        over = (_SESSION.c.expires_at <= now) | (_SESSION.c.idle_until <= now)
        return self._connection.execute(delete(_SESSION).where(over)).rowcount

    def add_token(self, token: TokenRecord) -> None:
        """Keep a token."""
        self._connection.execute(insert(_TOKEN), plain(token))

    def add_got_token(self, token: TokenRecord, most: int) -> None:
        """Keep a token that was got for another, which has so many at most: the oldest give way."""
        self.add_token(token)
        of_it = select(_TOKEN.c.hash).where(_TOKEN.c.got_for == token.got_for)
        kept = of_it.order_by(_TOKEN.c.created_at.desc(), _TOKEN.c.id.desc()).limit(most)
        beyond = (_TOKEN.c.got_for == token.got_for) & _TOKEN.c.hash.not_in(kept)
        self._connection.execute(delete(_TOKEN).where(beyond))

    def use_token(self, secret_hash: str, at: datetime) -> None:
        """A token was used."""
        self._connection.execute(update(_TOKEN).where(_TOKEN.c.hash == secret_hash).values(last_used_at=at))

    def revoke_token(self, token_id: str, account_id: str | None = None) -> str | None:
        """Take a token away for good, and those got for it; only one of `account_id` if that is given. Gives whose."""
        statement = delete(_TOKEN).where(or_(_TOKEN.c.id == token_id, _TOKEN.c.got_for == token_id))
        if account_id is not None:
            statement = statement.where(_TOKEN.c.account_id == account_id)
        found = self._connection.execute(statement.returning(_TOKEN.c.account_id)).scalars().all()
        return found[0] if found else None

    def forget_got_tokens(self, now: datetime) -> int:
        """Remove tokens that are over and were got for others; gives how many. Those that people made stay listed."""
        over = (_TOKEN.c.expires_at <= now) & _TOKEN.c.got_for.is_not(None)
        return self._connection.execute(delete(_TOKEN).where(over)).rowcount


_KEEP = insert(_KEPT)
_FORGET = delete(_KEPT).where(_KEPT.c.created_at < bindparam("before"))


class KeptAnswers:
    """First answers to requests with an Idempotency-Key, of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(
        self,
        account: str,
        key: str,
        route: str,
        digest: str,
        status: int,
        body: str,
        etag: str | None,
        now: datetime,
    ) -> None:
        """Keep the answer in the transaction of its effect. A key that came before: AlreadyExists, on leaving."""
        self._connection.execute(
            _KEEP,
            protected(
                _KEPT,
                {
                    "account_id": account,
                    "key": key,
                    "route": route,
                    "digest": digest,
                    "status": status,
                    "body": body,
                    "etag": etag,
                    "created_at": now,
                },
            ),
        )

    def forget(self, before: datetime) -> int:
        """Remove answers older than a moment; gives how many."""
        return self._connection.execute(_FORGET, {"before": before}).rowcount
