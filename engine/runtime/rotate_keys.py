"""All keys of persons are wrapped anew with the current master key, some a transaction, while everything runs.

What the keys encrypted stays as it is. Killed or stopped, it goes on where it was when it is called again; two who do
it at once share the work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.audit import Entry
from engine.casework.actor import SYSTEM
from engine.runtime.encrypt_data import CHAIN
from engine.runtime.wiring import Runtime

_KEYS: Final = 500


def rotate_keys(runtime: Runtime, tell: Callable[[int], object] = lambda _: None, *, most: int = _KEYS) -> int:
    """Gives how many keys were wrapped anew; `most` in one transaction. Raises MasterKeyMissing, MasterKeyWrong."""
    done = 0
    while number := runtime.database.run(lambda work: work.keys.rewrap(most)):
        done += number
        tell(done)
    if done:
        current = runtime.database.keyring.masters.current
        detail = {"master": current, "keys": done}
        entry = Entry(
            at=runtime.clock.now(), actor=SYSTEM.account, action="keys.rotated", subject=current, detail=detail
        )
        with runtime.database.work() as work:
            work.journal.append_to(CHAIN, [entry])
    return done
