"""Wrong tries are counted in the database, so that all nodes count together; a rest is remembered here for a moment.

Counted are a name from one network, a name from everywhere, and an address. Five wrong passwords from one network let
the name rest there only: somebody elsewhere cannot lock the owner out, until so many came from everywhere that it is
guessing. A name that no account has is counted the same way, under the same statements. A try at what rests costs no
password comparison, and for two seconds not even a statement.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from door.statuses import TooManyAttempts
from engine.casework.place import counted_address, network_of
from engine.casework.throttle import OF_ADDRESS, OF_FACTOR, OF_NAME, OF_NAME_ANYWHERE, Patience
from engine.store.database import Database
from engine.store.queries.credentials import rests_until
from engine.store.unit_of_work import UnitOfWork

_REMEMBERED_FOR: Final = timedelta(seconds=2)
_MOST_REMEMBERED: Final = 10_000

Subjects = dict[str, Patience]
"""What a try is counted under, each with how much is borne of it. In an order of their own: locks are taken in it."""


def subjects_of_name(name: str, address: str | None) -> Subjects:
    """What a try to sign in is counted under."""
    said = name.strip().casefold()
    return {
        _hashed("name", said): OF_NAME_ANYWHERE,
        _hashed("name-here", said, network_of(address)): OF_NAME,
        _hashed("address", counted_address(address)): OF_ADDRESS,
    }


def subjects_of_factor(account: str) -> Subjects:
    """What a try to prove a second factor is counted under."""
    return {_hashed("factor", account): OF_FACTOR}


def _hashed(*said: str) -> str:
    return hashlib.sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class Throttle:
    """Says whether a try may be made, and counts those that were wrong."""

    database: Database
    _resting: OrderedDict[tuple[str, ...], tuple[datetime, datetime]] = field(default_factory=OrderedDict)
    """By what a try is counted under: until when it rests, and when that was read."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, subjects: Subjects, now: datetime) -> None:
        """See that none of these rests. Raises TooManyAttempts."""
        until = self._remembered(subjects, now)
        if until is None:
            with self.database.read() as connection:
                until = rests_until(connection, list(subjects))
            if until is not None and until > now:
                self._remember(subjects, until, now)
        if until is not None and until > now:
            raise rests(until, now)

    def count(self, work: UnitOfWork, subjects: Subjects, now: datetime) -> datetime | None:
        """One more wrong try; gives until when the longest rest lasts that it began, if one did."""
        ends = [work.credentials.count_try(subject, patience, now) for subject, patience in subjects.items()]
        return max((end for end in ends if end is not None), default=None)

    def _remembered(self, subjects: Subjects, now: datetime) -> datetime | None:
        with self._lock:
            until, read_at = self._resting.get(tuple(subjects), (None, now))
        return until if now - read_at < _REMEMBERED_FOR else None

    def _remember(self, subjects: Subjects, until: datetime, now: datetime) -> None:
        with self._lock:
            self._resting[tuple(subjects)] = (until, now)
            self._resting.move_to_end(tuple(subjects))
            while len(self._resting) > _MOST_REMEMBERED:
                self._resting.popitem(last=False)


def rests(until: datetime, now: datetime) -> TooManyAttempts:
    """What is told of a rest, whatever it is of."""
    seconds = int((until - now).total_seconds()) + 1
    return TooManyAttempts(
        "Too many wrong tries.",
        retry_after_seconds=seconds,
        remedy=f"Wait {seconds} seconds. Who has lost a password or a factor asks an operator.",
    )
