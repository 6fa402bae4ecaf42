"""A statutory term: its length, the running clock with its stops, and the deadline.

The length and the way of counting come from the service's passport (law); the clock stands still while the case waits
for the applicant. What was counted before a stop stays counted: the term is longer by the counted days of its stops,
and only its last day moves on to a working day. Which days count is `engine.calendar`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from engine.calendar import Counting, Length, WorkingCalendar
from engine.errors import Refused


class Silence(StrEnum):
    """What it means by law when the term passes without a decision."""

    nothing = "nothing"
    consent = "consent"
    refusal = "refusal"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRule:
    """A term as the law sets it."""

    name: str
    length: Length
    counting: Counting
    silence: Silence = Silence.nothing
    legal_basis: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A time during which the clock stands still; `until` is None while it lasts."""

    since: datetime
    until: datetime | None = None


class ClockStopped(Refused):
    """The clock stands still already, or runs already."""

    code = "clock-stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term that runs for one case."""

    name: str
    length: Length
    counting: Counting
    started_at: datetime
    stops: tuple[Stop, ...] = ()

    @classmethod
    def begin(cls, rule: TermRule, at: datetime) -> Term:
        """Set the clock running."""
        return cls(name=rule.name, length=rule.length, counting=rule.counting, started_at=at)

    @property
    def clock_is_stopped(self) -> bool:
        """Whether the clock stands still now."""
        return bool(self.stops) and self.stops[-1].until is None

    def stop(self, at: datetime) -> Term:
        """Let the clock stand still. Raises ClockStopped when it does already."""
        if self.clock_is_stopped:
            raise ClockStopped(f"The clock of term {self.name} stands still already.", remedy="Nothing to do.")
        return replace(self, stops=(*self.stops, Stop(at)))

    def resume(self, at: datetime) -> Term:
        """Let the clock run again. Raises ClockStopped when it runs. A stop never ends before it began."""
        if not self.clock_is_stopped:
            raise ClockStopped(f"The clock of term {self.name} runs already.", remedy="Nothing to do.")
        return replace(self, stops=(*self.stops[:-1], Stop(self.stops[-1].since, max(at, self.stops[-1].since))))

    def deadline(self, calendar: WorkingCalendar) -> datetime | None:
        """When the term ends; None while the clock stands still, for then nobody can say."""
        if self.clock_is_stopped:
            return None
        stops = [(stop.since, stop.until) for stop in self.stops if stop.until is not None]
        if self.length.has_time or self.length.is_zero:
            due = calendar.add(self.started_at, self.length, self.counting).astimezone(UTC)
            return due + sum((until - since for since, until in stops), timedelta())
        days = sum(calendar.counted_days_between(since, until, self.counting) for since, until in stops)
        longer = replace(self.length, days=self.length.days + days)
        return calendar.add(self.started_at, longer, self.counting).astimezone(UTC)

    def to_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        return {
            "name": self.name,
            "length": str(self.length),
            "counting": str(self.counting),
            "started": self.started_at.isoformat(),
            "stops": [[s.since.isoformat(), s.until.isoformat() if s.until else None] for s in self.stops],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Term:
        """The term that `to_json` wrote."""
        return cls(
            name=stored["name"],
            length=Length.parse(stored["length"]),
            counting=Counting(stored["counting"]),
            started_at=datetime.fromisoformat(stored["started"]),
            stops=tuple(
                Stop(datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
                for since, until in stored["stops"]
            ),
        )
