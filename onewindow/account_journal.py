"""What happens to accounts is journaled in each account's own chain, and logged in a stream of its own.

The chain is `account-<key>`; entries hold keys and words, no names, no addresses. The stream is the logger `security`
(OWASP ASVS 5.0, 16.3): a line for each act after its commit, with keys only, so that it can be kept apart and watched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog

from engine.audit import Entry
from engine.casework.actor import Actor
from engine.casework.look import Ground, LookKind, looks_chain
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime
from engine.store.database import Database
from engine.store.unit_of_work import UnitOfWork

T = TypeVar("T")

COMMAND_LINE: Final = "command-line"
"""Who acted, when it was an operator at the command line."""
UNKNOWN_NAMES: Final = "unknown-names"
"""The chain of tries at names that no account has."""

security = structlog.get_logger("security")


def account_chain(account: str) -> str:
    """The journal's chain of an account."""
    return f"account-{account}"


class Notes:
    """What an act does to accounts: journaled with it, logged after it."""

    def __init__(self, write: Callable[[str, str, str, dict[str, Any]], None], by: str) -> None:
        self._write = write
        self._by = by
        self._said: list[tuple[str, str, dict[str, Any]]] = []

    def __call__(self, action: str, account: str, **detail: Any) -> None:
        """Note that `action` was done to an account; `detail` is plain JSON without personal data."""
        self._write(account_chain(account), action, account, detail)
        self._said.append((action, account, detail))

    def log(self) -> None:
        """Tell the stream of security events what was committed."""
        for action, account, detail in self._said:
            security.info(action, account=account, by=self._by, **detail)


def act_on_accounts(runtime: Runtime, by: Actor, change: Callable[[Act, Notes], T]) -> T:
    """Carry out `change` in one transaction with its entries, then log it. `change` must be safe to repeat."""
    kept: list[Notes] = []

    def once(act: Act) -> T:
        def write(chain: str, action: str, subject: str, detail: dict[str, Any]) -> None:
            act.journal(chain, action, subject, **detail)

        notes = Notes(write, by.account)
        kept[:] = [notes]
        return change(act, notes)

    result = transact(runtime, by, once)
    kept[0].log()
    return result


def note_looks(work: UnitOfWork, at: datetime, what: LookKind, accounts_seen: Iterable[str]) -> None:
    """Note that an operator was shown something of these accounts at the command line: each person reads it."""
    told = {"ground": str(Ground.operation)}
    work.journal.append_to_many(
        {
            looks_chain(key): [Entry(at=at, actor=COMMAND_LINE, action=what, subject=key, detail=told)]
            for key in accounts_seen
        }
    )


def administer(database: Database, at: datetime, change: Callable[[UnitOfWork, Notes], T]) -> T:
    """The same for an operator at the command line, who has no account."""
    kept: list[Notes] = []

    def once(work: UnitOfWork) -> T:
        def write(chain: str, action: str, subject: str, detail: dict[str, Any]) -> None:
            entry = Entry(at=at, actor=COMMAND_LINE, action=action, subject=subject, detail=detail)
            work.journal.append_to(chain, [entry])

        notes = Notes(write, COMMAND_LINE)
        kept[:] = [notes]
        return change(work, notes)

    result = database.run(once)
    kept[0].log()
    return result
