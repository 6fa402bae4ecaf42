"""A partner as workers see it: whether it may be called just now (a circuit breaker), and who it is.

closed --failures in a row--> open       (nobody calls it for a while)
open --the while is over--> half-open    (one worker makes one call, to see)
half-open --it answers--> closed
half-open --it fails--> open             (for twice as long, up to a bound)

Only faults that may pass count as failures: no answer, too late, 429, 5xx. Who refuses a call or answers "not found"
works. Pure: the row is `engine.store.tables.partners`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

LONGEST_NAME: Final = 255
_LONGEST_ERROR: Final = 500
_NAMED_BY: Final = ("partner", "register", "service", "provider", "subscription", "ow:notice")
"""Task headers that tell the partners of one connector apart, beside `url`; the last one is the engine's own."""


class PartnerState(StrEnum):
    """Whether a partner is called."""

    closed = "closed"
    """Calls go through."""
    open = "open"
    """Nobody calls it."""
    half_open = "half-open"
    """One call may try it."""


PARTNER_MOVES: Final[Mapping[PartnerState, frozenset[PartnerState]]] = {
    PartnerState.closed: frozenset({PartnerState.open}),
    PartnerState.open: frozenset({PartnerState.half_open, PartnerState.closed}),
    PartnerState.half_open: frozenset({PartnerState.closed, PartnerState.open}),
}
"""From each state, the states it may go to; an operator closes an open one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """When a partner is left alone, and for how long."""

    failures: int = 5
    """So many in a row open the circuit."""
    rest: timedelta = timedelta(seconds=30)
    """The first time; each time that the trial call fails it is twice as long."""
    longest_rest: timedelta = timedelta(minutes=10)
    trial: timedelta = timedelta(seconds=60)
    """Who tries it has so long; then another may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """What is known of a partner that failed lately; one that did not has no row."""

    name: str
    """Connector and host, or connector and register: `http api.example.gov`, `register population`."""
    failures: int = 0
    """In a row."""
    openings: int = 0
    """How often in a row the circuit was opened."""
    open_until: datetime | None = None
    is_tried: bool = False
    """Whether a worker makes the one call just now."""
    last_error: str | None = None
    changed_at: datetime

    def state_at(self, now: datetime) -> PartnerState:
        """Whether it is called at a moment."""
        if self.open_until is None:
            return PartnerState.closed
        return PartnerState.open if now < self.open_until else PartnerState.half_open

    def failed(self, at: datetime, error: str, rules: BreakerRules) -> Partner:
        """After a call that failed. Calls that were under way when the circuit opened change nothing."""
        noted = replace(self, failures=self.failures + 1, last_error=error[:_LONGEST_ERROR], changed_at=at)
        is_open = self.state_at(at) is PartnerState.open and not self.is_tried
        if is_open or (self.open_until is None and noted.failures < rules.failures):
            return noted
        rest = min(rules.rest * 2 ** min(self.openings, 20), rules.longest_rest)
        return replace(noted, openings=self.openings + 1, open_until=at + rest, is_tried=False)

    def answered(self, at: datetime) -> Partner:
        """After a call that was answered."""
        return Partner(name=self.name, changed_at=at)

    def tried(self, at: datetime, rules: BreakerRules) -> Partner:
        """Half-open, and one worker tries it: to the others it stays open meanwhile."""
        return replace(self, open_until=at + rules.trial, is_tried=True, changed_at=at)


def partner_of(type: str, headers: Mapping[str, str]) -> str:
    """The partner that a service job calls: its connector, and what the static headers of the task say of the other.

    Connectors share no partner, so that one which fails over one protocol is still called over another.
    """
    url = headers.get("url", "")
    try:
        found = urlsplit(url).netloc.rpartition("@")[2] if "://" in url else ""
    except ValueError:
        found = ""
    if not found or "{" in found:
        found = next((headers[name] for name in _NAMED_BY if headers.get(name)), "")
    printable = "".join(sign for sign in found if sign.isprintable())
    return f"{type} {printable}".strip()[:LONGEST_NAME]


def connector_of(partner: str) -> str:
    """The connector in a partner's name."""
    return partner.partition(" ")[0]
