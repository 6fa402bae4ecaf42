"""Codes by which somebody sets her password without the one before: of a new account, or when she forgot it.

An operator who saw who she is makes one; it is random, good once and for a day, and nobody but its owner learns the
password. A second factor is asked for at sign-in as ever. Source: OWASP ASVS 5.0, 6.4.1, 6.4.3 and 6.4.6.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from door.access import hash_of
from door.sign_in import Came, NewCode, Who, WrongCredentials
from engine.casework.account_notice import AccountNews
from engine.casework.actor import SYSTEM, Actor
from engine.casework.policy import Action, permit
from engine.casework.step_up import require_own_proof
from engine.runtime.act import Act
from engine.runtime.wiring import Runtime
from engine.store.database import Database
from engine.store.queries.credentials import account_named
from engine.store.unit_of_work import UnitOfWork
from onewindow.account_journal import Notes, act_on_accounts, administer
from onewindow.password_rules import PasswordRules
from onewindow.passwords import hash_password
from onewindow.sign_in import BrowserSessions
from onewindow.throttling import Throttle, subjects_of_name

LIFE: Final = timedelta(hours=24)


def new_code(database: Database, name: str, now: datetime) -> str:
    """Make a code for an account at the command line. Raises NotFound."""
    code = _fresh()

    def make(work: UnitOfWork, notes: Notes) -> None:
        account = work.accounts.lock(name).id
        work.credentials.set_password_code(account, hash_of(code), None, now + LIFE)
        notes("password-code.made", account)

    administer(database, now, make)
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCodes:
    """Codes over the API (see `door.sign_in.PasswordCodes`)."""

    runtime: Runtime
    sessions: BrowserSessions
    throttle: Throttle
    rules: PasswordRules

    def make(self, who: Who, account: str) -> NewCode:
        """Make a code for somebody's account. It is in the answer only. Raises StepUpNeeded, Forbidden, NotFound."""
        now, by = self.runtime.clock.now(), who.actor
        permit(by, Action.manage_passwords)
        act_said = "let somebody set a new password"
        require_own_proof(by, now, act_said, has_factor=who.has_factor, password_at=who.password_at)
        code, until = _fresh(), now + LIFE

        def change(act: Act, notes: Notes) -> None:
            locked = act.work.accounts.lock_key(account)
            act.work.credentials.set_password_code(locked.id, hash_of(code), by.account, until)
            notes("password-code.made", locked.id)

        act_on_accounts(self.runtime, by, change)
        return NewCode(code=code, expires_at=until)

    def use(self, name: str, code: str, password: str, came: Came) -> None:
        """Set a password by a code; the account is signed out everywhere.

        Wrong names and wrong codes are counted and answered alike. Raises WrongCredentials, TooManyAttempts,
        WeakPassword.
        """
        now = self.runtime.clock.now()
        subjects = subjects_of_name(name, came.address)
        self.throttle.admit(subjects, now)
        with self.runtime.database.read() as connection:
            account = account_named(connection, name)
        hashed = hash_password(password, self.rules, (name,))

        def change(act: Act, notes: Notes) -> bool:
            known = account is not None and not account.disabled
            if not act.work.credentials.use_password_code(account.id if account and known else "", hash_of(code), now):
                self.throttle.count(act.work, subjects, act.at)
                return False
            assert account is not None
            # only now: before, the refusal would tell a stranger what the account's owner is called
            self.rules.check(password, (account.name,))
            locked = act.work.accounts.lock_key(account.id)
            act.work.accounts.save(replace(locked, password_hash=hashed))
            act.work.accounts.end_all_sessions(locked.id)
            act.work.credentials.forgive(list(subjects)[1::-1])
            notes("password.changed", locked.id, by_code=True)
            self.sessions.tell(act, locked.id, AccountNews.password_changed, came)
            return True

        by = Actor(account=account.id, name=account.name) if account else SYSTEM
        if not act_on_accounts(self.runtime, by, change):
            raise WrongCredentials(
                "Name or code is wrong, or the code was used or is over.",
                remedy="Look at both again, or ask the operator for a new code.",
            )


def _fresh() -> str:
    return secrets.token_urlsafe(24)
