"""The worker: takes what is due, keeps its leases alive, and stops in good order.

A worker that dies loses nothing: its leases run out, and another takes the jobs over, under the same idempotency keys.
The attempt was counted when the job was taken, so a job that kills its workers becomes an incident all the same.
Calls to partners have threads of their own: a partner that hangs keeps no timer waiting (fault matrix, row 21), and no
worker from ending (row 33): what is still under way when patience is over is handed back, for another worker to repeat.
Partners and procedures are served in turn (`turns`), ends are recorded together (`recorder`), and a worker that has
nothing to do is woken when there is (`ears`).
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from engine.casework.actor import SYSTEM
from engine.casework.job import Job, JobKind, LeaseLost
from engine.casework.partner import BreakerRules
from engine.errors import OnewindowError, Unavailable
from engine.jobs.breakers import Breakers
from engine.jobs.crew import Crew
from engine.jobs.ears import Ears
from engine.jobs.hands import Hands
from engine.jobs.housekeeping import tidy_up
from engine.jobs.in_hand import InHand
from engine.jobs.recorder import Recorder
from engine.jobs.turns import Places, Turns
from engine.runtime.finish_job import hand_back
from engine.runtime.finish_many import Due
from engine.runtime.retain import retain
from engine.runtime.watch_terms import watch_terms
from engine.store.listening import Listener
from engine.store.queries.shares import Share

Tell = Callable[[str, int], None]
"""Told what happened and how often, for log and figures; names are few and fixed."""

_MOST_TO_RECORD: Final = 64
"""Nothing is taken while so many ends wait to be recorded."""
_GAP_SECONDS: Final = 0.02
"""Between two turns: places that become free within it are filled by one statement."""


def _nobody(_what: str, _number: int) -> None:
    """Where nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a worker goes about it. All lengths in seconds."""

    threads: int = 16
    """How many calls to partners at once."""
    partner_calls: int = 8
    """How many of them to one partner."""
    own_threads: int = 2
    """How many long jobs of the engine's own at once, beside the calls."""
    own_at_once: int = 32
    """How many of the engine's own are taken at most: timers are recorded together."""
    lease: float = 60.0
    idle: float = 0.25
    """How long it rests at most when nothing is due and it cannot hear: what others enqueue is seen by then."""
    idle_hearing: float = 10.0
    """The same while it hears of work; less than what is told of ahead (`engine.store.listening.SOON`)."""
    away: float = 2.0
    """How long it rests when the database does not answer."""
    patience: float = 8.0
    """How long it waits for jobs under way when it is to stop; then it leaves them to others."""
    tidy_every: float = 60.0


