"""What calls say of a partner, kept for all workers: it failed, it answers again, somebody tries it.

A partner that answers costs nothing: only the first answer after a failure is written.
"""

from __future__ import annotations

from typing import Final

from engine.casework.actor import SYSTEM, Actor
from engine.casework.partner import BreakerRules, Partner, PartnerState
from engine.casework.policy import Action, permit
from engine.errors import NotFound
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime

CHAIN: Final = "partners"
"""The journal of circuits that opened and closed."""


def note_failure(runtime: Runtime, name: str, error: str, rules: BreakerRules) -> Partner:
    """A call failed in a way that may pass; gives what is known of the partner now."""

    def change(act: Act) -> Partner:
        before = act.work.partners.lock_or_begin(Partner(name=name, changed_at=act.at))
        after = before.failed(act.at, error, rules)
        act.work.partners.save(after)
        if after.openings > before.openings:
            act.journal(CHAIN, "partner.opened", name, failures=after.failures)
        return after

    return transact(runtime, SYSTEM, change)


def note_answer(runtime: Runtime, name: str) -> None:
    """A partner that failed answers again: its circuit closes. Safe to repeat."""

    def change(act: Act) -> None:
        before = act.work.partners.lock(name)
        if before is not None:
            act.work.partners.forget(name)
            if before.open_until is not None:
                act.journal(CHAIN, "partner.closed", name)

    transact(runtime, SYSTEM, change)


def try_partner(runtime: Runtime, name: str, rules: BreakerRules) -> bool:
    """Whether the caller is the one who makes the one call that tries a half-open partner."""

    def change(act: Act) -> bool:
        partner = act.work.partners.lock(name)
        if partner is None:
            return True
        if partner.state_at(act.at) is not PartnerState.half_open:
            return False
        act.work.partners.save(partner.tried(act.at, rules))
        return True

    return transact(runtime, SYSTEM, change)


def close_partner(runtime: Runtime, name: str, *, by: Actor) -> None:
    """An operator knows that a partner works again: it is called at once. Raises NotFound, DutyMissing."""

    def change(act: Act) -> None:
        permit(by, Action.look_after_partners)
        if not act.work.partners.forget(name):
            raise NotFound.of("partner", name)
        act.journal(CHAIN, "partner.closed", name)
        act.jobs_are_due = True

    transact(runtime, by, change)
