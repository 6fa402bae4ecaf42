"""The rules of the policy as conditions of a list: the same relations that decide about one thing.

`conditions` takes each relation that the rule of an action names, and makes of it what the database can look for. A
relation that a list cannot express is a fault of the program and is raised, not passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, false, or_, true

from engine.casework.actor import Actor
from engine.casework.policy import RULES, Action, Relation

Condition: TypeAlias = ColumnElement[bool]
MOST_MANDATORS = 50
"""Of how many mandators a list shows what is theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where a table keeps what relations ask for."""

    agency: Any = None
    person: Any = None
    service: Any = None
    parties: tuple[Any, ...] = ()


_Maker: TypeAlias = Callable[[Actor, Columns], list[Condition]]


def conditions(
    actor: Actor, action: Action, columns: Columns, makers: Mapping[Relation, _Maker] | None = None
) -> list[Condition]:
    """One condition for each way in which somebody may do an action; none where she may not."""
    known = _MAKERS if makers is None else {**_MAKERS, **makers}
    return [condition for relation in RULES[action].who for condition in known[relation](actor, columns)]


def permitted(actor: Actor, action: Action, columns: Columns) -> Condition:
    """All of them as one."""
    parts = conditions(actor, action, columns)
    return or_(*parts) if parts else false()


def of_mandators(actor: Actor, columns: Columns, *, only: str | None = None) -> list[Condition]:
    """What belongs to whom the actor represents, for the services of the mandate."""
    parts = []
    for account, services in sorted(actor.represents.items())[:MOST_MANDATORS]:
        if account != actor.account and only in (None, account):
            of_mandator = columns.person == account
            of_service = true() if services is None else columns.service.in_(sorted(services))
            parts.append(of_mandator if services is None else and_(of_mandator, of_service))
    return parts


def _own(actor: Actor, columns: Columns) -> list[Condition]:
    return [columns.person == actor.account]


def _of_agencies(actor: Actor, columns: Columns) -> list[Condition]:
    return [columns.agency.in_(sorted(actor.supervises))] if actor.supervises else []


def _everything(actor: Actor, _: Columns) -> list[Condition]:
    return [true()] if actor.operator else []


def _party(actor: Actor, columns: Columns) -> list[Condition]:
    return [or_(*(column == actor.account for column in columns.parties))]


_MAKERS: Mapping[Relation, _Maker] = {
    Relation.person: _own,
    Relation.representative: of_mandators,
    Relation.supervisor: _of_agencies,
    Relation.operator: _everything,
    Relation.party: _party,
}
