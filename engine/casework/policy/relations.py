"""How somebody may stand to a thing: its applicant, a member of its queue, a supervisor of its agency, and so on.

Each relation has two meanings: to one thing, and "to some thing or other", which is what a route asks before it looks
at anything. `Thing` is what relations are told of a thing; it holds no personal data but keys of accounts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.casework.actor import SYSTEM, Actor
from engine.identity import QueueName


class Role(StrEnum):
    """What an account may be; it may be several."""

    citizen = "citizen"
    clerk = "clerk"
    """Member of a queue, or who stands in for one."""
    supervisor = "supervisor"
    """Of an agency."""
    administrator = "administrator"
    """Of an agency: of its people, not of its cases."""
    analyst = "analyst"
    operator = "operator"


def roles_of(actor: Actor) -> frozenset[Role]:
    """The roles an account has."""
    held = {
        Role.citizen: actor.citizen,
        Role.clerk: bool(actor.queues or actor.stands_in),
        Role.supervisor: bool(actor.supervises),
        Role.administrator: bool(actor.administers),
        Role.analyst: actor.analyst,
        Role.operator: actor.operator,
    }
    return frozenset(role for role, has in held.items() if has)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What is acted on, as far as rules ask for it."""

    kind: str
    """As problems name it: `task`, `application`."""
    key: str = ""
    agency: str | None = None
    """The agency it belongs to."""
    person: str | None = None
    """Account of the person it belongs to: the applicant, who sent a file, whom a notice is for."""
    service: str | None = None
    """Key of its service: mandates are for services."""
    parties: frozenset[str] = frozenset()
    """Accounts of all sides of an agreement."""
    queue: QueueName | None = None
    holder: str | None = None
    """Account that holds a task."""
    asked: str | None = None
    """Account of the colleague that a task is offered to."""
    working_queues: frozenset[QueueName] = frozenset()
    """Queues in which open tasks of the case lie."""


class Relation(StrEnum):
    """How somebody stands to a thing."""

    everyone = "everyone"
    signed_in = "signed in"
    person = "person"
    representative = "representative"
    party = "party"
    member = "member of the queue"
    deputy = "deputy"
    holder = "holder"
    deputy_of_holder = "deputy of the holder"
    asked = "colleague asked"
    working_on = "clerk with a task"
    opener = "opener"
    colleague = "colleague"
    supervisor = "supervisor"
    administrator = "administrator"
    citizen = "citizen"
    official = "official"
    analyst = "analyst"
    operator = "operator"
    engine = "the engine"


_R = Relation
_Holds = Callable[[Actor, Thing], bool]


def _is_person(actor: Actor, thing: Thing) -> bool:
    return thing.person is not None and actor.account == thing.person


def _represents(actor: Actor, thing: Thing) -> bool:
    return actor.represents_in(thing.person, thing.service)


def _holds(actor: Actor, thing: Thing) -> bool:
    return thing.holder is not None and actor.account == thing.holder and actor.may_work_in(thing.queue)


def _is_asked(actor: Actor, thing: Thing) -> bool:
    return thing.asked is not None and actor.account == thing.asked and actor.may_work_in(thing.queue)


def _works_on(actor: Actor, thing: Thing) -> bool:
    return any(actor.may_work_in(queue) for queue in thing.working_queues)


def is_official(actor: Actor) -> bool:
    """Whether somebody works for an agency or looks after the system."""
    return bool(actor.analyst or actor.operator or actor.queues or actor.stands_in or actor.supervises)


HERE: Final[Mapping[Relation, _Holds]] = {
    _R.everyone: lambda _, __: True,
    _R.signed_in: lambda actor, _: bool(roles_of(actor)),
    _R.person: _is_person,
    _R.representative: _represents,
    _R.party: lambda actor, thing: actor.account in thing.parties,
    _R.member: lambda actor, thing: actor.works_in(thing.queue),
    _R.deputy: lambda actor, thing: bool(actor.stands_in_for(thing.queue)),
    _R.holder: _holds,
    _R.deputy_of_holder: lambda actor, thing: thing.holder in actor.stands_in_for(thing.queue),
    _R.asked: _is_asked,
    _R.working_on: _works_on,
    _R.opener: lambda actor, thing: thing.key in actor.opened and thing.agency in actor.agencies,
    _R.colleague: lambda actor, thing: thing.agency in actor.agencies,
    _R.supervisor: lambda actor, thing: actor.oversees(thing.agency),
    _R.administrator: lambda actor, thing: thing.agency in actor.administers,
    _R.citizen: lambda actor, _: actor.citizen,
    _R.official: lambda actor, _: is_official(actor),
    _R.analyst: lambda actor, _: actor.analyst,
    _R.operator: lambda actor, _: actor.operator,
    _R.engine: lambda actor, _: actor.account == SYSTEM.account,
}
"""Whether somebody stands so to a thing."""

_ALL: Final = frozenset(Role)
_CLERK: Final = frozenset({Role.clerk})
_AGENCY: Final = frozenset({Role.clerk, Role.supervisor})

ROLES: Final[Mapping[Relation, frozenset[Role]]] = {
    _R.everyone: _ALL,
    _R.signed_in: _ALL,
    _R.person: _ALL,
    _R.representative: frozenset({Role.citizen}),
    _R.party: frozenset({Role.citizen, Role.operator}),
    _R.member: _CLERK,
    _R.deputy: _CLERK,
    _R.holder: _CLERK,
    _R.deputy_of_holder: _CLERK,
    _R.asked: _CLERK,
    _R.working_on: _CLERK,
    _R.opener: _AGENCY,
    _R.colleague: _AGENCY,
    _R.supervisor: frozenset({Role.supervisor}),
    _R.administrator: frozenset({Role.administrator}),
    _R.citizen: frozenset({Role.citizen}),
    _R.official: frozenset({Role.clerk, Role.supervisor, Role.analyst, Role.operator}),
    _R.analyst: frozenset({Role.analyst}),
    _R.operator: frozenset({Role.operator}),
    _R.engine: frozenset(),
}
"""Which roles can stand so to anything at all; an action may narrow it (`Rule.roles`)."""

SAID: Final[Mapping[Relation, str]] = {
    _R.everyone: "everyone",
    _R.signed_in: "everyone who has signed in",
    _R.person: "whom it belongs to",
    _R.representative: "who holds her mandate",
    _R.party: "its parties",
    _R.member: "members of its queue",
    _R.deputy: "deputies of absent members",
    _R.holder: "its holder",
    _R.deputy_of_holder: "the deputy of its holder",
    _R.asked: "the colleague it is offered to",
    _R.working_on: "clerks who have a task of it",
    _R.opener: "who opened it for a stated reason",
    _R.colleague: "who works for the agency",
    _R.supervisor: "supervisors of the agency",
    _R.administrator: "administrators of the agency",
    _R.citizen: "citizens",
    _R.official: "officials",
    _R.analyst: "analysts",
    _R.operator: "operators",
    _R.engine: "Onewindow itself",
}
"""In words, for reasons and for the matrix."""
