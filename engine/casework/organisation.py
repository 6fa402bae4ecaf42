"""How an agency is made up: agencies, their units and roles, who belongs to them, and who may say so.

A role is a function in an agency; `agency:role` is the queue of its tasks. What a member may do stands in her
memberships and supervisions; this module says who may give and take them. The agency's own administrator does, in her
agency only; she acts in no case of it, and nobody gives herself a duty. An operator makes agencies and appoints their
administrators. Absences and deputies are in `deputy`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from engine.casework.actor import Actor
from engine.casework.policy import Action, Thing, decide
from engine.casework.shown_name import checked_shown_name, skeleton
from engine.errors import Forbidden, Invalid, NotFound, Place, Refused
from engine.identity import QueueName

LANGUAGES: Final = ("az", "en", "ru")
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_CONTACT: Final = frozenset({"phone", "mail", "address", "hours", "url"})
LONGEST_CONTACT: Final = 300


class NotAdministrator(Forbidden):
    """Only the agency's own administrator may do this."""

    code = "not-agency-administrator"

    def __init__(self, agency: str, act: str) -> None:
        super().__init__(
            f"Only an administrator of {agency} may {act}.",
            remedy="Ask an administrator of the agency; operators appoint them.",
            agency=agency,
        )


class DutyToOneself(Forbidden):
    """Nobody gives herself a duty over cases: it takes a second person."""

    code = "duty-to-oneself"

    def __init__(self) -> None:
        super().__init__(
            "Nobody gives a duty to herself.", remedy="Ask another administrator of the agency, or an operator."
        )


class AdministratorHasNoCases(Refused):
    """Who administers an agency acts in none of its cases."""

    code = "administrator-has-no-cases"

    def __init__(self, agency: str) -> None:
        super().__init__(
            f"Who administers {agency} cannot work in its queues or supervise it.",
            remedy="Choose somebody else, or let an operator end the one duty before the other is given.",
            agency=agency,
        )


class AgencyTaken(Refused):
    """There is such an agency already."""

    code = "agency-taken"


class NameTaken(Refused):
    """Another bears this name, or one that looks the same."""

    code = "name-taken"

    def __init__(self, name: str, other: str) -> None:
        super().__init__(
            f"The name {name!r:.120} looks like that of {other}.", remedy="Choose a name that nobody confuses with it."
        )


class StillUsed(Refused):
    """A role or unit that people belong to cannot be taken away."""

    code = "still-used"

    def __init__(self, what: str, key: str, members: int) -> None:
        super().__init__(
            f"The {what} {key} has {members} member{'s' * (members != 1)}.",
            remedy="Give its members another one first.",
            members=members,
        )


class UnknownRole(Refused):
    """The agency has no such role."""

    code = "unknown-role"

    def __init__(self, queue: QueueName, near: str | None) -> None:
        super().__init__(
            f"The agency {queue.agency} has no role {queue.role}.",
            remedy=f"Write {near}." if near else "Add the role to the agency first.",
        )


def checked_names(names: Mapping[str, str], *, path: str = "/names") -> dict[str, str]:
    """A name in az, en and ru, each checked. Raises Invalid with its places, NameImitates."""
    missing = [language for language in LANGUAGES if not names.get(language, "").strip()]
    unknown = [language for language in names if language not in LANGUAGES]
    if missing or unknown:
        raise Invalid(
            "A name stands in az, en and ru.",
            places=[
                *(Place(f"{path}/{language}", "Expected a name in this language.", "missing") for language in missing),
                *(
                    Place(f"{path}/{language:.20}", "Expected az, en or ru.", "unknown-language")
                    for language in unknown
                ),
            ],
            remedy="Give the name in all three languages.",
        )
    return {language: checked_shown_name(names[language], path=f"{path}/{language}") for language in LANGUAGES}


def checked_key(text: str, what: str) -> str:
    """The key of an agency, unit or role: small letters, digits, hyphens, at most 63. Raises Invalid."""
    if _KEY.fullmatch(text) is None:
        raise Invalid(
            f"{text!r:.90} cannot be the key of {what}.",
            places=[Place("/key", "Expected small letters, digits and hyphens, at most 63.", "malformed")],
            remedy="Use small letters, digits and hyphens, such as traffic-police.",
        )
    return text


