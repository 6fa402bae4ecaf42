"""Accounts at work: signing in, sessions, tokens, and what the operator does with accounts on the command line.

A sign-in that fails is counted in the account; after five in a row the account rests, longer each time. Names that do
not exist are counted the same way, so that the answers do not tell who has an account. Passwords are compared outside
of transactions: a comparison takes a tenth of a second, and writers would wait for it.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from api.access import hash_of
from api.problems import TooManyAttempts
from api.sign_in import SignedIn, WrongCredentials
from engine.casework.actor import Actor
from engine.clock import Clock
from engine.errors import NotFound, Unavailable
from engine.identity import QueueName, new_key
from engine.store.database import Database
from engine.store.queries.accounts import behind_session, behind_token
from engine.store.records import AccountRecord, SessionRecord, TokenRecord
from engine.store.unit_of_work import UnitOfWork
from onewindow.passwords import hash_password, password_fits

ATTEMPTS: Final = 5
"""Wrong passwords in a row after which an account rests."""
_FIRST_REST: Final = timedelta(seconds=30)
_LONGEST_REST: Final = timedelta(minutes=15)
_STRANGERS: Final = 10_000
_SEEN_EVERY: Final = timedelta(minutes=1)
TOKEN_PREFIX: Final = "ow_"  # noqa: S105 (no secret: it lets scanners of leaked secrets know ours)

T = TypeVar("T")


@dataclass(slots=True)
class Strangers:
    """Failed attempts at names no account has, so that they rest like the others. Bounded; the oldest go first."""

    _attempts: OrderedDict[str, tuple[int, datetime | None]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rest_of(self, name: str) -> datetime | None:
        """Until when the name rests."""
        with self._lock:
            return self._attempts.get(name, (0, None))[1]

    def failed(self, name: str, now: datetime) -> None:
        """One more wrong attempt."""
        with self._lock:
            attempts = self._attempts.pop(name, (0, None))[0] + 1
            self._attempts[name] = (attempts, rest_until(attempts, now))
            while len(self._attempts) > _STRANGERS:
                self._attempts.popitem(last=False)


def rest_until(failed_attempts: int, now: datetime) -> datetime | None:
    """Until when an account rests after so many wrong passwords in a row: 30 s after five, then twice as long."""
    beyond = failed_attempts - ATTEMPTS
    return None if beyond < 0 else now + min(_FIRST_REST * 2 ** min(beyond, 10), _LONGEST_REST)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Finds who shows a token or a session's secret, in one statement. Its use is written once a minute at most."""

    database: Database
    clock: Clock
    idle: timedelta

    def __call__(self, secret_hash: str, is_session: bool) -> Actor | None:
        now = self.clock.now()
        with self.database.read() as connection:
            known = (behind_session if is_session else behind_token)(connection, secret_hash, now)
        if known is None:
            return None
        if known.last_seen_at is None or now - known.last_seen_at >= _SEEN_EVERY:
            self._seen(secret_hash, is_session, now)
        return known.actor

    def _seen(self, secret_hash: str, is_session: bool, now: datetime) -> None:
        def note(work: UnitOfWork) -> None:
            if is_session:
                work.accounts.touch_session(secret_hash, now, now + self.idle)
            else:
                work.accounts.use_token(secret_hash, now)

        # reading must go on while nothing can be written
        with contextlib.suppress(Unavailable):
            self.database.run(note)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSessions:
    """Sessions of browsers (see `api.sign_in.Sessions`)."""

    database: Database
    clock: Clock
    idle: timedelta
    absolute: timedelta
    strangers: Strangers = field(default_factory=Strangers)

    def sign_in(self, name: str, password: str, description: str) -> SignedIn:
        """Begin a session. Raises WrongCredentials, TooManyAttempts."""
        now = self.clock.now()
        account = self._account(name)
        resting = account.locked_until if account else self.strangers.rest_of(name)
        if resting is not None and resting > now:
            seconds = int((resting - now).total_seconds()) + 1
            raise TooManyAttempts(
                "Too many wrong passwords for this name.",
                retry_after_seconds=seconds,
                remedy=f"Wait {seconds} seconds, or ask an operator for a new password.",
            )
        fits = password_fits(account.password_hash if account else None, password)
        if account is None or not fits or account.disabled:
            self._failed(name, account, now)
            raise WrongCredentials("Name or password is wrong.", remedy="Try again; mind capitals and the keyboard.")
        return self.database.run(lambda work: self._begin(work, account.sign_in_name, description, now))

    def end(self, secret_hash: str, account: str) -> bool:
        """End a session of an account; whether there was one."""
        return self.database.run(lambda work: work.accounts.end_session(secret_hash, account))

    def _account(self, name: str) -> AccountRecord | None:
        try:
            return self.database.run(lambda work: work.accounts.lock(name))
        except NotFound:
            return None

    def _failed(self, name: str, account: AccountRecord | None, now: datetime) -> None:
        if account is None:
            self.strangers.failed(name, now)
            return

        def count(work: UnitOfWork) -> None:
            known = work.accounts.lock(name)
            attempts = known.failed_attempts + 1
            work.accounts.save(replace(known, failed_attempts=attempts, locked_until=rest_until(attempts, now)))

        self.database.run(count)

    def _begin(self, work: UnitOfWork, name: str, description: str, now: datetime) -> SignedIn:
        account = work.accounts.lock(name)
        if account.failed_attempts:
            work.accounts.save(replace(account, failed_attempts=0, locked_until=None))
        work.accounts.forget_expired_sessions(now)
        secret, ends = secrets.token_urlsafe(32), now + self.absolute
        work.accounts.begin_session(
            SessionRecord(
                hash=hash_of(secret),
                account_id=account.id,
                created_at=now,
                seen_at=now,
                idle_until=min(now + self.idle, ends),
                expires_at=ends,
                description=description[:200],
            )
        )
        return SignedIn(actor=work.accounts.actor(account.id), secret=secret, expires_at=ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What an account may do."""

    citizen: bool = False
    analyst: bool = False
    operator: bool = False
    queues: frozenset[QueueName] = frozenset()
    supervises: frozenset[str] = frozenset()


def add_account(
    database: Database, name: str, shown_name: str, password: str | None, duties: Duties, now: datetime, pin: str | None
) -> str:
    """Make an account and give its key. Without a password it signs in by token only. Raises Refused, WeakPassword."""
    account = AccountRecord(
        id=new_key(),
        sign_in_name=name,
        password_hash=hash_password(password) if password is not None else None,
        name=shown_name,
        pin=pin,
        citizen=duties.citizen,
        analyst=duties.analyst,
        operator=duties.operator,
        created_at=now,
    )

    def add(work: UnitOfWork) -> str:
        work.accounts.add(account)
        work.accounts.grant(account.id, duties.queues, duties.supervises)
        return account.id

    return database.run(add)


def change(database: Database, name: str, how: Callable[[UnitOfWork, AccountRecord], AccountRecord]) -> None:
    """Change an account under lock. Raises NotFound."""

    def once(work: UnitOfWork) -> None:
        work.accounts.save(how(work, work.accounts.lock(name)))

    database.run(once)


def set_password(database: Database, name: str, password: str) -> None:
    """Give an account a new password; it is signed out everywhere. Raises NotFound, WeakPassword."""
    hashed = hash_password(password)

    def how(work: UnitOfWork, account: AccountRecord) -> AccountRecord:
        work.accounts.end_all_sessions(account.id)
        return replace(account, password_hash=hashed, failed_attempts=0, locked_until=None)

    change(database, name, how)


def set_disabled(database: Database, name: str, disabled: bool) -> None:
    """Close an account, or open it again; a closed one is signed out everywhere and its tokens do not work."""

    def how(work: UnitOfWork, account: AccountRecord) -> AccountRecord:
        if disabled:
            work.accounts.end_all_sessions(account.id)
        return replace(account, disabled=disabled)

    change(database, name, how)


def grant(database: Database, name: str, duties: Duties, *, revoke: bool = False) -> None:
    """Give duties to an account, or take them away. Raises NotFound."""

    def how(work: UnitOfWork, account: AccountRecord) -> AccountRecord:
        (work.accounts.revoke if revoke else work.accounts.grant)(account.id, duties.queues, duties.supervises)
        return replace(
            account,
            citizen=_after(account.citizen, duties.citizen, revoke),
            analyst=_after(account.analyst, duties.analyst, revoke),
            operator=_after(account.operator, duties.operator, revoke),
        )

    change(database, name, how)


def _after(has: bool, named: bool, revoke: bool) -> bool:
    """Whether an account has a duty after it was given or taken; one that is not named stays."""
    return not revoke if named else has


def create_token(database: Database, name: str, token_name: str, life: timedelta, now: datetime) -> tuple[str, str]:
    """Make an API token of an account: its key, and the secret that is shown this once. Raises NotFound."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)

    def add(work: UnitOfWork) -> str:
        token = TokenRecord(
            hash=hash_of(secret),
            id=new_key(),
            account_id=work.accounts.lock(name).id,
            name=token_name,
            created_at=now,
            expires_at=now + life,
        )
        work.accounts.add_token(token)
        return token.id

    return database.run(add), secret


def token_works(database: Database, secret: str, now: datetime) -> bool:
    """Whether somebody is behind a token now."""
    with database.read() as connection:
        return behind_token(connection, hash_of(secret), now) is not None


def revoke_token(database: Database, token_id: str) -> None:
    """Take a token away for good. Raises NotFound."""
    if not database.run(lambda work: work.accounts.revoke_token(token_id)):
        raise NotFound.of("token", token_id)


def actor_named(database: Database, name: str) -> Actor:
    """Who an account is, with its duties. Raises NotFound."""
    return database.run(lambda work: work.accounts.actor(work.accounts.lock(name).id))


def queues_of(names: Iterable[str]) -> frozenset[QueueName]:
    """Queues written `agency:role`. Raises Invalid."""
    return frozenset(QueueName.parse(name) for name in names)
