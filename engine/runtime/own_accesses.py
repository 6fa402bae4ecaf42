"""My data: who looked at a person's data, in plain words and in her language.

Nothing of third persons: officials are told by office (their names only where the operator sets that the law wants it),
other persons not at all, save a representative, whom the person chose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from engine.casework.actor import Actor
from engine.casework.look import Ground, LookKind
from engine.casework.look_words import purpose_of, sentence_of, what_of
from engine.casework.passport import ServicePassport
from engine.errors import NotFound
from engine.runtime.act import Act, transact
from engine.runtime.definitions import SERVICE
from engine.runtime.wiring import Runtime
from engine.store.queries.accesses import (
    AccessFilter,
    AccessGroup,
    AccessRow,
    access,
    access_page,
    agency_of,
    groups,
    looks,
    names_of,
)
from engine.store.queries.paging import Page

MOST_EXPORTED: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Why a look is told of only now."""

    until_at: datetime
    legal_basis: str
    reference: str
    lift_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One look at the person's data, as she reads it."""

    id: str
    at: datetime
    sentence: str
    kind: str
    what: str
    ground: str
    purpose: str | None
    stated_purpose: str | None
    """The reason in the official's own words, where she stated one."""
    legal_basis: str | None
    agency: str | None
    agency_name: str | None
    role: str | None
    """The queue's role, or `supervisor`, `operator`, `analyst`, `representative`."""
    role_name: str | None
    reader_name: str | None
    """Of a representative; of an official only where the law wants it."""
    register: str | None
    answered: bool | None
    """Of a look-up: whether the register answered."""
    case_id: str | None
    case_number: str | None
    service: str | None
    service_title: str | None
    withheld: Withheld | None
    """Set where a seal of silence that is over kept it back."""


def own_accesses(
    runtime: Runtime, which: AccessFilter, *, by: Actor, language: str, limit: int = 25, cursor: str | None = None
) -> Page[Access]:
    """Looks at the actor's data, the newest first. Raises CursorUnknown."""

    def read(act: Act) -> Page[Access]:
        page = access_page(act.work.reading, by.account, act.at, which, limit=limit, cursor=cursor)
        words = _Words(act, page.items, language)
        return Page([words.of(row) for row in page.items], page.next)

    return transact(runtime, by, read)


def own_access(runtime: Runtime, access_id: str, *, by: Actor, language: str) -> Access:
    """One look at the actor's data. Raises NotFound."""

    def read(act: Act) -> Access:
        row = access(act.work.reading, by.account, act.at, access_id)
        return _Words(act, [row], language).of(row)

    return transact(runtime, by, read)


def access_groups(runtime: Runtime, which: AccessFilter, group_by: str, *, by: Actor) -> list[AccessGroup]:
    """Looks at the actor's data, counted by `agency`, `case` or `day`."""

    def day_of(at: datetime) -> str:
        return runtime.calendar.local_day(at).isoformat()

    return transact(
        runtime, by, lambda act: groups(act.work.reading, by.account, act.at, which, group_by, day_of=day_of)
    )


def all_accesses(act: Act, account: str, language: str) -> list[Access]:
    """Every look at a person's data, the newest first, for the export: at most 100,000."""
    rows = []
    for row in looks(act.work.reading, account, act.at, AccessFilter()):
        rows.append(row)
        if len(rows) == MOST_EXPORTED:
            break
    words = _Words(act, rows, language)
    return [words.of(row) for row in rows]


def ground_of_row(row: AccessRow) -> Ground:
    """Why it was shown. Entries of versions before say nothing: then it was read by who had a task or oversaw it."""
    said = row.detail.get("ground")
    return Ground(said) if said else Ground.lookup if row.kind is LookKind.register else Ground.task


