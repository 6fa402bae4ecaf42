"""Mandates: somebody acts for another person or a company.

offered --accept--> active --revoke--> revoked
offered --decline--> declined

One side offers, the other accepts; who gave the mandate and who holds it may each end it at any time, at once. A
mandate is limited in scope (some services, or all) and in time. Where a register (who leads a company) or a document
(a notary's power of attorney) proves what the mandator said, an official enters it with its reference, and the holder
alone has to accept. An expired mandate has no state of its own: time decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from engine.casework.actor import Actor
from engine.casework.policy import Action, Thing, decide, permit
from engine.errors import Forbidden, Invalid, Place, Refused

MOST_SERVICES: Final = 50
LONGEST_REFERENCE: Final = 200
_TIN: Final = re.compile(r"[0-9A-Z][0-9A-Z-]{3,18}[0-9A-Z]")
_SERVICE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,200}")


class MandateState(StrEnum):
    """Where a mandate stands."""

    offered = "offered"
    active = "active"
    declined = "declined"
    revoked = "revoked"


MANDATE_MOVES: Final[Mapping[MandateState, frozenset[MandateState]]] = {
    MandateState.offered: frozenset({MandateState.active, MandateState.declined, MandateState.revoked}),
    MandateState.active: frozenset({MandateState.revoked}),
    MandateState.declined: frozenset(),
    MandateState.revoked: frozenset(),
}
"""From each state, the states it may go to; an offer that is taken back is revoked."""


class MandateSource(StrEnum):
    """What the mandator's will is known by."""

    agreed = "agreed"
    """Both said so here."""
    register = "register"
    """A register of the state, such as that of companies."""
    document = "document"
    """A power of attorney that an official has seen."""


class NoMandate(Forbidden):
    """The caller holds no mandate that covers this."""

    code = "no-mandate"

    def __init__(self, service: str) -> None:
        super().__init__(
            f"You hold no mandate of this person or company that is valid now and is for {service!r:.100}.",
            remedy="Ask them for a mandate, and accept it under /api/v1/mandates.",
        )


class MandateMoveRefused(Refused):
    """A mandate cannot go from one state to the other."""

    code = "mandate-move-refused"

    def __init__(self, mandate: Mandate, act: str) -> None:
        super().__init__(
            f"The mandate is {mandate.state}; it cannot be {act}.",
            remedy="Look at your mandates again; offer a new one if need be.",
            state=str(mandate.state),
        )


class MandateOver(Refused):
    """The time of a mandate is over."""

    code = "mandate-over"


class NotYoursToAccept(Forbidden):
    """The side that offered cannot accept for the other."""

    code = "not-yours-to-accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """One mandate."""

    id: str
    mandator: str
    """Account that is acted for."""
    holder: str
    """Account that acts."""
    services: frozenset[str] | None = None
    """Keys of services it is for; None for all."""
    from_at: datetime
    until_at: datetime | None = None
    """The first moment at which it is over; None for until it is revoked."""
    source: MandateSource = MandateSource.agreed
    reference: str = ""
    """Number of the document, or of the register's entry."""
    state: MandateState = MandateState.offered
    offered_by: str
    """Account that offered it, or of the official who entered it."""
    created_at: datetime
    mandator_accepted_at: datetime | None = None
    holder_accepted_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None

    def is_valid(self, moment: datetime) -> bool:
        """Whether it opens anything at a moment."""
        return (
            self.state is MandateState.active
            and self.from_at <= moment
            and (self.until_at is None or moment < self.until_at)
        )

    def is_for(self, service: str) -> bool:
        """Whether its scope has a service."""
        return self.services is None or service in self.services

    @property
    def thing(self) -> Thing:
        """As the policy knows it."""
        return Thing(kind="mandate", key=self.id, parties=frozenset({self.mandator, self.holder, self.offered_by}))

    def require_seen_by(self, actor: Actor) -> None:
        """Both sides, and who entered it. Raises NotFound for all others."""
        permit(actor, Action.see_mandate, self.thing)

    def accepted(self, by: Actor, at: datetime) -> Mandate:
        """With the consent of one side more; active when both gave it. Safe to repeat.

        Raises NotFound, NotYoursToAccept, MandateMoveRefused, MandateOver.
        """
        self._require_side(by, "accept")
        if self.state is not MandateState.offered:
            if self.state is MandateState.active:
                return self
            raise MandateMoveRefused(self, "accepted")
        if self.until_at is not None and self.until_at <= at:
            raise MandateOver("The time of this mandate is over already.", remedy="Offer a new one.")
        if by.account == self.mandator and self.mandator_accepted_at is None:
            return replace(self, mandator_accepted_at=at)._active_when_both_agree()
        if by.account == self.holder and self.holder_accepted_at is None:
            return replace(self, holder_accepted_at=at)._active_when_both_agree()
        raise NotYoursToAccept(
            "You have agreed already; the other side has not.",
            remedy="Wait for the other side, or take the offer back.",
        )

    def declined(self, by: Actor, at: datetime) -> Mandate:
        """Refused by the side it was offered to. Raises NotFound, NotYoursToAccept, MandateMoveRefused."""
        self._require_side(by, "decline")
        if self.state is not MandateState.offered:
            raise MandateMoveRefused(self, "declined")
        return self._ended(MandateState.declined, by, at)

    def revoked(self, by: Actor, at: datetime) -> Mandate:
        """Ended at once by either side, or taken back before it was accepted. Safe to repeat.

        An official who entered it may end it, too: the register or the document says otherwise now.
        Raises NotFound, MandateMoveRefused.
        """
        self.require_seen_by(by)
        if self.state is MandateState.revoked:
            return self
        if MandateState.revoked not in MANDATE_MOVES[self.state]:
            raise MandateMoveRefused(self, "revoked")
        return self._ended(MandateState.revoked, by, at)

    def _active_when_both_agree(self) -> Mandate:
        if self.mandator_accepted_at is None or self.holder_accepted_at is None:
            return self
        return replace(self, state=MandateState.active)

    def _ended(self, state: MandateState, by: Actor, at: datetime) -> Mandate:
        return replace(self, state=state, ended_by=by.account, ended_at=at)

    def _require_side(self, by: Actor, act: str) -> None:
        self.require_seen_by(by)
        if by.account not in (self.mandator, self.holder):
            raise NotYoursToAccept(f"Only the two sides of a mandate {act} it.", remedy="Ask them.")


