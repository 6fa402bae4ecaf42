"""Who is served next: partners and procedures in turn, whatever the length of their lines.

Pure. A worker has so many threads for calls; a partner may hold only some of them, so that one which hangs leaves the
others theirs: at most its limit, and at most half of what the others left free (but one). Timers and other work of the
engine's own need no partner, and have places of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from engine.store.queries.shares import Share

MOST_AT_ONCE: Final = 8
"""Shares served in one turn; the others come first in the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where work can begin."""

    own: int
    """Jobs of the engine's own that may begin."""
    calls: int
    """Calls that may begin."""
    threads: int
    """Calls that may be under way in all."""
    limit: int
    """Calls that may be under way at one partner."""
    under_way: Mapping[str, int] = field(default_factory=dict)
    """Calls that are, by partner."""

    def left_for(self, partner: str) -> int:
        """How many calls may begin at a partner."""
        here = self.under_way.get(partner, 0)
        others = sum(self.under_way.values()) - here
        most = min(self.limit, max(1, (self.threads - others) // 2))
        return max(0, min(self.calls, most - here))


@dataclass(slots=True)
class Turns:
    """Remembers who was served last. Of one worker."""

    _served: dict[tuple[str, str], int] = field(default_factory=dict)
    _turn: int = 0

    def deal(self, shares: Collection[Share], places: Places, now: datetime) -> list[tuple[Share, int]]:
        """Which shares are served now, and how many jobs each may give; the one that waited longest goes first."""
        self._turn += 1
        due = [share for share in shares if share.due_at <= now and self._room(share, places)]
        due.sort(key=lambda one: (self._served.get((one.partner, one.procedure), 0), one.due_at))
        chosen = due[:MOST_AT_ONCE]
        dealt = _round_and_round(chosen, places)
        for share, _ in dealt:
            self._served[(share.partner, share.procedure)] = self._turn
        if len(self._served) > 10_000:
            self._served.clear()
        return dealt

    def _room(self, share: Share, places: Places) -> bool:
        return (places.left_for(share.partner) if share.partner else places.own) > 0


def _round_and_round(chosen: list[Share], places: Places) -> list[tuple[Share, int]]:
    """One job for each in turn, until the places are given away."""
    given = dict.fromkeys(chosen, 0)
    own, calls = places.own, places.calls
    room = {partner: places.left_for(partner) for partner in {share.partner for share in chosen} if partner}
    goes_on = True
    while goes_on:
        goes_on = False
        for share in chosen:
            if share.partner and calls > 0 and room[share.partner] > 0:
                calls, goes_on = calls - 1, True
                room[share.partner] -= 1
            elif not share.partner and own > 0:
                own, goes_on = own - 1, True
            else:
                continue
            given[share] += 1
    return [(share, number) for share, number in given.items() if number]