class Worker:
    """One worker process's loop. `run` returns after `stop`, which may be called from a signal handler."""

    def __init__(
        self,
        hands: Hands,
        pace: Pace | None = None,
        tell: Tell = _nobody,
        *,
        listener: Listener | None = None,
    ) -> None:
        self._pace = pace or Pace()
        self._tell = tell
        self._breakers = hands.breakers or Breakers(hands.runtime, BreakerRules())
        self._hands = hands if hands.breakers else replace(hands, breakers=self._breakers)
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._over = threading.Event()
        self._in_hand = InHand()
        self._turns = Turns()
        self._callers = Crew("call", self._pace.threads)
        self._own = Crew("own", self._pace.own_threads)
        self._recorder = Recorder(self._hands, self._done)
        self._ears = None if listener is None else Ears(listener, self.wake, tell)
        self._tidied_at = 0.0
        self._came_round_at = time.monotonic()

    @property
    def still_for(self) -> float:
        """For how many seconds its loop has not come round: more than `Pace.idle_hearing` shows that it hangs."""
        return time.monotonic() - self._came_round_at

    @property
    def is_stopping(self) -> bool:
        """Whether it takes no more."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Take no more; end what is under way."""
        self._stopping.set()
        self._woken.set()

    def wake(self) -> None:
        """Something is due now: do not rest."""
        self._woken.set()

    def run(self) -> None:
        """Work until told to stop. A database that does not answer is waited for."""
        heart = threading.Thread(target=self._beat, name="leases", daemon=True)
        heart.start()
        self._recorder.start()
        if self._ears is not None:
            self._ears.start()
        while not self._stopping.is_set():
            self._came_round_at = time.monotonic()
            try:
                self._turn()
            except Unavailable:
                self._tell("database-unavailable", 1)
                self._stopping.wait(self._pace.away)
        if self._ears is not None:
            self._ears.end()
        self._finish()
        self._over.set()
        for crew in (self._callers, self._own, self._recorder):
            crew.end()
        heart.join(1)

    def _turn(self) -> None:
        """Take what is due and begin it; rest when there was nothing, or no place is free."""
        self._woken.clear()
        dealt, rest = self._deal()
        jobs = self._hands.take_shares(dealt, timedelta(seconds=self._pace.lease)) if dealt else []
        numbers = self._hands.case_numbers(jobs)
        for job in jobs:
            self._begin(job, numbers)
        if time.monotonic() - self._tidied_at > self._pace.tidy_every:
            self._tidied_at = time.monotonic()
            tidy_up(self._hands.runtime)
            self._own.do(self._watch)
        if jobs:
            self._stopping.wait(_GAP_SECONDS)
        else:
            # What was dealt, others have taken meanwhile.
            self._woken.wait(self._pace.idle if dealt else rest)
            if self._in_hand.ids():
                self._stopping.wait(_GAP_SECONDS)

    def _deal(self) -> tuple[list[tuple[Share, int]], float]:
        """What to take, and how long there is nothing to take; asked by reading, so that nobody idle writes."""
        places = self._places()
        if not places.own and not places.calls:
            return [], self._pace.idle
        now, found = self._hands.runtime.clock.now(), self._hands.shares()
        if any(share.partner for share in found):
            self._breakers.look()
        found = [self._breakers.shut(share) for share in found]
        trials = self._trials(found, places, now)
        half_open = {share.partner for share in found if self._breakers.is_half_open(share.partner, now)}
        sound = [share for share in found if share.partner not in half_open]
        dealt = trials + self._turns.deal(sound, places, now)
        ahead = [(share.due_at - now).total_seconds() for share in sound if share.due_at > now]
        hears = self._ears is not None and self._ears.hears
        return dealt, min([self._pace.idle_hearing if hears else self._pace.idle, *ahead])

    def _trials(self, found: list[Share], places: Places, now: datetime) -> list[tuple[Share, int]]:
        """One call for each partner whose circuit is half-open, when this worker is the one who tries it."""
        first = {share.partner: share for share in reversed(found) if share.due_at <= now}
        return [
            (share, 1)
            for partner, share in first.items()
            if self._breakers.is_half_open(partner, now)
            and places.left_for(partner)
            and self._breakers.may_try(partner)
        ]

    def _places(self) -> Places:
        calls = self._in_hand.calls()
        is_behind = self._recorder.backlog >= _MOST_TO_RECORD
        return Places(
            own=0 if is_behind else max(0, self._pace.own_at_once - self._in_hand.own()),
            calls=0 if is_behind else max(0, self._pace.threads - calls.total()),
            threads=self._pace.threads,
            limit=self._pace.partner_calls,
            under_way=calls,
        )

    def _begin(self, job: Job, numbers: Mapping[str, str]) -> None:
        self._in_hand.take(job)
        if job.kind is JobKind.service:
            self._callers.do(functools.partial(self._do, job, numbers))
        elif job.kind is JobKind.timer and job.attempts <= job.retries:
            self._recorder.put(job, Due(job_id=job.id))
        else:
            self._own.do(functools.partial(self._do, job, numbers))

    def _do(self, job: Job, numbers: Mapping[str, str]) -> None:
        """Do a job, and have its end recorded; runs in a thread of a crew."""
        try:
            ending = self._hands.do(job, numbers)
        except Unavailable:
            self._done(job, False)
            return
        if ending is None:
            self._done(job, True)
        else:
            self._in_hand.called(job.id)
            self._recorder.put(job, ending)
            self._woken.set()

    def _watch(self) -> None:
        """Look at the terms and the records that are due for a look; those that are left wait for the next round."""
        try:
            watch_terms(self._hands.runtime)
            for what, number in retain(self._hands.runtime).items():
                self._tell(what, number)
        except Unavailable:
            self._tell("database-unavailable", 1)

    def _done(self, job: Job, is_kept: bool) -> None:
        """A job's end is kept, or the database did not answer: then the lease runs out, and it is done again."""
        self._tell(str(job.kind) if is_kept else "database-unavailable", 1)
        self._in_hand.drop(job.id)
        self._woken.set()

    def _beat(self) -> None:
        """Keep the leases of jobs under way alive; three beats a lease, so that one may fail."""
        lease = timedelta(seconds=self._pace.lease)
        runtime, owner = self._hands.runtime, self._hands.owner
        while not self._over.wait(self._pace.lease / 3):
            for job_id in self._in_hand.ids():
                try:
                    with runtime.database.work() as work:
                        work.jobs.extend(job_id, owner, runtime.clock.now(), lease)
                except LeaseLost:
                    if self._in_hand.holds(job_id):  # it has not just ended
                        self._tell("lease-lost", 1)
                except Unavailable:
                    self._tell("database-unavailable", 1)

    def _finish(self) -> None:
        """Wait a while for what is under way, and hand back what is not done by then; late answers are refused."""
        if self._in_hand.wait_until_empty(self._pace.patience):
            return
        for job_id in self._in_hand.ids():
            if not self._hand_back(job_id):
                return

    def _hand_back(self, job_id: str) -> bool:
        """Whether the database answered: without it the leases run out by themselves."""
        try:
            hand_back(self._hands.runtime, job_id, owner=self._hands.owner, by=SYSTEM)
            self._tell("handed-back", 1)
        except Unavailable:
            self._tell("not-handed-back", 1)
            return False
        except OnewindowError:
            self._tell("not-handed-back", 1)
        self._in_hand.drop(job_id)
        return True
