"""The agency's own administrator says who works in which role, who supervises, and in which unit.

Duties that are taken away end at once. Tasks that the person still holds in those queues go back to them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from difflib import get_close_matches

from engine.casework.actor import SYSTEM, Actor
from engine.casework.organisation import Agency, Member, UnknownRole, require_duty_may_be_given
from engine.errors import Invalid, NotFound, Place
from engine.identity import QueueName
from engine.runtime.act import Act, transact
from engine.runtime.agencies import account_named
from engine.runtime.agency_parts import administered
from engine.runtime.stepping import save_noted
from engine.runtime.wiring import Runtime

_DEED = "change its members"


def change_member(
    runtime: Runtime,
    agency: str,
    account: str,
    *,
    by: Actor,
    roles: Collection[str] = (),
    supervises: bool = False,
    unit: str | None = None,
) -> Member:
    """Let somebody have these roles of the agency and no others, supervise it or not, belong to this unit.

    `account` is a key or a sign-in name. Safe to repeat. Raises NotFound, NotAdministrator, DutyToOneself,
    AdministratorHasNoCases, UnknownRole, Invalid.
    """

    left: list[QueueName] = []

    def change(act: Act) -> Member:
        owner = administered(act, agency, by, _DEED)
        chosen = account_named(act, account)
        wanted = frozenset(_known_queue(act, agency, role) for role in roles)
        _check_unit(act, agency, unit)
        left[:] = _give_and_take(act, owner, chosen, by, wanted, supervises=supervises)
        act.work.organisation.seat(agency, chosen.account, unit)
        found = act.work.organisation.members(agency, chosen.account)
        return found[0] if found else Member(agency=agency, account=chosen.account, name=chosen.name)

    member = transact(runtime, by, change)
    give_back_tasks(runtime, member.account, left)
    return member


def dismiss_member(runtime: Runtime, agency: str, account: str, *, by: Actor) -> None:
    """Take every duty in the agency away, and the unit. Raises NotFound, NotAdministrator, Invalid."""

    left: list[QueueName] = []

    def change(act: Act) -> str:
        owner = administered(act, agency, by, _DEED)
        chosen = account_named(act, account)
        member = next(iter(act.work.organisation.members(agency, chosen.account)), None)
        if member is None or not (member.roles or member.supervises or member.unit):
            raise NotFound.of("member", account)
        left[:] = _give_and_take(act, owner, chosen, by, frozenset(), supervises=False)
        act.work.organisation.seat(agency, chosen.account, None)
        return chosen.account

    give_back_tasks(runtime, transact(runtime, by, change), left)


def give_back_tasks(runtime: Runtime, account: str, queues: Collection[QueueName]) -> int:
    """Put the tasks that somebody holds in queues she left back into them, each by itself; gives how many.

    What a crash leaves in her hands she cannot complete; a supervisor releases or assigns it.
    """
    if not queues:
        return 0
    plain = replace(runtime, before_commit=None)
    with runtime.database.work() as work:
        held = work.tasks.held_in(account, queues)

    return sum(_give_back(plain, account, task_id) for task_id in held)


def _give_back(runtime: Runtime, account: str, task_id: str) -> bool:
    def change(act: Act) -> bool:
        task, record = act.work.tasks.lock(task_id)
        may_keep = act.work.accounts.actor(account, act.at).may_work_in(task.queue)
        if not task.is_open or task.assignee != account or may_keep:
            return False
        act.work.tasks.save(task.given_back())
        act.journal(record.id, "task.returned", task.id, holder=account)
        save_noted(act, record)
        return True

    return transact(runtime, SYSTEM, change)


def _give_and_take(
    act: Act, owner: Agency, chosen: Actor, by: Actor, wanted: frozenset[QueueName], *, supervises: bool
) -> list[QueueName]:
    """Write the differences to what somebody has in the agency; gives the queues she left."""
    agency = owner.key
    has = frozenset(queue for queue in chosen.queues if queue.agency == agency)
    given, withdrawn = wanted - has, has - wanted
    becomes, ceases = supervises and not chosen.oversees(agency), chosen.oversees(agency) and not supervises
    if given or becomes:
        require_duty_may_be_given(by, chosen, agency)
    accounts = act.work.accounts
    accounts.grant(chosen.account, given, [agency] if becomes else [])
    accounts.revoke(chosen.account, withdrawn, [agency] if ceases else [])
    if has and not wanted:
        end_deputyships(act, owner, chosen.account)
    for queue in sorted(given):
        act.journal(owner.chain, "membership.granted", chosen.account, queue=str(queue))
    for queue in sorted(withdrawn):
        act.journal(owner.chain, "membership.withdrawn", chosen.account, queue=str(queue))
    if becomes or ceases:
        act.journal(owner.chain, "supervision.granted" if becomes else "supervision.withdrawn", chosen.account)
    return sorted(withdrawn)


def end_deputyships(act: Act, owner: Agency, account: str) -> None:
    """End all deputyships of an agency that somebody who leaves it is part of."""
    for one in act.work.deputies.of_agency(owner.key, act.at):
        if account in (one.absent, one.deputy):
            act.work.deputies.end(one.ended(act.at))
            act.journal(owner.chain, "deputy.ended", one.id, absent=one.absent, deputy=one.deputy)


def _known_queue(act: Act, agency: str, role: str) -> QueueName:
    queue = QueueName(agency, role)
    known = [one.key for one in act.work.organisation.roles(agency)]
    if role not in known:
        raise UnknownRole(queue, next(iter(get_close_matches(role, known, n=1)), None))
    return queue


def _check_unit(act: Act, agency: str, unit: str | None) -> None:
    known = [one.key for one in act.work.organisation.units(agency)]
    if unit is not None and unit not in known:
        raise Invalid(
            f"The agency {agency} has no unit {unit!r:.80}.",
            places=[Place("/unit", f"Expected one of {', '.join(known) or 'none'}.", "unknown-unit")],
            remedy="Add the unit first, or leave it out.",
        )
