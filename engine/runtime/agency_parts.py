"""The agency's own administrator arranges its units and roles."""

from __future__ import annotations

from collections.abc import Mapping

from engine.casework.actor import Actor
from engine.casework.organisation import (
    Agency,
    Role,
    StillUsed,
    Unit,
    checked_key,
    checked_names,
    require_administrator,
    require_unlike,
)
from engine.errors import Invalid, NotFound, Place
from engine.identity import QueueName
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime


def put_unit(
    runtime: Runtime, agency: str, key: str, names: Mapping[str, str], *, by: Actor, parent: str | None = None
) -> Unit:
    """Add a unit, or call it otherwise. Raises NotFound, NotAdministrator, NameTaken, NameImitates, Invalid."""

    def change(act: Act) -> Unit:
        owner = administered(act, agency, by, "arrange its units")
        units = {one.key: one for one in act.work.organisation.units(agency)}
        made = Unit(
            agency=agency, key=checked_key(key, "a unit"), names=checked_names(names), parent=parent, created_at=act.at
        )
        _check_above(made, units)
        require_unlike(made.names, {other: one.names for other, one in units.items() if other != key})
        act.work.organisation.put_unit(made)
        act.journal(owner.chain, "unit.changed" if key in units else "unit.added", key, parent=parent)
        return made

    return transact(runtime, by, change)


def remove_unit(runtime: Runtime, agency: str, key: str, *, by: Actor) -> None:
    """Take a unit out that nobody belongs to. Raises NotFound, NotAdministrator, StillUsed."""

    def change(act: Act) -> None:
        owner = administered(act, agency, by, "arrange its units")
        members = act.work.organisation.members_of_unit(agency, key)
        below = sum(one.parent == key for one in act.work.organisation.units(agency))
        if members or below:
            raise StillUsed("unit", key, members + below)
        if not act.work.organisation.remove_unit(agency, key):
            raise NotFound.of("unit", key)
        act.journal(owner.chain, "unit.removed", key)

    transact(runtime, by, change)


def put_role(runtime: Runtime, agency: str, key: str, names: Mapping[str, str], *, by: Actor) -> Role:
    """Add a role, or call it otherwise. Raises NotFound, NotAdministrator, NameTaken, NameImitates, Invalid."""

    def change(act: Act) -> Role:
        owner = administered(act, agency, by, "arrange its roles")
        roles = {one.key: one for one in act.work.organisation.roles(agency)}
        made = Role(agency=agency, key=checked_key(key, "a role"), names=checked_names(names), created_at=act.at)
        require_unlike(made.names, {other: one.names for other, one in roles.items() if other != key})
        act.work.organisation.put_role(made)
        act.journal(owner.chain, "role.changed" if key in roles else "role.added", key)
        return made

    return transact(runtime, by, change)


def remove_role(runtime: Runtime, agency: str, key: str, *, by: Actor) -> None:
    """Take a role out that nobody has. Raises NotFound, NotAdministrator, StillUsed."""

    def change(act: Act) -> None:
        owner = administered(act, agency, by, "arrange its roles")
        members = act.work.organisation.members_of_role(QueueName(agency, checked_key(key, "a role")))
        if members:
            raise StillUsed("role", key, members)
        if not act.work.organisation.remove_role(agency, key):
            raise NotFound.of("role", key)
        act.journal(owner.chain, "role.removed", key)

    transact(runtime, by, change)


def administered(act: Act, agency: str, by: Actor, deed: str) -> Agency:
    """An agency under lock that `by` administers. Raises NotFound, NotAdministrator."""
    require_administrator(by, agency, deed)
    return act.work.organisation.agency(agency, lock=True)


def _check_above(unit: Unit, units: Mapping[str, Unit]) -> None:
    seen, above = {unit.key}, unit.parent
    while above is not None:
        if above in seen or above not in units:
            raise Invalid(
                "A unit is under another of the same agency, and not in a circle.",
                places=[Place("/parent", "Expected the key of a unit above this one.", "wrong-parent")],
                remedy="Leave the parent out, or name a unit of the agency.",
            )
        seen.add(above)
        above = units[above].parent
