"""Step-up: for a few acts it is not enough to be signed in; the second factor must have been proved just now.

Somebody may have left her desk, or a browser may have been taken over. Signing a decision where the model says so,
changing one's own factors and making tokens ask for a proof that is minutes old (OWASP ASVS 5.0, 7.5.3 and 8.4.2). A
token proves no second factor: such acts need a session.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from engine.casework.actor import Actor
from engine.errors import Forbidden

STEP_UP: Final = "secondFactor"
"""Property of a user task: with `fresh`, whoever completes it must have proved her second factor just now."""
FRESH: Final = "fresh"
FRESH_FOR: Final = timedelta(minutes=10)
"""How long a proof counts as fresh, unless the act says otherwise."""


class StepUpNeeded(Forbidden):
    """The act needs a proof that is fresher than what the caller has."""

    code = "step-up-needed"

    def __init__(self, act: str, within: timedelta, *, by_password: bool = False) -> None:
        minutes = int(within.total_seconds()) // 60
        proof = "password" if by_password else "second factor"
        remedy = (
            "Sign in again, then repeat this."
            if by_password
            else "Prove it in your session at POST /api/v1/session/second-factor, then repeat this. "
            "Who has none yet adds one at /api/v1/me/second-factors."
        )
        super().__init__(
            f"To {act}, your {proof} must have been proved in the last {minutes} minutes.",
            remedy=remedy,
            within_seconds=int(within.total_seconds()),
        )


def is_fresh(proved_at: datetime | None, now: datetime, within: timedelta = FRESH_FOR) -> bool:
    """Whether a proof is at most so old. One that lies ahead is of another clock, and none."""
    return proved_at is not None and timedelta(0) <= now - proved_at <= within


def require_second_factor(actor: Actor, now: datetime, act: str, within: timedelta = FRESH_FOR) -> None:
    """See that the actor proved a second factor just now; `act` says what for. Raises StepUpNeeded."""
    if not is_fresh(actor.second_factor_at, now, within):
        raise StepUpNeeded(act, within)


def require_own_proof(actor: Actor, now: datetime, act: str, *, has_factor: bool, password_at: datetime | None) -> None:
    """See that the actor proved just now who she is: by a second factor, or, who has none, by a sign-in of now.

    `password_at` is when the password was last proved in the session. Raises StepUpNeeded.
    """
    if has_factor:
        require_second_factor(actor, now, act)
    elif not is_fresh(password_at, now):
        raise StepUpNeeded(act, FRESH_FOR, by_password=True)


def is_official(actor: Actor) -> bool:
    """Whether somebody has a duty beyond those of a citizen: such accounts prove a second factor at every sign-in."""
    return bool(actor.queues or actor.supervises or actor.administers or actor.analyst or actor.operator)
