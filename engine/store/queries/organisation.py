"""Agencies, their parts and people, absences, deputies and mandates, as those see them whom they concern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine.casework.actor import Actor
from engine.casework.deputy import Absence, Deputyship
from engine.casework.mandate import Mandate
from engine.casework.organisation import Agency, Member, NotAdministrator, Role, Unit, agency_thing
from engine.casework.policy import Action, decide, permit
from engine.errors import NotFound
from engine.store.queries.permitted import Columns, permitted
from engine.store.repositories.deputies import Deputies
from engine.store.repositories.mandates import MANDATE, MANDATE_COLUMNS, to_mandate
from engine.store.repositories.organisation import Organisation
from engine.store.rows import table_of, taken
from engine.store.tables import accounts as tables

_ACCOUNT = table_of(tables.Account)
_MANDATOR = _ACCOUNT.alias("mandating")
_HOLDER = _ACCOUNT.alias("holding")
_MOST_MANDATES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRow:
    """An agency with its units and roles."""

    agency: Agency
    units: Sequence[Unit]
    roles: Sequence[Role]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.agency, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRow:
    """An absence; of what kind, only those are told who may change it."""

    absence: Absence
    name: str | None
    kind: str | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.absence, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeputyRow:
    """A deputyship with the names of both."""

    deputyship: Deputyship
    absent_name: str | None
    deputy_name: str | None
    counts_now: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.deputyship, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateRow:
    """A mandate with the names of both sides."""

    mandate: Mandate
    mandator_name: str | None
    holder_name: str | None
    is_valid: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.mandate, name)


def agencies(connection: Connection) -> list[Agency]:
    """All agencies, by key. One statement."""
    return Organisation(connection).agencies()


def agency_detail(connection: Connection, key: str) -> AgencyRow:
    """An agency with its units and roles. Raises NotFound. Three statements."""
    found = Organisation(connection)
    return AgencyRow(agency=found.agency(key), units=found.units(key), roles=found.roles(key))


def members(connection: Connection, actor: Actor, key: str) -> list[Member]:
    """Who belongs to an agency, for its administrators, supervisors, operators. Raises NotFound, NotAdministrator."""
    verdict = decide(actor, Action.see_members, agency_thing(key))
    if verdict.hidden:
        raise NotFound.of("agency", key)
    if not verdict.allowed:
        raise NotAdministrator(key, "see its members")
    found = Organisation(connection)
    found.agency(key)
    return found.members(key)


def absences(connection: Connection, actor: Actor, key: str, now: datetime) -> list[AbsenceRow]:
    """Absences that are not over, for colleagues. Raises NotFound. At most three statements."""
    permit(actor, Action.see_absences, agency_thing(key))
    Organisation(connection).agency(key)
    found = Deputies(connection).absences(key, now)
    names = _names(connection, {one.account for one in found})
    tells_kind = decide(actor, Action.declare_absence, agency_thing(key)).allowed
    return [
        AbsenceRow(
            absence=one,
            name=names.get(one.account),
            kind=str(one.kind) if tells_kind or one.account == actor.account else None,
        )
        for one in found
    ]


def deputies(connection: Connection, actor: Actor, key: str, now: datetime) -> list[DeputyRow]:
    """Deputyships that are not over, for colleagues. Raises NotFound. At most five statements."""
    permit(actor, Action.see_absences, agency_thing(key))
    Organisation(connection).agency(key)
    kept = Deputies(connection)
    found, away = kept.of_agency(key, now), kept.absences(key, now)
    names = _names(connection, {account for one in found for account in (one.absent, one.deputy)})
    return [
        DeputyRow(
            deputyship=one,
            absent_name=names.get(one.absent),
            deputy_name=names.get(one.deputy),
            counts_now=one.counts(now, away),
        )
        for one in found
    ]


def mandates_of(connection: Connection, actor: Actor, now: datetime) -> list[MandateRow]:
    """The mandates that the actor gave or holds, the newest first; at most 1,000. One statement."""
    statement = (
        select(*MANDATE_COLUMNS, _MANDATOR.c.name.label("mandator_name"), _HOLDER.c.name.label("holder_name"))
        .join(_MANDATOR, _MANDATOR.c.id == MANDATE.c.mandator)
        .join(_HOLDER, _HOLDER.c.id == MANDATE.c.holder)
        .where(permitted(actor, Action.see_mandate, Columns(parties=(MANDATE.c.mandator, MANDATE.c.holder))))
        .order_by(MANDATE.c.id.desc())
        .limit(_MOST_MANDATES)
    )
    return [_mandate(row, now) for row in connection.execute(statement)]


def mandate_row(connection: Connection, mandate: Mandate, now: datetime) -> MandateRow:
    """A mandate at hand with the names of both sides. One statement."""
    names = _names(connection, {mandate.mandator, mandate.holder})
    return MandateRow(
        mandate=mandate,
        mandator_name=names.get(mandate.mandator),
        holder_name=names.get(mandate.holder),
        is_valid=mandate.is_valid(now),
    )


def _mandate(row: Any, now: datetime) -> MandateRow:
    mandate = to_mandate(taken(MANDATE_COLUMNS, row))
    return MandateRow(
        mandate=mandate,
        mandator_name=row.mandator_name,
        holder_name=row.holder_name,
        is_valid=mandate.is_valid(now),
    )


def _names(connection: Connection, accounts: set[str]) -> dict[str, str]:
    if not accounts:
        return {}
    rows = connection.execute(select(_ACCOUNT.c.id, _ACCOUNT.c.name).where(_ACCOUNT.c.id.in_(sorted(accounts))))
    return {row.id: row.name for row in rows}