def offered(
    *,
    id: str,
    mandator: Actor,
    holder: Actor,
    by: Actor,
    services: Iterable[str] | None,
    from_at: datetime,
    until_at: datetime | None,
    source: MandateSource,
    reference: str,
    at: datetime,
) -> Mandate:
    """A new mandate: agreed ones are offered by one of the two sides, proved ones are entered by an operator.

    Raises Invalid with its places, NotYoursToAccept.
    """
    is_agreed = source is MandateSource.agreed
    is_side = by.account in (mandator.account, holder.account)
    if is_agreed and not is_side:
        raise NotYoursToAccept("A mandate is offered by one of its two sides.", remedy="Let one of them offer it.")
    if not is_agreed and (
        not decide(by, Action.enter_mandate).allowed or by.account in (mandator.account, holder.account)
    ):
        raise NotYoursToAccept(
            "A mandate by register or document is entered by an operator who is neither side of it.",
            remedy="Leave out the source, so that both sides accept.",
        )
    wanted = None if services is None else frozenset(services)
    _require_sound(mandator, holder, wanted, from_at, until_at, at)
    if not is_agreed and not 0 < len(reference.strip()) <= LONGEST_REFERENCE:
        raise Invalid(
            "A mandate by register or document has the reference that it is found by.",
            places=[Place("/reference", f"Expected 1 to {LONGEST_REFERENCE} characters.", "wrong-length")],
            remedy="Give the number of the document, or of the register's entry.",
        )
    return Mandate(
        id=id,
        mandator=mandator.account,
        holder=holder.account,
        services=wanted,
        from_at=from_at,
        until_at=until_at,
        source=source,
        reference=reference.strip()[:LONGEST_REFERENCE],
        offered_by=by.account,
        created_at=at,
        mandator_accepted_at=at if not is_agreed or by.account == mandator.account else None,
        holder_accepted_at=at if is_agreed and by.account == holder.account else None,
    )


def _require_sound(
    mandator: Actor,
    holder: Actor,
    services: frozenset[str] | None,
    from_at: datetime,
    until_at: datetime | None,
    at: datetime,
) -> None:
    places = []
    if mandator.account == holder.account:
        places.append(Place("/holder", "Expected somebody else.", "oneself"))
    if not holder.citizen or holder.tin is not None:
        places.append(Place("/holder", "Expected a person who may apply for services.", "no-citizen"))
    if not mandator.citizen:
        places.append(Place("/mandator", "Expected a person or company that may apply for services.", "no-citizen"))
    if services is not None and not 0 < len(services) <= MOST_SERVICES:
        places.append(Place("/services", f"Expected 1 to {MOST_SERVICES} services, or none for all.", "wrong-length"))
    if services is not None and any(_SERVICE.fullmatch(one) is None for one in services):
        places.append(Place("/services", "Expected keys of services.", "malformed"))
    if until_at is not None and until_at <= max(from_at, at):
        places.append(Place("/until_at", "Expected a moment after the beginning, and after now.", "too-early"))
    if places:
        raise Invalid("This cannot be a mandate.", places=places, remedy="Correct the places named.")


def checked_tin(text: str) -> str:
    """A taxpayer's number (VÖEN of ten digits, or that of another country). Raises Invalid."""
    tin = text.strip().upper()
    if _TIN.fullmatch(tin) is None:
        raise Invalid(
            f"{text!r:.40} is no taxpayer's number.",
            places=[Place("/tin", "Expected 5 to 20 digits, capitals and hyphens, such as 1234567891.", "malformed")],
            remedy="Copy the VÖEN from the certificate of registration.",
        )
    return tin
