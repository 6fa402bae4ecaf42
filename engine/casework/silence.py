"""A seal of silence: looks at a person's data that an investigation makes are not shown to the person for a time.

An authority that the operator named, and nobody else, silences looks of named accounts at one person's data, from a
moment on, with a legal basis and a reference, for a term that has an end. Meanwhile those looks are missing from what
the person is shown, without a gap. When the term ends, or the silence is lifted, they appear, with the reason why they
were withheld. The entries themselves are untouched: what is silenced stays in the journal.

Source: Directive (EU) 2016/680, art. 13 (3) and 15; Criminal Procedure Code of the Republic of Azerbaijan, art. 222.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from engine.errors import Invalid, Place, Refused
from engine.identity import is_key

MOST_READERS: Final = 50


class SilenceEnded(Refused):
    """A silence that is over cannot be lifted."""

    code = "silence-ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One seal of silence."""

    id: str
    person: str
    """Account of whose data are looked at."""
    readers: tuple[str, ...]
    """Accounts whose looks are silenced."""
    case_id: str | None = None
    """The case whose looks are silenced; None for all data of the person."""
    from_at: datetime
    """Looks from then on; it may lie in the past."""
    until_at: datetime
    legal_basis: str
    reference: str
    """Of the investigation, such as its number."""
    placed_by: str
    placed_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    lift_reason: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether it silences now."""
        return self.lifted_at is None and now < self.until_at

    @property
    def ended_at(self) -> datetime:
        """When it ended, or will."""
        return self.until_at if self.lifted_at is None else min(self.lifted_at, self.until_at)

    def covers(self, reader: str, at: datetime, case_id: str | None) -> bool:
        """Whether it is about this look. Looks after its end are not withheld."""
        is_there = self.case_id is None or self.case_id == case_id
        return is_there and reader in self.readers and self.from_at <= at < self.ended_at

    def lifted(self, by: str, at: datetime, reason: str) -> Silence:
        """The silence, ended before its time. Raises SilenceEnded."""
        if not self.holds(at):
            raise SilenceEnded("This seal of silence is over.", remedy="Nothing is left to lift.")
        return replace(self, lifted_at=at, lifted_by=by, lift_reason=reason)


def silencing(silences: Iterable[Silence], reader: str, at: datetime, case_id: str | None) -> list[Silence]:
    """The silences that are about a look."""
    return [one for one in silences if one.covers(reader, at, case_id)]


def check_silence(silence: Silence, longest: timedelta) -> None:
    """See that a silence is one. Raises Invalid with all places."""
    places = []
    if not 0 < len(silence.readers) <= MOST_READERS or not all(is_key(one) for one in silence.readers):
        places.append(Place("/readers", f"Expected 1 to {MOST_READERS} keys of accounts.", "out-of-range"))
    if not silence.placed_at < silence.until_at <= silence.placed_at + longest:
        places.append(Place("/until_at", f"Expected a moment in the next {longest.days} days.", "out-of-range"))
    if silence.from_at > silence.placed_at:
        places.append(Place("/from_at", "Expected a moment that is not ahead.", "out-of-range"))
    for name in ("legal_basis", "reference"):
        if len(getattr(silence, name).strip()) < 3:
            places.append(Place(f"/{name}", "Expected at least three letters.", "missing"))
    if places:
        raise Invalid("The looks cannot be silenced.", places=places, remedy="Correct the places named.")
