"""An identity provider says what somebody's duties are: they are brought in line at each of her sign-ins.

Only duties that the provider gave are taken away when it no longer names them; those that an administrator or operator
gave stay. What changes is noted in the account's chain by the caller, and here in the chain of each agency.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from engine.casework.actor import Actor
from engine.casework.duty import Parts, duties_of, parted
from engine.casework.organisation import AdministratorHasNoCases, Agency
from engine.identity import QueueName
from engine.runtime.act import Act
from engine.runtime.change_member import end_deputyships
from engine.store.records import AccountRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What became of somebody's duties."""

    account: AccountRecord
    """As it is to be saved."""
    given: frozenset[str]
    """Those that she has by the provider's word."""
    added: frozenset[str]
    withdrawn: frozenset[str]

    @property
    def left(self) -> frozenset[QueueName]:
        """Queues she works in no more: tasks she holds there go back into them."""
        return parted(self.withdrawn).queues


def follow_provider(
    act: Act, account: AccountRecord, wanted: Collection[str], given_before: Collection[str]
) -> Followed:
    """Bring the duties of a locked account in line with what a provider says. Safe to repeat.

    Raises AdministratorHasNoCases where both together cannot be, and Invalid for a duty that is none.
    """
    actor = act.work.accounts.actor(account.id)
    has, named = duties_of(actor), frozenset(wanted)
    withdrawn = (frozenset(given_before) - named) & has
    added = named - has
    _require_apart(parted((has - withdrawn) | added), parted(added))
    gone, new = parted(withdrawn), parted(added)
    act.work.accounts.revoke(account.id, gone.queues, gone.supervises, gone.administers)
    act.work.accounts.grant(account.id, new.queues, new.supervises, new.administers)
    _tell_agencies(act, actor, gone, new)
    return Followed(
        account=replace(
            account,
            citizen=_after("citizen", account.citizen, gone, new),
            analyst=_after("analyst", account.analyst, gone, new),
            operator=_after("operator", account.operator, gone, new),
        ),
        given=(frozenset(given_before) & named & has) | added,
        added=added,
        withdrawn=withdrawn,
    )


def _after(flag: str, has: bool, gone: Parts, new: Parts) -> bool:
    return (has or flag in new.flags) and flag not in gone.flags


def _require_apart(after: Parts, new: Parts) -> None:
    """Who administers an agency has no cases there. Raises AdministratorHasNoCases."""
    with_cases = frozenset(queue.agency for queue in after.queues) | after.supervises
    both = sorted(after.administers & with_cases & new.agencies)
    if both:
        raise AdministratorHasNoCases(both[0])


def _tell_agencies(act: Act, actor: Actor, gone: Parts, new: Parts) -> None:
    """An entry for each change in the chain of the agency, where it is registered."""
    touched = gone.agencies | new.agencies
    if not touched:
        return
    known: dict[str, Agency] = {one.key: one for one in act.work.organisation.agencies()}
    for owner in (known[agency] for agency in sorted(touched) if agency in known):
        for parts, membership, supervision, administration in (
            (gone, "membership.withdrawn", "supervision.withdrawn", "administrator.dismissed"),
            (new, "membership.granted", "supervision.granted", "administrator.appointed"),
        ):
            for queue in sorted(queue for queue in parts.queues if queue.agency == owner.key):
                act.journal(owner.chain, membership, actor.account, queue=str(queue))
            if owner.key in parts.supervises:
                act.journal(owner.chain, supervision, actor.account)
            if owner.key in parts.administers:
                act.journal(owner.chain, administration, actor.account)
        kept = {queue for queue in actor.queues | new.queues if queue.agency == owner.key} - gone.queues
        if not kept and any(queue.agency == owner.key for queue in gone.queues):
            end_deputyships(act, owner, actor.account)
