"""The worker: takes what is due, as many jobs as it has threads, keeps their leases alive, and stops in good order.

A worker that dies loses nothing: its leases run out, and another takes the jobs over, under the same idempotency keys.
The attempt was counted when the job was taken, so a job that kills its workers becomes an incident all the same.
Calls to partners have threads of their own: a partner that hangs keeps no timer waiting (fault matrix, row 21), and no
worker from ending (row 33): what is still under way when patience is over is handed back, for another worker to repeat.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from engine.casework.actor import SYSTEM
from engine.casework.job import Job, JobKind, LeaseLost
from engine.errors import OnewindowError, Unavailable
from engine.jobs.hands import Hands
from engine.jobs.housekeeping import tidy_up
from engine.runtime.finish_job import hand_back

Tell = Callable[[str, int], None]
"""Told what happened and how often, for log and figures; names are few and fixed."""


def _nobody(_what: str, _number: int) -> None:
    """Where nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a worker goes about it. All lengths in seconds."""

    threads: int = 4
    """How many calls to partners at once."""
    own_threads: int = 2
    """How many timers and other jobs of the engine's own at once, beside the calls."""
    lease: float = 60.0
    idle: float = 0.25
    """How long it rests at most when nothing is due: what another process enqueues is seen by then."""
    away: float = 2.0
    """How long it rests when the database does not answer."""
    patience: float = 8.0
    """How long it waits for jobs under way when it is to stop; then it leaves them to others."""
    tidy_every: float = 60.0


@dataclass(slots=True)
class _InHand:
    """The jobs taken and not yet ended."""

    jobs: dict[str, threading.Thread] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)
    """Those of them that call a partner."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ids(self) -> list[str]:
        with self.lock:
            return list(self.jobs)

    def free(self, pace: Pace) -> tuple[int, int]:
        """How many more jobs of the engine's own, and how many more calls, may begin."""
        with self.lock:
            own = len(self.jobs) - len(self.calls)
            return max(pace.own_threads - own, 0), max(pace.threads - len(self.calls), 0)

    def drop(self, job_id: str) -> None:
        """A job has ended, or was handed back."""
        with self.lock:
            self.jobs.pop(job_id, None)
            self.calls.discard(job_id)


class Worker:
    """One worker process's loop. `run` returns after `stop`, which may be called from a signal handler."""

    def __init__(self, hands: Hands, pace: Pace | None = None, tell: Tell = _nobody) -> None:
        self._hands = hands
        self._pace = pace or Pace()
        self._tell = tell
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._over = threading.Event()
        self._in_hand = _InHand()
        self._tidied_at = 0.0

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
        while not self._stopping.is_set():
            try:
                self._turn()
            except Unavailable:
                self._tell("database-unavailable", 1)
                self._stopping.wait(self._pace.away)
        self._finish()
        self._over.set()
        heart.join(1)

    def _turn(self) -> None:
        """Take what is due and begin it; rest when there was nothing, or no thread is free."""
        self._woken.clear()
        own, calls = self._in_hand.free(self._pace)
        rest = self._rest(own, calls)
        jobs = self._take(own, calls) if rest <= 0 else []
        for job in jobs:
            self._begin(job)
        if time.monotonic() - self._tidied_at > self._pace.tidy_every:
            self._tidied_at = time.monotonic()
            tidy_up(self._hands.runtime)
        if not jobs:
            # What was due is work whose threads are all busy: the next that is free wakes us.
            self._woken.wait(rest if rest > 0 else self._pace.idle)

    def _rest(self, own: int, calls: int) -> float:
        """How long there is nothing to take; asked by reading, so that nobody idle stands in the writers' queue."""
        if not own and not calls:
            return self._pace.idle
        until = self._hands.seconds_until_due(calls=calls > 0)
        return self._pace.idle if until is None else max(0.0, min(self._pace.idle, until))

    def _take(self, own: int, calls: int) -> list[Job]:
        lease = timedelta(seconds=self._pace.lease)
        jobs = self._hands.take(own, lease, calls=False) if own else []
        return jobs + (self._hands.take(calls, lease, own=False) if calls else [])

    def _begin(self, job: Job) -> None:
        # A daemon: the interpreter waits at its end for other threads, however long their partner hangs.
        thread = threading.Thread(target=self._do, args=(job,), name=f"job-{job.id}", daemon=True)
        with self._in_hand.lock:
            if job.kind is JobKind.service:
                self._in_hand.calls.add(job.id)
            self._in_hand.jobs[job.id] = thread
            thread.start()

    def _do(self, job: Job) -> None:
        try:
            self._hands.carry_out(job)
            self._tell(str(job.kind), 1)
        except Unavailable:
            self._tell("database-unavailable", 1)
        finally:
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
                    self._tell("lease-lost", 1)
                except Unavailable:
                    self._tell("database-unavailable", 1)

    def _finish(self) -> None:
        """Wait a while for what is under way, and hand back what is not done by then; late answers are refused."""
        end = time.monotonic() + self._pace.patience
        with self._in_hand.lock:
            under_way = dict(self._in_hand.jobs)
        for thread in under_way.values():
            thread.join(max(0.0, end - time.monotonic()))
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
