"""Keys of persons and of the installation, and how far the database is encrypted, of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, bindparam, func, select, update

from engine.store.encryption import envelope
from engine.store.encryption.columns import keyring_of
from engine.store.encryption.owners import INSTALLATION, person
from engine.store.rows import insert_into, table_of
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables.accounts import Account
from engine.store.tables.keys import DataKey, Encryption

KEY = table_of(DataKey)
_STATE = table_of(Encryption)
_ACCOUNT = table_of(Account)
_STANDS: Final = select(_STATE.c.state).where(_STATE.c.id == 1)
_REWRAP: Final = (
    update(KEY)
    .where(KEY.c.owner == bindparam("whose"))
    .values(wrapped=bindparam("new_wrapped"), master=bindparam("new_master"))
)


class EncryptionState(StrEnum):
    """How far a database is encrypted."""

    off = "off"
    """Nothing is: nodes of a version before 0023 may still read and write."""
    on = "on"
    """What is written is; what was there before is being moved."""
    whole = "whole"
    """Everything is, and clear values are refused."""


class Keys:
    """Keys of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def state(self) -> EncryptionState:
        """How far the database is encrypted; on PostgreSQL nobody switches it on before this transaction ends."""
        return EncryptionState(self._connection.execute(_STANDS.with_for_update(read=True)).scalar_one())

    def switch(self, state: EncryptionState) -> None:
        """Keep how far it is; waits for transactions that look at it."""
        self._connection.execute(update(_STATE).where(_STATE.c.id == 1).values(state=str(state)))

    def make_for_installation(self) -> None:
        """Keep the key of the installation, unless there is one."""
        self._keep([(INSTALLATION, keyring_of(self._connection).masters.wrap(INSTALLATION, envelope.new_key()))])

    def make_for(self, account_id: str) -> None:
        """Keep the key of a new account."""
        self._keep([(person(account_id), keyring_of(self._connection).make(person(account_id)))])

    def make_missing(self, most: int) -> int:
        """Keep keys for accounts that have none, of versions before; gives for how many."""
        has_one = select(KEY.c.owner).where(KEY.c.owner == "p" + _ACCOUNT.c.id).exists()
        wanted = select(_ACCOUNT.c.id).where(~has_one).order_by(_ACCOUNT.c.id).limit(most)
        masters = keyring_of(self._connection).masters
        found = [person(account) for account in self._connection.execute(wanted).scalars()]
        self._keep([(owner, masters.wrap(owner, envelope.new_key())) for owner in found])
        return len(found)

    def rewrap(self, most: int) -> int:
        """Wrap keys of other master keys with the current one; gives how many. Others may do so at the same time.

        Raises MasterKeyMissing, MasterKeyWrong.
        """
        keyring = keyring_of(self._connection)
        current = keyring.masters.current
        statement = (
            select(KEY.c.owner, KEY.c.wrapped)
            .where(KEY.c.master != current, KEY.c.wrapped.is_not(None))
            .order_by(KEY.c.owner)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        rows = self._connection.execute(statement).all()
        if rows:
            wrapped = [(row.owner, keyring.rewrap(row.owner, bytes(row.wrapped))) for row in rows]
            self._connection.execute(
                _REWRAP, [{"whose": owner, "new_wrapped": new, "new_master": current} for owner, new in wrapped]
            )
        return len(rows)

    def by_master(self) -> dict[str, int]:
        """How many keys each master key wraps."""
        counted = select(KEY.c.master, func.count()).where(KEY.c.wrapped.is_not(None)).group_by(KEY.c.master)
        return {str(row[0]): int(row[1]) for row in self._connection.execute(counted)}

    def destroy_for(self, account_id: str, at: datetime) -> None:
        """Destroy the key of a person: nothing that it encrypted can be read again, nor what keys it wrapped."""
        gone = update(KEY).where(KEY.c.owner == person(account_id)).values(wrapped=None, master=None, destroyed_at=at)
        self._connection.execute(gone)
        keyring_of(self._connection).forget(person(account_id))

    def _keep(self, wrapped: Sequence[tuple[str, bytes]]) -> None:
        if not wrapped:
            return
        master = keyring_of(self._connection).masters.current
        rows = [{"owner": owner, "wrapped": one, "master": master} for owner, one in wrapped]
        keep = insert_into(KEY, self._connection).on_conflict_do_nothing().execution_options(**SENT_TOGETHER)
        self._connection.execute(keep, rows)
