"""The messenger: makes events of what stands in the outbox, and tells them to their subscribers.

It has threads of its own, so that a subscriber that hangs keeps no job waiting, and no job a subscriber. Each thread
tells one subscriber at a time, a handful of events in a row, and then lets the others have their turn. It may run in
every worker: subscribers are taken with a lease, events are made by one at a time.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from engine.casework.event import body_of
from engine.casework.webhook import Attempt, DeliveryOvertaken
from engine.connectors.webhook import Sender
from engine.connectors.webhook.sender import Answered
from engine.errors import OnewindowError, Unavailable
from engine.runtime.make_events import make_events
from engine.runtime.tell_subscribers import Turn, end_try, let_go, take_turns
from engine.runtime.wiring import Runtime
from engine.store.queries.webhooks import seconds_until_told

Tell = Callable[[str, int], None]
"""Told what happened and how often, for log and figures; names are few and fixed."""
OpenSecrets = Callable[[Sequence[str]], list[str]]
"""The secrets behind what is kept of them. Raises OnewindowError when one cannot be opened here."""


def _nobody(_what: str, _number: int) -> None:
    """Where nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessengerPace:
    """How a messenger goes about it. All lengths in seconds."""

    threads: int = 4
    """How many subscribers are told at once."""
    in_a_row: int = 20
    """How many events a subscriber is told before others have their turn."""
    lease: float = 60.0
    idle: float = 0.5
    """How long it rests at most when there is nothing to tell."""
    away: float = 2.0
    """How long it rests when the database does not answer."""
    patience: float = 8.0
    """How long it waits for calls under way when it is to stop."""


@dataclass(slots=True)
class Messenger:
    """One messenger's loop. `run` returns after `stop`."""

    runtime: Runtime
    sender: Sender
    open_secrets: OpenSecrets
    source: str
    """Address of the API, as `source` of the events."""
    owner: str
    """Name of the worker, in whose name leases are held."""
    pace: MessengerPace = field(default_factory=MessengerPace)
    tell: Tell = _nobody
    chance: Callable[[], float] = random.random
    _stopping: threading.Event = field(default_factory=threading.Event)
    _woken: threading.Event = field(default_factory=threading.Event)
    _under_way: set[threading.Thread] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stop(self) -> None:
        """Begin no more calls."""
        self._stopping.set()
        self._woken.set()

    def wake(self) -> None:
        """There may be something to tell: do not rest."""
        self._woken.set()

    def run(self) -> None:
        """Make and tell events until told to stop. A database that does not answer is waited for."""
        while not self._stopping.is_set():
            try:
                self._turn()
            except Unavailable:
                self.tell("database-unavailable", 1)
                self._stopping.wait(self.pace.away)
        end = time.monotonic() + self.pace.patience
        with self._lock:
            under_way = list(self._under_way)
        for thread in under_way:
            thread.join(max(0.0, end - time.monotonic()))

    def tell_what_is_due(self) -> int:
        """Make all events and tell everybody whose turn it is, here and now; gives how many calls were made."""
        while make_events(self.runtime):
            pass
        calls = 0
        while turns := self._take(100):
            for turn in turns:
                calls += self._tell_one(turn)
        return calls

    def _turn(self) -> None:
        self._woken.clear()
        until = self._rest()
        if until <= 0:
            made = make_events(self.runtime)
            turns = self._take(self._free())
            for turn in turns:
                self._begin(turn)
            if made or turns:
                return
            until = self.pace.idle
        self._woken.wait(until)

    def _rest(self) -> float:
        """How long there is nothing to do; asked by reading, so that nobody idle stands in the writers' queue."""
        with self.runtime.database.read() as connection:
            until = seconds_until_told(connection, self.runtime.clock.now())
        return self.pace.idle if until is None else min(max(until, 0.0), self.pace.idle)

    def _free(self) -> int:
        with self._lock:
            return self.pace.threads - len(self._under_way)

    def _take(self, at_most: int) -> list[Turn]:
        if at_most <= 0:
            return []
        return take_turns(self.runtime, self.owner, timedelta(seconds=self.pace.lease), at_most)

    def _begin(self, turn: Turn) -> None:
        # A daemon: the interpreter waits at its end for other threads, however long a subscriber hangs.
        name = f"webhook-{turn.subscription.id}"
        thread = threading.Thread(target=self._in_thread, args=(turn,), name=name, daemon=True)
        with self._lock:
            self._under_way.add(thread)
            thread.start()

    def _in_thread(self, turn: Turn) -> None:
        try:
            self._tell_one(turn)
        except Unavailable:
            self.tell("database-unavailable", 1)  # the lease runs out, and the event is told again
        finally:
            with self._lock:
                self._under_way.discard(threading.current_thread())
            self._woken.set()

    def _tell_one(self, first: Turn) -> int:
        """Tell one subscriber what waits for it, as many as are told in a row; gives the number of calls."""
        turn: Turn | None = first
        for number in range(1, self.pace.in_a_row + 1):
            assert turn is not None
            goes_on = number < self.pace.in_a_row and not self._stopping.is_set()
            try:
                if self._stopping.is_set():
                    let_go(self.runtime, turn, owner=self.owner)
                    return number - 1
                turn = self._call(turn, goes_on=goes_on)
            except DeliveryOvertaken:
                self.tell("webhook-overtaken", 1)
                return number
            if turn is None:
                return number
        return self.pace.in_a_row

    def _call(self, turn: Turn, *, goes_on: bool) -> Turn | None:
        at = self.runtime.clock.now()
        answered = self._answer(turn)
        attempt = Attempt(
            subscription_id=turn.subscription.id,
            position=turn.delivery.position,
            number=turn.delivery.attempts,
            at=at,
            milliseconds=answered.milliseconds,
            status=answered.status,
            error=answered.error,
            answer=answered.answer,
            retry_after_seconds=answered.retry_after_seconds,
            suspends=answered.suspends,
        )
        self.tell("webhook" if attempt.was_taken else "webhook-failed", 1)
        return end_try(
            self.runtime,
            turn,
            attempt,
            owner=self.owner,
            lease=timedelta(seconds=self.pace.lease),
            chance=self.chance(),
            goes_on=goes_on,
        )

    def _answer(self, turn: Turn) -> Answered:
        at = self.runtime.clock.now()
        try:
            secrets = self.open_secrets(turn.subscription.signing_secrets(at))
        except OnewindowError as closed:
            return Answered(milliseconds=0, error=closed.message, suspends=closed.message)
        body = body_of(turn.event, self.source)
        return self.sender.send(turn.subscription.url, turn.event.id, body, secrets, at)
