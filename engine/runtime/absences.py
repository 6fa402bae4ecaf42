"""A colleague is away, and is back: she says so herself, or her supervisor or the agency's administrator does."""

from __future__ import annotations

from datetime import datetime

from engine.casework.actor import Actor
from engine.casework.deputy import Absence, AbsenceKind, NotInAgency, require_may_declare
from engine.errors import NotFound
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.agencies import account_named
from engine.runtime.wiring import Runtime


def declare_absence(
    runtime: Runtime,
    agency: str,
    account: str,
    kind: AbsenceKind,
    from_at: datetime,
    until_at: datetime | None,
    *,
    by: Actor,
) -> Absence:
    """Enter an absence of a member of the agency; whoever stands in for her then may.

    `account` is a key or a sign-in name. Raises NotFound, NotHersToChange, NotInAgency, Invalid.
    """

    def change(act: Act) -> Absence:
        owner = act.work.organisation.agency(agency)
        chosen = account_named(act, account)
        require_may_declare(by, chosen, agency, "declare an absence")
        if agency not in chosen.agencies:
            raise NotInAgency(agency, chosen.account)
        made = Absence(
            id=new_key(),
            agency=agency,
            account=chosen.account,
            kind=kind,
            from_at=from_at,
            until_at=until_at,
            created_by=by.account,
            created_at=act.at,
        )
        act.work.deputies.add_absence(made)
        # The kind stands in no journal: it may tell of somebody's health.
        act.journal(owner.chain, "absence.declared", made.id, account=made.account, **_times(made))
        return made

    return transact(runtime, by, change)


def end_absence(runtime: Runtime, agency: str, absence_id: str, *, by: Actor) -> Absence:
    """She is back, or stays. Raises NotFound, NotHersToChange, AlreadyOver."""

    def change(act: Act) -> Absence:
        owner = act.work.organisation.agency(agency)
        found = act.work.deputies.absence(absence_id)
        if found.agency != agency:
            raise NotFound.of("absence", absence_id)
        require_may_declare(by, act.work.accounts.actor(found.account, act.at), found.agency, "end an absence")
        ended = found.ended(act.at)
        act.work.deputies.end_absence(ended)
        act.journal(owner.chain, "absence.ended", ended.id, account=ended.account, **_times(ended))
        return ended

    return transact(runtime, by, change)


def _times(absence: Absence) -> dict[str, str | None]:
    until = absence.until_at
    return {"from": absence.from_at.isoformat(), "until": until.isoformat() if until else None}
