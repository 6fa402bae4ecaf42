"""Whom a worker may call just now: the circuit breakers that all workers share, read a few times a second."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import datetime
from typing import Final

from engine.casework.partner import BreakerRules, Partner, PartnerState
from engine.runtime.partners import note_answer, note_failure, try_partner
from engine.runtime.wiring import Runtime
from engine.store.queries.partners import troubled_partners
from engine.store.queries.shares import Share

_READ_EVERY: Final = 0.25


class Breakers:
    """What one worker knows of its partners. Safe to use from several threads."""

    def __init__(self, runtime: Runtime, rules: BreakerRules) -> None:
        self._runtime = runtime
        self._rules = rules
        self._troubled: dict[str, Partner] = {}
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def look(self) -> None:
        """See what other workers found. Raises Unavailable."""
        if time.monotonic() - self._read_at < _READ_EVERY:
            return
        with self._runtime.database.read() as connection:
            found = {partner.name: partner for partner in troubled_partners(connection)}
        with self._lock:
            self._troubled = found
            self._read_at = time.monotonic()

    def shut(self, share: Share) -> Share:
        """The share as it may be taken: not before its partner's circuit is half-open."""
        partner = self._troubled.get(share.partner)
        if partner is None or partner.open_until is None:
            return share
        return replace(share, due_at=max(share.due_at, partner.open_until))

    def is_half_open(self, name: str, now: datetime) -> bool:
        """Whether one call may try a partner."""
        partner = self._troubled.get(name)
        return partner is not None and partner.state_at(now) is PartnerState.half_open

    def may_try(self, name: str) -> bool:
        """Whether this worker is the one who tries. Raises Unavailable."""
        self._read_at = float("-inf")
        return try_partner(self._runtime, name, self._rules)

    def failed(self, name: str, error: str) -> bool:
        """A call failed; gives whether the circuit is open now. Raises Unavailable."""
        partner = note_failure(self._runtime, name, error, self._rules)
        with self._lock:
            self._troubled[name] = partner
        return partner.state_at(self._runtime.clock.now()) is PartnerState.open

    def answered(self, name: str) -> None:
        """A call was answered. Raises Unavailable."""
        if name in self._troubled:
            with self._lock:
                self._troubled.pop(name, None)
            note_answer(self._runtime, name)
