"""Days on which an agency is closed by itself: they are no working days for its terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from engine.errors import Invalid, Place

LONGEST: Final = 366
"""Days of one closure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """From a first day to a last one, both included."""

    id: str
    agency: str
    first_day: date
    last_day: date
    reason: str
    """In plain words: it stands in the explanation of every deadline it moves."""
    created_by: str
    created_at: datetime

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise Invalid(
                "A closure ends before it begins.",
                places=[Place("/last_day", f"Expected {self.first_day} or later.", "too-early")],
                remedy="Swap the two days.",
            )
        if (self.last_day - self.first_day).days >= LONGEST:
            raise Invalid(
                f"A closure has at most {LONGEST} days.",
                places=[Place("/last_day", "Expected an earlier day.", "too-late")],
                remedy="Enter it in parts.",
            )

    def days(self) -> Iterator[date]:
        """Each of its days."""
        for number in range((self.last_day - self.first_day).days + 1):
            yield self.first_day + timedelta(days=number)


def closed_days(closures: Iterable[Closure]) -> dict[date, str]:
    """All days of some closures, and why."""
    return {day: one.reason for one in closures for day in one.days()}
