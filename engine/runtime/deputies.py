"""Who stands in for whom: named by the colleague herself, her supervisor or the agency's administrator."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from engine.casework.actor import Actor
from engine.casework.deputy import Deputyship, require_may_declare, require_may_end, require_may_stand_in
from engine.casework.organisation import require_duty_may_be_given
from engine.errors import NotFound
from engine.identity import QueueName, new_key
from engine.runtime.act import Act, transact
from engine.runtime.agencies import account_named
from engine.runtime.wiring import Runtime


def name_deputy(
    runtime: Runtime,
    agency: str,
    absent: str,
    deputy: str,
    *,
    by: Actor,
    queues: Collection[str] | None = None,
    while_absent: bool = True,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> Deputyship:
    """Let a member of an agency stand in for another in some of her queues, or in all that she has there now.

    Accounts are keys or sign-in names; from now, unless said otherwise. Raises NotFound, NotHersToChange, NotInAgency,
    DeputyOfDeputy, NotOfHerQueues, DeputyOverlaps, DutyToOneself, AdministratorHasNoCases, Invalid.
    """

    def change(act: Act) -> Deputyship:
        owner = act.work.organisation.agency(agency, lock=True)
        colleague, stands_in = account_named(act, absent, "/absent"), account_named(act, deputy, "/deputy")
        require_may_declare(by, colleague, agency, "name a deputy")
        require_duty_may_be_given(by, stands_in, agency)
        hers = frozenset(queue for queue in colleague.queues if queue.agency == agency)
        made = Deputyship(
            id=new_key(),
            agency=agency,
            absent=colleague.account,
            deputy=stands_in.account,
            queues=hers if queues is None else frozenset(map(QueueName.parse, queues)),
            while_absent=while_absent,
            from_at=from_at or act.at,
            until_at=until_at,
            created_by=by.account,
            created_at=act.at,
        )
        require_may_stand_in(made, colleague, stands_in, act.work.deputies.of_agency(agency, act.at), by)
        act.work.deputies.add(made)
        act.journal(
            owner.chain,
            "deputy.named",
            made.id,
            absent=made.absent,
            deputy=made.deputy,
            queues=sorted(map(str, made.queues)),
            while_absent=made.while_absent,
            until=made.until_at.isoformat() if made.until_at else None,
        )
        return made

    return transact(runtime, by, change)


def end_deputyship(runtime: Runtime, agency: str, deputyship_id: str, *, by: Actor) -> Deputyship:
    """End it at once; the deputy herself may, too. Raises NotFound, NotHersToChange, AlreadyOver."""

    def change(act: Act) -> Deputyship:
        owner = act.work.organisation.agency(agency)
        found = act.work.deputies.get(deputyship_id)
        if found.agency != agency:
            raise NotFound.of("deputyship", deputyship_id)
        require_may_end(by, found)
        ended = found.ended(act.at)
        act.work.deputies.end(ended)
        act.journal(owner.chain, "deputy.ended", ended.id, absent=ended.absent, deputy=ended.deputy)
        return ended

    return transact(runtime, by, change)
