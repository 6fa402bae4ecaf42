"""Signing in with a password, sessions however they began, and the own password.

Passwords are compared outside of transactions: a comparison takes a tenth of a second, and writers would wait for it.
A try that fails is counted for names that exist and those that do not by the same statements, so that neither answer
nor time tells who has an account.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from door.access import hash_of
from door.sign_in import Came, SignedIn, Way, Who, WrongCredentials
from engine.casework.account_notice import AccountNews
from engine.casework.actor import SYSTEM, Actor
from engine.casework.place import browser_of, place_of
from engine.casework.step_up import is_official, require_second_factor
from engine.identity import new_key
from engine.runtime.act import Act
from engine.runtime.tell_account import tell_account
from engine.runtime.wiring import Runtime
from engine.store.queries.credentials import account_named
from engine.store.records import AccountRecord, FactorRecord, SessionRecord
from onewindow.account_journal import UNKNOWN_NAMES, Notes, act_on_accounts, security
from onewindow.password_rules import PasswordRules
from onewindow.passwords import ANY, hash_password, password_fits
from onewindow.throttling import Subjects, Throttle, subjects_of_name

PENDING: Final = timedelta(minutes=15)
"""How long a session lasts whose second factor is not proved yet: time enough to add one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How somebody proved herself elsewhere, at an identity provider."""

    provider: str
    provider_session: str | None
    """The provider's key of her session there."""
    proved_at: datetime | None
    """When she did; None when the provider does not say."""
    second_factor_at: datetime | None
    """The same, if it was with a second factor."""
    latest_until: datetime
    """When the session here ends whatever happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSessions:
    """Sessions of browsers (see `door.sign_in.Sessions`)."""

    runtime: Runtime
    throttle: Throttle
    idle: timedelta
    absolute: timedelta
    factor_is_required: bool = True
    """Of officials."""
    rules: PasswordRules = ANY
    """Of new passwords."""

    def sign_in(self, name: str, password: str, came: Came) -> SignedIn:
        """Begin a session. Raises WrongCredentials, TooManyAttempts."""
        now = self.runtime.clock.now()
        subjects = subjects_of_name(name, came.address)
        self.throttle.admit(subjects, now)
        with self.runtime.database.read() as connection:
            account = account_named(connection, name)
        fits = password_fits(account.password_hash if account else None, password)
        if account is None or not fits or account.disabled:
            self._failed(account, subjects)
            raise _wrong()

        def begin(act: Act, notes: Notes) -> SignedIn:
            locked = act.work.accounts.lock_key(account.id)
            if locked.disabled or locked.password_hash != account.password_hash:
                raise _wrong()  # it was changed while we compared
            wrong_before = act.work.credentials.forgive(list(subjects)[1::-1])
            if wrong_before:
                notes("sign-in.failed", locked.id, attempts=wrong_before)
            return self.begin(act, notes, locked, came)

        return act_on_accounts(self.runtime, _actor(account), begin)

    def end(self, session_id: str, account: str, by: Actor) -> bool:
        """End a session of an account; whether there was one."""

        def change(act: Act, notes: Notes) -> bool:
            ended = act.work.accounts.end_session(session_id, account)
            if ended:
                notes("session.ended", account, session=session_id[:26])
            return ended

        return act_on_accounts(self.runtime, by, change)

    def end_others(self, account: str, but: str | None, by: Actor) -> int:
        """End all sessions of an account but one; gives how many."""

        def change(act: Act, notes: Notes) -> int:
            ended = act.work.accounts.end_all_sessions(account, but)
            if ended:
                notes("sessions.ended", account, number=ended)
            return ended

        return act_on_accounts(self.runtime, by, change)

    def change_password(self, who: Who, current: str, new: str) -> SignedIn:
        """Change the own password; all other sessions end, and this one gets a new secret.

        Raises WrongCredentials, TooManyAttempts, StepUpNeeded, WeakPassword.
        """
        now = self.runtime.clock.now()
        if who.has_factor:
            require_second_factor(who.actor, now, "change your password")
        with self.runtime.database.work() as work:
            account = work.accounts.lock_key(who.actor.account)
        subjects = subjects_of_name(account.sign_in_name, who.came.address)
        self.throttle.admit(subjects, now)
        if not password_fits(account.password_hash, current):
            self._failed(account, subjects)
            raise WrongCredentials("The present password is wrong.", remedy="Try again; mind capitals.")
        hashed = hash_password(new, self.rules, (account.sign_in_name, account.name))

        def change(act: Act, notes: Notes) -> SignedIn:
            locked = act.work.accounts.lock_key(account.id)
            act.work.accounts.save(replace(locked, password_hash=hashed))
            act.work.accounts.end_all_sessions(account.id, who.actor.session)
            notes("password.changed", account.id)
            self.tell(act, account.id, AccountNews.password_changed, who.came)
            return renewed(act, who, self.idle, password_at=act.at)

        return act_on_accounts(self.runtime, who.actor, change)

    def tell(self, act: Act, account: str, news: AccountNews, came: Came) -> None:
        """Tell an account what happened to it."""
        tell_account(act, account, news, browser_of(came.browser))

    def settle(self, act: Act, account: str, came: Came) -> None:
        """Note where a sign-in that is whole came from, and tell the account when that place is new."""
        if act.work.credentials.note_place(account, place_of(account, came.address, came.browser), act.at):
            self.tell(act, account, AccountNews.new_place, came)

    def begin(
        self, act: Act, notes: Notes, account: AccountRecord, came: Came, arrival: Arrival | None = None
    ) -> SignedIn:
        """Begin a session of a locked account that has just proved itself: here by password, or elsewhere."""
        actor = act.work.accounts.actor(account.id)
        factors = [one for one in act.work.credentials.factors_of(account.id) if one.confirmed_at is not None]
        proved = arrival.second_factor_at if arrival else None
        is_whole = proved is not None or (not factors and not (self.factor_is_required and is_official(actor)))
        secret, ends = secrets.token_urlsafe(32), act.at + (self.absolute if is_whole else PENDING)
        if arrival is not None:
            ends = min(ends, arrival.latest_until)
        session = SessionRecord(
            hash=hash_of(secret),
            account_id=account.id,
            created_at=act.at,
            seen_at=act.at,
            idle_until=min(act.at + self.idle, ends),
            expires_at=ends,
            description=came.browser[:200],
            id=new_key(),
            password_at=arrival.proved_at if arrival else act.at,
            second_factor_at=proved,
            origin=(came.address or "")[:45] or None,
            provider=arrival.provider if arrival else None,
            provider_session=arrival.provider_session if arrival else None,
            latest_until=arrival.latest_until if arrival else None,
        )
        act.work.accounts.begin_session(session)
        by = {"provider": arrival.provider} if arrival else {}
        notes("session.began", account.id, session=session.id, whole=is_whole, **by)
        if is_whole:
            self.settle(act, account.id, came)
        return SignedIn(
            actor=replace(actor, session=session.id, second_factor_at=proved, origin=came.address),
            secret=secret,
            expires_at=ends,
            is_whole=is_whole,
            ways=ways_of(factors),
        )

    def _failed(self, account: AccountRecord | None, subjects: Subjects) -> None:
        """Count it. Names that exist and those that do not cost the same statements; a rest is journaled."""

        def count(act: Act, _notes: Notes) -> bool:
            until = self.throttle.count(act.work, subjects, act.at)
            if until is not None:
                chain = f"account-{account.id}" if account else UNKNOWN_NAMES
                act.journal(chain, "sign-in.rests", account.id if account else "", until=until.isoformat())
            return until is not None

        began_to_rest = act_on_accounts(self.runtime, SYSTEM, count)
        security.warning("sign-in.failed", account=account.id if account else None, rests=began_to_rest)


def ways_of(factors: Collection[FactorRecord]) -> tuple[Way, ...]:
    """How an account with these factors can prove one."""
    kinds = {one.kind for one in factors}
    found = [way for way in (Way.passkey, Way.totp) if str(way) in kinds]
    return (*found, Way.recovery_code) if found else ()


def renewed(
    act: Act,
    who: Who,
    idle: timedelta,
    *,
    second_factor_at: datetime | None = None,
    password_at: datetime | None = None,
    absolute: timedelta | None = None,
) -> SignedIn:
    """The caller's session under a new secret, with what was just proved. Raises NotFound when it ended meanwhile.

    With `absolute` it lasts so long from its beginning.
    """
    session = act.work.accounts.lock_session(who.secret_hash)
    secret = secrets.token_urlsafe(32)
    ends = session.created_at + absolute if absolute else session.expires_at
    if session.latest_until is not None:
        ends = min(ends, session.latest_until)
    changed = replace(
        session,
        hash=hash_of(secret),
        seen_at=act.at,
        idle_until=act.at + idle,
        expires_at=ends,
        second_factor_at=second_factor_at or session.second_factor_at,
        password_at=password_at or session.password_at,
        renew_since=None,
    )
    act.work.accounts.renew_session(who.secret_hash, changed)
    actor = act.work.accounts.actor(session.account_id)
    return SignedIn(
        actor=replace(
            actor, session=who.actor.session, second_factor_at=changed.second_factor_at, origin=who.actor.origin
        ),
        secret=secret,
        expires_at=changed.expires_at,
    )


def _actor(account: AccountRecord) -> Actor:
    return Actor(account=account.id, name=account.name)


def _wrong() -> WrongCredentials:
    return WrongCredentials("Name or password is wrong.", remedy="Try again; mind capitals and the keyboard.")
