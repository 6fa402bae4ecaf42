"""What grows without being looked at again is removed: expired messages, sessions that are over, challenges and
wrong tries of sign-in, sign-ins at a provider from which nobody came back, tokens that programs got for another and
that are over, places nobody signed in from for long, old notices about accounts, old kept answers, events
with their deliveries, exports of own data, prefilled forms that nobody submitted, abandoned uploads, and content of
files that nothing holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from engine.files.storage import StorageAway
from engine.runtime.collect_garbage import collect_garbage
from engine.runtime.wiring import Runtime

ANSWERS_KEPT_FOR: Final = timedelta(hours=24)
"""How long the answer to a request with an Idempotency-Key can be had again."""

TRIES_KEPT_FOR: Final = timedelta(hours=24)
"""As long as a wrong try counts (`engine.casework.throttle`)."""
PLACES_KEPT_FOR: Final = timedelta(days=365)
"""A place where nobody signed in for so long is new again."""

ACCOUNT_NOTICES_KEPT_FOR: Final = timedelta(days=365)
"""How long an inbox keeps what is about the account itself."""


def tidy_up(runtime: Runtime) -> int:
    """Remove what is over; gives how many rows. Safe to repeat, and from several workers. Raises Unavailable."""
    now = runtime.clock.now()
    with runtime.database.work() as work:
        gone = (
            work.messages.forget_expired(now)
            + work.accounts.forget_expired_sessions(now)
            + work.credentials.forget_challenges(now)
            + work.credentials.forget_tries(now - TRIES_KEPT_FOR)
            + work.federation.forget_begun(now)
            + work.accounts.forget_got_tokens(now)
            + work.credentials.forget_places(now - PLACES_KEPT_FOR)
            + work.notices.forget_of_accounts(now - ACCOUNT_NOTICES_KEPT_FOR)
            + work.idempotency.forget(now - ANSWERS_KEPT_FOR)
            + work.exchanges.forget(now - runtime.exchanges_kept_for)
            + work.prefills.forget(now)
            + work.exports.forget(now)
            + work.webhooks.forget(now - runtime.webhooks.kept_for)
        )
    try:
        return gone + collect_garbage(runtime)
    except StorageAway:
        return gone  # whoever sends or reads a file is told; here it can wait for the next round
