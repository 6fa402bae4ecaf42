"""What grows without being looked at again is removed: expired messages, sessions that are over, old kept answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from engine.runtime.wiring import Runtime

ANSWERS_KEPT_FOR: Final = timedelta(hours=24)
"""How long the answer to a request with an Idempotency-Key can be had again."""


def tidy_up(runtime: Runtime) -> int:
    """Remove what is over; gives how many rows. Safe to repeat, and from several workers. Raises Unavailable."""
    now = runtime.clock.now()
    with runtime.database.work() as work:
        return (
            work.messages.forget_expired(now)
            + work.accounts.forget_expired_sessions(now)
            + work.idempotency.forget(now - ANSWERS_KEPT_FOR)
        )