class _Words:
    """What is needed to tell of some looks: names of agencies and roles, passports, and names of persons."""

    def __init__(self, act: Act, rows: Any, language: str) -> None:
        self._act = act
        self._language = language
        organisation = act.work.organisation
        self._agencies = {one.key: one.names for one in organisation.agencies()}
        offices = {row.detail["queue"].partition(":")[0] for row in rows if row.detail.get("queue")}
        self._roles = {
            f"{agency}:{role.key}": role.names for agency in sorted(offices) for role in organisation.roles(agency)
        }
        told = {row.actor for row in rows if row.detail.get("ground") == Ground.mandate}
        if act.runtime.transparency.officials_are_named:
            told |= {row.actor for row in rows}
        self._names = names_of(act.work.reading, told)
        self._passports: dict[str, ServicePassport | None] = {}

    def of(self, row: AccessRow) -> Access:
        """A look in words."""
        detail, language = row.detail, self._language
        ground = ground_of_row(row)
        passport = self._passport(row)
        agency = None if ground is Ground.mandate else agency_of(row)
        queue = detail.get("queue") if ground in _IN_QUEUES else None
        role = queue.partition(":")[2] if queue else _ROLES.get(ground)
        agency_name = self._name(self._agencies, agency)
        role_name = self._name(self._roles, queue)
        withheld = row.withheld
        return Access(
            id=row.id,
            at=row.at,
            sentence=sentence_of(row.kind, ground, language, agency=agency_name or agency or "", role=role_name or ""),
            kind=str(row.kind),
            what=what_of(row.kind, language),
            ground=str(ground),
            purpose=detail.get("purpose") if row.kind is LookKind.register else purpose_of(ground, language),
            stated_purpose=detail.get("purpose") if ground is Ground.reason else None,
            legal_basis=detail.get("legal_basis") or _law(passport, language),
            agency=agency,
            agency_name=agency_name,
            role=role,
            role_name=role_name,
            reader_name=self._names.get(row.actor),
            register=detail.get("register") or _registers(passport, detail),
            answered=detail.get("answered"),
            case_id=row.case.id if row.case else None,
            case_number=row.case.number if row.case else None,
            service=row.case.service if row.case else detail.get("service"),
            service_title=passport.title.get(language) if passport else None,
            withheld=Withheld(
                until_at=withheld.ended_at,
                legal_basis=withheld.legal_basis,
                reference=withheld.reference,
                lift_reason=withheld.lift_reason,
            )
            if withheld is not None
            else None,
        )

    def _name(self, names: Mapping[str, Mapping[str, str]], key: str | None) -> str | None:
        return names[key].get(self._language) if key is not None and key in names else None

    def _passport(self, row: AccessRow) -> ServicePassport | None:
        """As it was when the look was had; for entries that do not say, as it is now."""
        law, service = row.detail.get("law"), row.case.service if row.case else row.detail.get("service")
        key = law or service
        if key is None:
            return None
        if key not in self._passports:
            definitions, work = self._act.runtime.definitions, self._act.work
            try:
                record = definitions.record(work, law) if law else work.deployments.find(SERVICE, key)
                self._passports[key] = definitions.passport(work, record)
            except NotFound:
                self._passports[key] = None
        return self._passports[key]


_IN_QUEUES: Final = (Ground.task, Ground.deputy, Ground.reason)
_ROLES: Final[Mapping[Ground, str]] = {
    Ground.supervision: "supervisor",
    Ground.operation: "operator",
    Ground.modelling: "analyst",
    Ground.mandate: "representative",
}


def _law(passport: ServicePassport | None, language: str) -> str | None:
    if passport is None:
        return None
    named = [", ".join(part for part in (one.title.get(language), one.article) if part) for one in passport.legal_basis]
    return "; ".join(named) or None


def _registers(passport: ServicePassport | None, detail: Mapping[str, Any]) -> str | None:
    """Those that were asked for a form, by the proofs it needs."""
    keys = detail.get("evidence")
    if passport is None or not isinstance(keys, list):
        return None
    asked = {passport.evidence[key].register for key in keys if key in passport.evidence}
    return ", ".join(sorted(one for one in asked if one)) or None
