"""Static texts of timers: dates, durations and cycles of ISO 8601, with bounds.

What SpiffWorkflow makes of `''`, `P`, `-PT1S` or `P30000000M` is told in the probes P10 and P11 of the trust report:
they fire at once, lose their sign, or take seconds of reckoning. Here they are refused before anything runs.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from engine.bpmn.model import TimerDefinition, TimerKind

_DURATION: Final = re.compile(
    r"P(?=[0-9T])(?:(?P<years>[0-9]{1,7})Y)?(?:(?P<months>[0-9]{1,7})M)?(?:(?P<weeks>[0-9]{1,7})W)?"
    r"(?:(?P<days>[0-9]{1,7})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,9})H)?(?:(?P<minutes>[0-9]{1,9})M)?(?:(?P<seconds>[0-9]{1,10}(?:\.[0-9]{1,9})?)S)?)?"
)
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_SECONDS: Final = {
    "years": 366 * 86_400,
    "months": 31 * 86_400,
    "weeks": 7 * 86_400,
    "days": 86_400,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
}
_LONGEST_YEARS: Final = 100
_SHORTEST_CYCLE_SECONDS: Final = 1
_MOST_REPETITIONS: Final = 1_000_000


class BadTimer(ValueError):
    """The text is no such timer; the message says why."""


def check_timer(timer: TimerDefinition) -> None:
    """Judge the static text of a timer. Raises BadTimer. Expressions (`=`) are not judged here."""
    text = timer.expression.strip()
    if not text:
        raise BadTimer("the timer has no time")
    match timer.kind:
        case TimerKind.date:
            moment(text)
        case TimerKind.duration:
            length(text)
        case TimerKind.cycle:
            _cycle(text)


def length(text: str) -> float:
    """The most seconds an ISO 8601 duration can mean. Raises BadTimer: not one, negative, over 100 years."""
    if text.startswith(("-", "+")):
        raise BadTimer("a duration has no sign")
    found = _DURATION.fullmatch(text)
    if found is None:
        raise BadTimer(f"expected a duration such as P10D or PT1H30M, found {text!r:.60}")
    seconds = sum(float(number) * _SECONDS[unit] for unit, number in found.groupdict().items() if number is not None)
    if seconds > _LONGEST_YEARS * _SECONDS["years"]:
        raise BadTimer(f"a duration is at most {_LONGEST_YEARS} years")
    return seconds


def moment(text: str) -> datetime:
    """An ISO 8601 date and time with its zone. Raises BadTimer."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise BadTimer(f"expected a date and time such as 2027-03-01T09:00:00+04:00, found {text!r:.60}")
    if found["zone"] is None:
        raise BadTimer(f"the date and time {text!r:.60} has no zone, such as Z or +04:00")
    try:
        return datetime.fromisoformat(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text))
    except ValueError as fault:
        raise BadTimer(f"there is no such date and time: {text!r:.60}") from fault


def _cycle(text: str) -> None:
    parts = text.split("/")
    if not 2 <= len(parts) <= 3 or re.fullmatch(r"R[0-9]*", parts[0]) is None:
        raise BadTimer(f"expected a cycle such as R3/PT1H or R/P1D, found {text!r:.60}")
    repetitions = parts[0][1:]
    if len(repetitions) > 7 or (repetitions and not 1 <= int(repetitions) <= _MOST_REPETITIONS):
        raise BadTimer(f"a cycle repeats 1 to {_MOST_REPETITIONS:,} times, or without end (R/)")
    durations = [part for part in parts[1:] if part.startswith(("P", "-", "+"))]
    for part in parts[1:]:
        if part not in durations:
            moment(part)
    if len(durations) != 1:
        raise BadTimer("a cycle has exactly one duration between its firings")
    if length(durations[0]) < _SHORTEST_CYCLE_SECONDS:
        raise BadTimer(f"a cycle has at least {_SHORTEST_CYCLE_SECONDS} second between its firings")
