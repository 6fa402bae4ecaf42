"""What versions before kept in clear is encrypted, some rows a transaction, while everything runs.

From the first transaction on, whatever is written is encrypted, too: all nodes must be of this version then. Killed or
stopped, it goes on where it was when it is called again. Once nothing clear is left, clear values are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from engine.audit import Entry
from engine.casework.actor import SYSTEM
from engine.errors import Refused
from engine.runtime.wiring import Runtime
from engine.store.repositories.clear_values import OF_PERSONS
from engine.store.repositories.keys import EncryptionState
from engine.store.unit_of_work import UnitOfWork

CHAIN: Final = "keys"
"""Of the journal: what was done with keys."""
_ROWS: Final = 200
_INSTANCES: Final = 20
Tell = Callable[[str, int], object]


class StillClear(Refused):
    """Some data could not be encrypted."""

    code = "still-clear"


def encrypt_data(runtime: Runtime, tell: Tell = lambda _what, _number: None) -> EncryptionState:
    """Encrypt all that is kept in clear; `tell` is told of how much, table by table. Gives how the database stands.

    Raises NoMasterKey, StillClear, Unavailable.
    """
    database = runtime.database
    with database.work() as work:
        state = work.keys.state()
        if state is EncryptionState.off:
            work.keys.make_for_installation()
            work.keys.switch(EncryptionState.on)
    if state is EncryptionState.whole:
        return state
    database.look_at_keys()
    _until_none("accounts without a key", lambda work: work.keys.make_missing(_ROWS), runtime, tell)
    _instances(runtime, tell)
    for table in OF_PERSONS:
        _until_none(table, partial(_encrypt_rows, table), runtime, tell)
    with database.work() as work:
        left = work.clear.left()
        if left:
            raise StillClear(
                f"Clear values are left in {', '.join(sorted(left))}.",
                remedy="A node of a version before is still running: stop it, and call this again.",
            )
        work.keys.switch(EncryptionState.whole)
        at = runtime.clock.now()
        entry = Entry(at=at, actor=SYSTEM.account, action="data.encrypted", subject="database", detail={})
        work.journal.append_to(CHAIN, [entry])
    database.look_at_keys()
    return EncryptionState.whole


def _instances(runtime: Runtime, tell: Tell) -> None:
    after, done = "", 0
    while True:
        with runtime.database.work() as work:
            batch = work.clear.instances_without_key(after, _INSTANCES)
            for instance_id in batch:
                work.clear.encrypt_instance(instance_id)
        if not batch:
            break
        after, done = batch[-1], done + len(batch)
        tell("instance", done)


def _encrypt_rows(table: str, work: UnitOfWork) -> int:
    return work.clear.encrypt_rows(table, _ROWS)


def _until_none(what: str, act: Callable[[UnitOfWork], int], runtime: Runtime, tell: Tell) -> None:
    done = 0
    while number := runtime.database.run(act):
        done += number
        tell(what, done)
