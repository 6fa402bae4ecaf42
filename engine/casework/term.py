"""A statutory term: its length, the running clock with its stops, and the deadline.

The length and the way of counting come from the service's passport (law); the clock stands still while the case waits
for the applicant. What was counted before a stop stays counted: the term is longer by the counted days of its stops,
and only its last day moves on to a working day. A term that has passed is not revived by a stop that begins later. It
is extended for a reason, as often and as long as the law allows. Which days count is `engine.calendar`'s; why a day
counts or not is told by `engine.casework.term_days`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from engine.calendar import Counting, Length, WorkingCalendar, days_only
from engine.errors import Refused


class Silence(StrEnum):
    """What it means by law when the term passes without a decision."""

    nothing = "nothing"
    consent = "consent"
    refusal = "refusal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRule:
    """How far the law lets an agency extend a term."""

    at_most: Length
    """Of one extension."""
    times: int = 1
    legal_basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRule:
    """A term as the law sets it."""

    name: str
    length: Length
    counting: Counting
    silence: Silence = Silence.nothing
    legal_basis: str = ""
    extension: ExtensionRule | None = None
    """None where the law knows no extension."""
    reminder: Length | None = None
    """How long before the end those who work on the case are reminded, counted as the term is; None for never."""


@dataclass(frozen=True, slots=True)
class Extension:
    """A term was made longer."""

    length: Length
    reason: str
    """In plain words, for the applicant."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """A time during which the clock stands still; `until` is None while it lasts."""

    since: datetime
    until: datetime | None = None


class ClockStopped(Refused):
    """The clock stands still already, or runs already."""

    code = "clock-stopped"


class ExtensionRefused(Refused):
    """The law does not allow this extension."""

    code = "extension-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term that runs for one case."""

    name: str
    length: Length
    counting: Counting
    started_at: datetime
    reminder: Length | None = None
    """How long before its end those who work on the case are reminded, in counted days."""
    stops: tuple[Stop, ...] = ()
    extensions: tuple[Extension, ...] = ()

    @classmethod
    def begin(cls, rule: TermRule, at: datetime) -> Term:
        """Set the clock running."""
        return cls(name=rule.name, length=rule.length, counting=rule.counting, started_at=at, reminder=rule.reminder)

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

    @property
    def whole_length(self) -> Length:
        """With all extensions."""
        return sum((one.length for one in self.extensions), self.length)

    def extended(self, length: Length, reason: str, at: datetime, rule: ExtensionRule | None) -> Term:
        """The term made longer. Raises ExtensionRefused, telling what the law allows."""
        if rule is None:
            raise ExtensionRefused(
                f"The law knows no extension of the term {self.name}.", remedy="Decide, or explain the delay."
            )
        if len(self.extensions) >= rule.times:
            raise ExtensionRefused(
                f"The term {self.name} was extended {len(self.extensions)} times; the law allows {rule.times}.",
                remedy="Decide, or explain the delay.",
            )
        if length.is_zero or length.has_time or _is_longer(length, rule.at_most):
            raise ExtensionRefused(
                f"The law allows an extension of at most {rule.at_most}, found {length}.",
                remedy=f"Write it in days, at most {rule.at_most}.",
            )
        if self.counting is Counting.working_days and length != Length(days=length.days):
            raise ExtensionRefused("This term counts working days.", remedy="Write the extension in days, such as P5D.")
        return replace(self, extensions=(*self.extensions, Extension(length, reason, at)))

    def deadline(self, calendar: WorkingCalendar) -> datetime | None:
        """When the term ends; None while the clock stands still, for then nobody can say."""
        if self.whole_length.has_time or self.whole_length.is_zero:
            return self._moment_of_end(calendar)
        first, length = calendar.local_day(self.started_at), self.whole_length
        working = self.counting is Counting.working_days
        last = calendar.later(first, days_only(length), self.counting) if working else length.last_day_after(first)
        for stop in self.stops:
            if stop.since > calendar.end_from(last):
                continue  # it had passed before
            if stop.until is None:
                return None
            since = calendar.local_day(stop.since)
            left = calendar.counted_days(since, last, self.counting) if last > since else 0
            last = calendar.later(calendar.local_day(stop.until), left, self.counting)
        return calendar.end_from(last).astimezone(UTC)

    def look_at(self, calendar: WorkingCalendar, after: datetime) -> datetime | None:
        """When somebody must look at the term next: the reminder, then its end; None when there is nothing to come."""
        due = self.deadline(calendar)
        if due is None:
            return None
        reminder = self.reminder_at(calendar, due)
        return next((at for at in (reminder, due) if at is not None and at > after), None)

    def reminder_at(self, calendar: WorkingCalendar, due: datetime) -> datetime | None:
        """The morning on which people are reminded of a term that ends then; None where nobody is."""
        if self.reminder is None:
            return None
        day = calendar.earlier(calendar.local_day(due), self.reminder.days, self.counting)
        return calendar.morning_of(day).astimezone(UTC)

    def _moment_of_end(self, calendar: WorkingCalendar) -> datetime | None:
        due = calendar.add(self.started_at, self.whole_length, self.counting).astimezone(UTC)
        for stop in self.stops:
            if stop.since > due:
                continue
            if stop.until is None:
                return None
            due += stop.until - stop.since
        return due

    def to_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        return {
            "name": self.name,
            "length": str(self.length),
            "counting": str(self.counting),
            "started": self.started_at.isoformat(),
            "reminder": str(self.reminder) if self.reminder else None,
            "stops": [[s.since.isoformat(), s.until.isoformat() if s.until else None] for s in self.stops],
            "extensions": [[str(one.length), one.reason, one.at.isoformat()] for one in self.extensions],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Term:
        """The term that `to_json` wrote."""
        return cls(
            name=stored["name"],
            length=Length.parse(stored["length"]),
            counting=Counting(stored["counting"]),
            started_at=datetime.fromisoformat(stored["started"]),
            reminder=Length.parse(stored["reminder"]) if stored.get("reminder") else None,
            stops=tuple(
                Stop(datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
                for since, until in stored["stops"]
            ),
            extensions=tuple(
                Extension(Length.parse(length), reason, datetime.fromisoformat(at))
                for length, reason, at in stored.get("extensions", ())
            ),
        )


def _is_longer(one: Length, other: Length) -> bool:
    """Whether a length is certainly longer than another: months are taken at their shortest, and at their longest."""
    return _days(one, month=28) > _days(other, month=31) or (
        one.years * 12 + one.months == other.years * 12 + other.months and _days(one, month=0) > _days(other, month=0)
    )


def _days(length: Length, *, month: int) -> int:
    return (length.years * 12 + length.months) * month + length.weeks * 7 + length.days