def _checked_contact(contact: Mapping[str, str]) -> dict[str, str]:
    wrong = [name for name in contact if name not in _CONTACT]
    long = [name for name, text in contact.items() if name in _CONTACT and len(text) > LONGEST_CONTACT]
    if wrong or long:
        raise Invalid(
            f"A contact has {', '.join(sorted(_CONTACT))}, each of at most {LONGEST_CONTACT} characters.",
            places=[Place(f"/contact/{name:.40}", "Not taken.", "wrong-contact") for name in (*wrong, *long)],
            remedy="Leave out what is something else.",
        )
    return {name: text.strip() for name, text in contact.items() if text.strip()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A public organisation that answers for services (CPSV-AP: competent authority)."""

    id: str
    key: str
    """As queues and passports name it."""
    names: Mapping[str, str]
    """By language: az, en, ru."""
    parent: str | None = None
    """Key of the agency it belongs to, such as a ministry."""
    contact: Mapping[str, str] = field(default_factory=dict)
    """phone, mail, address, hours, url; how the public reaches it."""
    created_by: str
    created_at: datetime

    @classmethod
    def checked(cls, **said: object) -> Agency:
        """A new or changed one, its names and contact checked. Raises Invalid, NameImitates."""
        made = cls(**said)  # type: ignore[arg-type]  # names and types are the caller's
        checked_key(made.key, "an agency")
        if made.parent == made.key:
            raise Invalid(
                "An agency cannot belong to itself.",
                places=[Place("/parent", "Expected another agency.", "circle")],
                remedy="Leave the parent out, or name the agency above it.",
            )
        return cls(
            id=made.id,
            key=made.key,
            names=checked_names(made.names),
            parent=made.parent,
            contact=_checked_contact(made.contact),
            created_by=made.created_by,
            created_at=made.created_at,
        )

    @property
    def chain(self) -> str:
        """The journal's chain of what is done to the agency."""
        return f"agency-{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A part of an agency, such as a district office."""

    agency: str
    key: str
    names: Mapping[str, str]
    parent: str | None = None
    """Key of the unit above it, in the same agency."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A function in an agency; its tasks are the queue `agency:role`."""

    agency: str
    key: str
    names: Mapping[str, str]
    created_at: datetime

    @property
    def queue(self) -> QueueName:
        """The queue of its tasks."""
        return QueueName(self.agency, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who belongs to an agency, with what she may do there."""

    agency: str
    account: str
    name: str
    sign_in_name: str = ""
    unit: str | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    supervises: bool = False
    administers: bool = False
    disabled: bool = False


def agency_thing(key: str) -> Thing:
    """An agency as the policy knows it."""
    return Thing(kind="agency", key=key, agency=key)


def require_administrator(by: Actor, agency: str, act: str) -> None:
    """Raises NotFound for who does not belong to the agency at all, NotAdministrator for who does."""
    verdict = decide(by, Action.arrange_agency, agency_thing(agency))
    if verdict.hidden:
        raise NotFound.of("agency", agency)
    if not verdict.allowed:
        raise NotAdministrator(agency, act)


def require_duty_may_be_given(by: Actor, to: Actor, agency: str) -> None:
    """A duty over cases goes to another person, and to nobody who administers the agency.

    Raises DutyToOneself, AdministratorHasNoCases.
    """
    if by.account == to.account:
        raise DutyToOneself
    if to.is_administrator_of(agency):
        raise AdministratorHasNoCases(agency)


def require_may_administer(to: Actor, agency: str) -> None:
    """Who works in cases of an agency does not administer it. Raises AdministratorHasNoCases."""
    if agency in to.agencies or any(queue.agency == agency for queue in to.stands_in):
        raise AdministratorHasNoCases(agency)


def require_unlike(names: Mapping[str, str], others: Mapping[str, Mapping[str, str]]) -> None:
    """No name may look like one of another: `others` are names by key. Raises NameTaken."""
    wanted = {skeleton(name): name for name in names.values()}
    for key, borne in others.items():
        for name in borne.values():
            if skeleton(name) in wanted:
                raise NameTaken(wanted[skeleton(name)], key)
