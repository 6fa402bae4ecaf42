"""Absences and deputies: who is away, who does her work meanwhile, in which queues.

An absence has a kind and no words of its own: why somebody is ill is nobody's business. A deputyship is one person
standing in for one other, in queues that the other works in herself, for a time or until it is ended; where it says so,
only while the other is absent. **There is no deputy of a deputy**: what somebody does for another is not handed on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from engine.casework.actor import Actor
from engine.casework.policy import Action, Thing, decide
from engine.errors import Forbidden, Invalid, NotFound, Place, Refused
from engine.identity import QueueName


class AbsenceKind(StrEnum):
    """Why somebody is away, as far as colleagues need to know."""

    leave = "leave"
    illness = "illness"
    business_trip = "business_trip"
    training = "training"
    other = "other"


class DeputyOfDeputy(Refused):
    """What somebody does for another is not handed on."""

    code = "deputy-of-deputy"

    def __init__(self, message: str) -> None:
        super().__init__(
            f"There is no deputy of a deputy: {message}",
            remedy="Let the absent colleague herself, or an administrator, name another deputy for her.",
        )


class NotInAgency(Refused):
    """Absences and deputies are of an agency's own people."""

    code = "not-in-agency"

    def __init__(self, agency: str, account: str) -> None:
        super().__init__(
            f"The account {account} works in no queue of {agency}.",
            remedy="Choose a member of the agency.",
            agency=agency,
        )


class NotOfHerQueues(Refused):
    """A deputy stands in for somebody in that one's own queues."""

    code = "not-of-her-queues"

    def __init__(self, queue: QueueName) -> None:
        super().__init__(
            f"She who is stood in for does not work in {queue} herself.", remedy="Name queues that she is a member of."
        )


class DeputyOverlaps(Refused):
    """The same person stands in for the same colleague in that time already."""

    code = "deputy-overlaps"


class AlreadyOver(Refused):
    """What has ended cannot be ended again."""

    code = "already-over"

    def __init__(self, what: str) -> None:
        super().__init__(f"This {what} is over already.", remedy="Look at the list again.")


class NotHersToChange(Forbidden):
    """Absences and deputies are declared by those concerned, their supervisors and administrators."""

    code = "not-hers-to-change"

    def __init__(self, act: str) -> None:
        super().__init__(
            f"Only the colleague herself, her supervisor or the agency's administrator may {act}.",
            remedy="Ask one of them.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A time in which a member of an agency is away."""

    id: str
    agency: str
    account: str
    kind: AbsenceKind
    from_at: datetime
    until_at: datetime | None = None
    """The first moment she is back; None while that is not known."""
    created_by: str
    created_at: datetime

    def __post_init__(self) -> None:
        _require_order(self.from_at, self.until_at)

    def covers(self, moment: datetime) -> bool:
        """Whether she is away at a moment."""
        return _within(moment, self.from_at, self.until_at)

    def ended(self, at: datetime) -> Absence:
        """She is back, or never goes. Raises AlreadyOver."""
        if self.until_at is not None and self.until_at <= at:
            raise AlreadyOver("absence")
        return replace(self, until_at=max(at, self.from_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deputyship:
    """One member of an agency stands in for another."""

    id: str
    agency: str
    absent: str
    """Account that is stood in for."""
    deputy: str
    """Account that stands in."""
    queues: frozenset[QueueName]
    while_absent: bool = True
    """Whether it counts only during an absence of hers; else from `from_at` to `until_at`, whatever she does."""
    from_at: datetime
    until_at: datetime | None = None
    created_by: str
    created_at: datetime
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        _require_order(self.from_at, self.until_at)

    def counts(self, moment: datetime, absences: Collection[Absence]) -> bool:
        """Whether the deputy may act at a moment; `absences` are those of the absent one."""
        if self.ended_at is not None or not _within(moment, self.from_at, self.until_at):
            return False
        return not self.while_absent or any(
            one.account == self.absent and one.agency == self.agency and one.covers(moment) for one in absences
        )

    def overlaps(self, other: Deputyship) -> bool:
        """Whether both are of the same two people, at the same time, in a common queue."""
        return (
            (self.absent, self.deputy) == (other.absent, other.deputy)
            and other.ended_at is None
            and bool(self.queues & other.queues)
            and (self.until_at is None or other.from_at < self.until_at)
            and (other.until_at is None or self.from_at < other.until_at)
        )

    def ended(self, at: datetime) -> Deputyship:
        """The deputyship without effect from now on. Raises AlreadyOver."""
        if self.ended_at is not None or (self.until_at is not None and self.until_at <= at):
            raise AlreadyOver("deputyship")
        return replace(self, ended_at=at)


def require_may_declare(by: Actor, of: Actor, agency: str, act: str) -> None:
    """Raises NotFound for who has nothing to do with the agency, NotHersToChange for other colleagues."""
    of_her = Thing(kind="agency", key=agency, agency=agency, person=of.account)
    _require(by, Action.declare_absence, of_her, act)


def require_may_end(by: Actor, deputyship: Deputyship) -> None:
    """The same for a deputyship, which the deputy herself may end, too."""
    agency, deputy = deputyship.agency, frozenset({deputyship.deputy})
    of_both = Thing(kind="agency", key=agency, agency=agency, person=deputyship.absent, parties=deputy)
    _require(by, Action.end_deputyship, of_both, "end a deputyship")


def _require(by: Actor, action: Action, thing: Thing, act: str) -> None:
    verdict = decide(by, action, thing)
    if verdict.hidden:
        raise NotFound.of("agency", thing.key)
    if not verdict.allowed:
        raise NotHersToChange(act)


def require_may_stand_in(
    wanted: Deputyship, absent: Actor, deputy: Actor, others: Collection[Deputyship], named_by: Actor
) -> None:
    """Whether a deputyship may be declared; `others` are those of the agency that have not ended.

    Raises Invalid, NotInAgency, DeputyOfDeputy, NotOfHerQueues, DeputyOverlaps.
    """
    if absent.account == deputy.account:
        raise Invalid(
            "Nobody stands in for herself.",
            places=[Place("/deputy", "Expected a colleague.", "oneself")],
            remedy="Choose a colleague.",
        )
    for one, account in ((absent, wanted.absent), (deputy, wanted.deputy)):
        if not any(queue.agency == wanted.agency for queue in one.queues):
            raise NotInAgency(wanted.agency, account)
    for queue in sorted(wanted.queues):
        if queue.agency != wanted.agency or not absent.works_in(queue):
            if any(queue in other.queues and other.deputy == wanted.absent for other in others):
                raise DeputyOfDeputy(f"{queue} is work she does for somebody else.")
            raise NotOfHerQueues(queue)
    if named_by.account == deputy.account:
        raise Invalid(
            "Nobody names herself a deputy.",
            places=[Place("/deputy", "Expected a colleague.", "oneself")],
            remedy="Ask the absent colleague, her supervisor or an administrator.",
        )
    if any(wanted.overlaps(other) for other in others):
        raise DeputyOverlaps(
            "She stands in for this colleague in that time already.", remedy="End the other one first."
        )


def _within(moment: datetime, from_at: datetime, until_at: datetime | None) -> bool:
    return from_at <= moment and (until_at is None or moment < until_at)


def _require_order(from_at: datetime, until_at: datetime | None) -> None:
    if until_at is not None and until_at < from_at:
        raise Invalid(
            "This ends before it begins.",
            places=[Place("/until_at", f"Expected a moment after {from_at.isoformat()}.", "too-early")],
            remedy="Swap the two.",
        )
