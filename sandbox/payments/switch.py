"""The switches that make the provider misbehave on demand, and the list of the calls it received."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

DEFAULT_DELAY_MS = 3000
"""How late `late` is when nothing else is said."""

_CALLS_KEPT = 10_000


class Mode(StrEnum):
    """What a caller of the API meets."""

    ok = "ok"
    fail = "fail"
    """503; nothing was done."""
    hang = "hang"
    """No answer; **what was asked was done**, as when a worker dies between the two."""
    garbage = "garbage"
    """It was done, and the answer is no JSON."""
    refuse = "refuse"
    """A new payment is not taken (422)."""


class Callbacks(StrEnum):
    """How the provider tells that a payment is finished."""

    once = "once"
    never = "never"
    twice = "twice"
    late = "late"
    """After `delay_ms`."""
    forged = "forged"
    """Signed with another secret."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How the provider behaves now."""

    mode: Mode = Mode.ok
    count: int | None = None
    """Calls left before the mode is `ok` again; None: until changed."""
    callbacks: Callbacks = Callbacks.once
    refunds: str = "success"
    """What becomes of a refund: `success`, `submitted` or `error`."""
    delay_ms: int = DEFAULT_DELAY_MS


@dataclass(slots=True)
class Call:
    """One call received; `status` stays 0 until it is answered."""

    method: str
    path: str
    mode: str
    idempotency_key: str | None
    status: int = 0


@dataclass
class Switch:
    """The setting and the calls. Safe to use from several threads."""

    setting: Setting = field(default_factory=Setting)
    _calls: deque[Call] = field(default_factory=lambda: deque(maxlen=_CALLS_KEPT))
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def set(self, setting: Setting) -> None:
        """Change it; calls that hang are let go."""
        with self._changed:
            self.setting = setting
            self._changed.notify_all()

    def take(self) -> Setting:
        """The setting the next call meets; counts it down."""
        with self._changed:
            met = self.setting
            if met.count is not None:
                left = met.count - 1
                mode, count = (met.mode, left) if left else (Mode.ok, None)
                self.setting = Setting(mode, count, met.callbacks, met.refunds, met.delay_ms)
            return met

    def wait_for_change(self, seconds: float) -> None:
        """Block until somebody changes a setting, at most so long."""
        with self._changed:
            seen = self.setting
            self._changed.wait_for(lambda: self.setting is not seen, timeout=seconds)

    def receive(self, call: Call) -> None:
        """Write a call down."""
        with self._changed:
            self._calls.append(call)

    def calls(self) -> list[dict[str, Any]]:
        """The calls received, oldest first."""
        with self._changed:
            return [asdict(call) for call in self._calls]

    def forget(self) -> None:
        """Begin anew."""
        with self._changed:
            self.setting = Setting()
            self._calls.clear()
            self._changed.notify_all()
