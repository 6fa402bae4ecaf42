"""How long the record of a closed case is kept, and what happens to it: kept as it is, archived, erased. Pure.

live --> archived --> erased, or live --> erased

Counted from the day on which the case ended, in the time zone of the country: a case that ended on 4 March 2026 and is
kept for ten years is kept to the end of 4 March 2036. Archiving loses nothing; erasing leaves a tombstone. A hold, that
a supervisor places and releases with a reason, stops erasing and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from engine.calendar import Length
from engine.errors import Refused

LEAST_DAYS: Final = 30
"""No record is erased sooner after its end: an appeal must find it."""
CANCELLED: Final = "cancelled"
"""How a case ends without a decision."""


class RecordState(StrEnum):
    """What is left of a case."""

    live = "live"
    """Everything, where work is done."""
    archived = "archived"
    """Case, documents, files and payments; the rest lies in a package in the storage of files."""
    erased = "erased"
    """The tombstone: what statistics and the books need, and nothing of a person."""


class RetentionAct(StrEnum):
    """What a schedule brings about."""

    archive = "archive"
    erase = "erase"


class RecordErased(Refused):
    """The record of the case was erased by schedule."""

    code = "record-erased"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"The record of case {number} was erased when its retention had ended.",
            remedy="The journal says when, and by which law.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """How long a record is kept. Lengths are of days, weeks, months and years."""

    archive_after: Length | None = None
    """None leaves it where it is until it is erased."""
    erase_after: Length | None = None
    """None keeps it for good."""
    legal_basis: str
    """The law that says so; it stands on the tombstone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What a service says about its records: one rule, and other ones for cases that ended in a certain way."""

    rule: RetentionRule
    by_end: Mapping[str, RetentionRule] = field(default_factory=lambda: MappingProxyType({}))
    """By outcome of the decision, or `cancelled`."""

    def rule_for(self, end: str) -> RetentionRule:
        """The rule for a case that ended so."""
        return self.by_end.get(end, self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPlan:
    """When the record of one case is archived and erased: from these moments on, not before."""

    archive_at: datetime | None = None
    erase_at: datetime | None = None
    legal_basis: str = ""

    @classmethod
    def of(cls, rule: RetentionRule | None, closed_at: datetime, zone: ZoneInfo) -> RetentionPlan:
        """The plan for a case that ended then. Without a rule everything is kept for good.

        Nothing is archived that is to be erased on the same day or earlier.
        """
        if rule is None:
            return cls()
        first = closed_at.astimezone(zone).date()
        archive_at, erase_at = _over(first, rule.archive_after, zone), _over(first, rule.erase_after, zone)
        if archive_at is not None and erase_at is not None and archive_at >= erase_at:
            archive_at = None
        return cls(archive_at=archive_at, erase_at=erase_at, legal_basis=rule.legal_basis)

    def due(self, state: RecordState, now: datetime, *, is_held: bool = False) -> RetentionAct | None:
        """What is to be done with a record now; None when nothing is. What is due to be erased is not archived first,
        unless a hold keeps it."""
        if state is RecordState.erased:
            return None
        if self.erase_at is not None and self.erase_at <= now and not is_held:
            return RetentionAct.erase
        if state is RecordState.live and self.archive_at is not None and self.archive_at <= now:
            return RetentionAct.archive
        return None

    def next_look(self, state: RecordState, now: datetime, *, is_held: bool = False) -> datetime | None:
        """When the record must be looked at next, once nothing is due now; None when never, or not before a release."""
        ahead = []
        if state is RecordState.live and self.archive_at is not None:
            ahead.append(self.archive_at)
        if state is not RecordState.erased and self.erase_at is not None and not (is_held and self.erase_at <= now):
            ahead.append(self.erase_at)
        return min(ahead, default=None)


def is_certainly_longer(longer: Length, shorter: Length) -> bool:
    """Whether a length ends later than another one from whatever day both are counted: a month is 28 to 31 days."""
    return all(longer.last_day_after(day) > shorter.last_day_after(day) for day in _ANCHORS)


def _over(first: date, length: Length | None, zone: ZoneInfo) -> datetime | None:
    """The first moment after the last day of a length."""
    if length is None:
        return None
    return datetime.combine(length.last_day_after(first) + timedelta(days=1), time(), zone).astimezone(UTC)


_ANCHORS: Final = tuple(
    day for number in range(4 * 365 + 1) if (day := date(2027, 1, 1) + timedelta(days=number)).day == 1 or day.day >= 28
)
"""Days around the ends of all months of four years: there lengths in months and in days differ most."""
