"""What an operator does with accounts: makes them, gives them duties, passwords and tokens, closes them.

Each act is journaled in the account's chain. What people do with their own accounts: `sign_in`, `second_factors`,
`tokens`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from door.access import hash_of
from engine.casework.actor import Actor
from engine.clock import SystemClock
from engine.errors import NotFound, Refused
from engine.identity import QueueName, new_key
from engine.store.database import Database
from engine.store.queries.credentials import behind_token
from engine.store.records import AccountRecord, IdentityRecord, TokenRecord
from engine.store.unit_of_work import UnitOfWork
from onewindow.account_journal import Notes, administer
from onewindow.password_rules import PasswordRules
from onewindow.passwords import ANY, hash_password
from onewindow.throttling import subjects_of_factor, subjects_of_name

TOKEN_PREFIX: Final = "ow_"  # noqa: S105 (no secret: it lets scanners of leaked secrets know ours)

How = Callable[[UnitOfWork, AccountRecord, Notes], AccountRecord]
"""What becomes of a locked account; notes what it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What an account may do."""

    citizen: bool = False
    analyst: bool = False
    operator: bool = False
    queues: frozenset[QueueName] = frozenset()
    supervises: frozenset[str] = frozenset()

    def told(self) -> dict[str, list[str]]:
        """In words, for the journal."""
        flags = {"citizen": self.citizen, "analyst": self.analyst, "operator": self.operator}
        supervised = (f"supervisor of {agency}" for agency in sorted(self.supervises))
        return {"duties": [*(name for name, has in flags.items() if has), *sorted(map(str, self.queues)), *supervised]}


def add_account(
    database: Database,
    name: str,
    shown_name: str,
    password: str | None,
    duties: Duties,
    now: datetime,
    pin: str | None,
    rules: PasswordRules = ANY,
) -> str:
    """Make an account and give its key. Without a password it signs in by token only. Raises Refused, WeakPassword."""
    account = AccountRecord(
        id=new_key(),
        sign_in_name=name,
        password_hash=hash_password(password, rules, (name, shown_name)) if password is not None else None,
        name=shown_name,
        pin=pin,
        citizen=duties.citizen,
        analyst=duties.analyst,
        operator=duties.operator,
        created_at=now,
    )

    def add(work: UnitOfWork, notes: Notes) -> str:
        work.accounts.add(account)
        work.accounts.grant(account.id, duties.queues, duties.supervises)
        notes("account.made", account.id, **duties.told())
        return account.id

    return administer(database, now, add)


def change(database: Database, name: str, how: How, now: datetime | None = None) -> None:
    """Change an account under lock. Raises NotFound."""

    def once(work: UnitOfWork, notes: Notes) -> None:
        work.accounts.save(how(work, work.accounts.lock(name), notes))

    administer(database, now or SystemClock().now(), once)


def set_password(database: Database, name: str, password: str, rules: PasswordRules = ANY) -> None:
    """Give an account a new password; it is signed out everywhere. Raises NotFound, WeakPassword."""
    hashed = hash_password(password, rules, (name,))

    def how(work: UnitOfWork, account: AccountRecord, notes: Notes) -> AccountRecord:
        work.accounts.end_all_sessions(account.id)
        work.credentials.forgive(list(subjects_of_name(name, None))[:1])
        notes("password.changed", account.id)
        return replace(account, password_hash=hashed)

    change(database, name, how)


def set_disabled(database: Database, name: str, disabled: bool) -> None:
    """Close an account, or open it again; a closed one is signed out everywhere and its tokens do not work."""

    def how(work: UnitOfWork, account: AccountRecord, notes: Notes) -> AccountRecord:
        if disabled:
            work.accounts.end_all_sessions(account.id)
        notes("account.disabled" if disabled else "account.opened", account.id)
        return replace(account, disabled=disabled)

    change(database, name, how)


class RecordsKept(Refused):
    """Cases of a person are kept by law still."""

    code = "records-kept"

    def __init__(self, name: str, number: int) -> None:
        super().__init__(
            f"Account {name} stands behind {number} cases whose records are kept.",
            remedy="Close it with `onewindow account disable`; its data go with the records, by `onewindow retention`.",
            cases=number,
        )


def erase(database: Database, name: str, now: datetime) -> None:
    """Forget a person: her key is destroyed, and the account is an empty shell. There is no way back.

    Raises NotFound, and RecordsKept while a record of hers is kept.
    """

    def once(work: UnitOfWork, notes: Notes) -> None:
        account = work.accounts.lock(name)
        number = work.cases.number_kept_of(account.id)
        if number:
            raise RecordsKept(name, number)
        work.accounts.end_all_sessions(account.id)
        work.credentials.remove_all_factors(account.id)
        work.notices.forget_contact(account.id)
        shell = replace(account, name="", pin=None, password_hash=None, disabled=True)
        work.accounts.save(replace(shell, sign_in_name=f"erased-{account.id}"))
        work.keys.destroy_for(account.id, now)
        notes("account.erased", account.id)

    administer(database, now, once)


def sign_out(database: Database, name: str) -> int:
    """End all sessions of an account; gives how many. Raises NotFound."""
    ended: list[int] = []

    def how(work: UnitOfWork, account: AccountRecord, notes: Notes) -> AccountRecord:
        ended[:] = [work.accounts.end_all_sessions(account.id)]
        notes("sessions.ended", account.id, number=ended[0])
        return account

    change(database, name, how)
    return ended[0]


def reset_factors(database: Database, name: str) -> int:
    """Take all second factors of an account away, so that its owner can add new ones; gives how many. It is signed out.

    Raises NotFound.
    """
    gone: list[int] = []

    def how(work: UnitOfWork, account: AccountRecord, notes: Notes) -> AccountRecord:
        gone[:] = [work.credentials.remove_all_factors(account.id)]
        work.credentials.forgive(list(subjects_of_factor(account.id)))
        work.accounts.end_all_sessions(account.id)
        notes("factors.reset", account.id, number=gone[0])
        return account

    change(database, name, how)
    return gone[0]


def grant(database: Database, name: str, duties: Duties, *, revoke: bool = False) -> None:
    """Give duties to an account, or take them away; its sessions get new secrets. Raises NotFound."""

    def how(work: UnitOfWork, account: AccountRecord, notes: Notes) -> AccountRecord:
        before = work.accounts.actor(account.id)
        (work.accounts.revoke if revoke else work.accounts.grant)(account.id, duties.queues, duties.supervises)
        changed = replace(
            account,
            citizen=_after(account.citizen, duties.citizen, revoke),
            analyst=_after(account.analyst, duties.analyst, revoke),
            operator=_after(account.operator, duties.operator, revoke),
        )
        work.accounts.save(changed)
        if work.accounts.actor(account.id) != before:
            work.accounts.let_sessions_renew(account.id, SystemClock().now())
            notes("duties.revoked" if revoke else "duties.granted", account.id, **duties.told())
        return changed

    change(database, name, how)


def _after(has: bool, named: bool, revoke: bool) -> bool:
    """Whether an account has a duty after it was given or taken; one that is not named stays."""
    return not revoke if named else has


def link(database: Database, name: str, provider: str, subject: str, now: datetime) -> None:
    """Know an account by an identity at a provider. Raises NotFound, AlreadyExists when another is known by it."""

    def add(work: UnitOfWork, notes: Notes) -> None:
        account = work.accounts.lock(name).id
        work.federation.add(IdentityRecord(provider=provider, subject=subject, account_id=account, created_at=now))
        notes("identity.linked", account, provider=provider)

    administer(database, now, add)


def unlink(database: Database, provider: str, subject: str, now: datetime) -> str:
    """Know nobody by an identity; duties stay, sessions of it end. Gives the account. Raises NotFound."""

    def remove(work: UnitOfWork, notes: Notes) -> str:
        identity = work.federation.lock(provider, subject)
        if identity is None:
            raise NotFound.of("identity", subject)
        work.federation.remove(provider, subject)
        work.federation.end_sessions(provider, now, account_id=identity.account_id)
        notes("identity.unlinked", identity.account_id, provider=provider)
        return identity.account_id

    return administer(database, now, remove)


def create_token(
    database: Database,
    name: str,
    token_name: str,
    life: timedelta,
    now: datetime,
    scopes: Sequence[str] | None = None,
) -> tuple[str, str]:
    """Make an API token of an account: its key, and the secret that is shown this once. Raises NotFound."""
    token, secret = new_token(token_name, life, now, scopes)

    def add(work: UnitOfWork, notes: Notes) -> None:
        account = work.accounts.lock(name).id
        work.accounts.add_token(replace(token, account_id=account))
        notes("token.made", account, token=token.id, scopes=None if scopes is None else list(scopes))

    administer(database, now, add)
    return token.id, secret


def new_token(
    name: str, life: timedelta, now: datetime, scopes: Sequence[str] | None, made_by: str | None = None
) -> tuple[TokenRecord, str]:
    """A token that belongs to nobody yet, and its secret."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = TokenRecord(
        hash=hash_of(secret),
        id=new_key(),
        account_id="",
        name=name,
        created_at=now,
        expires_at=now + life,
        scopes=None if scopes is None else sorted(set(scopes)),
        made_by=made_by,
    )
    return token, secret


def token_works(database: Database, secret: str, now: datetime) -> bool:
    """Whether somebody is behind a token now."""
    with database.read() as connection:
        return behind_token(connection, hash_of(secret), now) is not None


def revoke_token(database: Database, token_id: str) -> None:
    """Take a token away for good. Raises NotFound."""

    def change(work: UnitOfWork, notes: Notes) -> None:
        account = work.accounts.revoke_token(token_id)
        if account is None:
            raise NotFound.of("token", token_id)
        notes("token.revoked", account, token=token_id)

    administer(database, SystemClock().now(), change)


def actor_named(database: Database, name: str) -> Actor:
    """Who an account is, with its duties. Raises NotFound."""
    return database.run(lambda work: work.accounts.actor(work.accounts.lock(name).id))


def queues_of(names: Iterable[str]) -> frozenset[QueueName]:
    """Queues written `agency:role`. Raises Invalid."""
    return frozenset(QueueName.parse(name) for name in names)
