"""How the gateway behaves: one setting, changed over HTTP, read by every call."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Mode(StrEnum):
    """What a caller of the API meets."""

    ok = "ok"
    fail = "fail"
    """503; nothing was done."""
    busy = "busy"
    """429 with Retry-After; nothing was done."""
    hang = "hang"
    """No answer; **the message was taken**."""
    garbage = "garbage"
    """The message was taken, and the answer is no JSON."""
    refuse = "refuse"
    """422: this number takes no messages."""


OUTCOMES = ("delivered", "permanent-failure", "temporary-failure", "technical-failure", "never")


@dataclass(frozen=True, slots=True)
class Setting:
    """How it behaves now."""

    mode: Mode = Mode.ok
    count: int | None = None
    """Calls left before the mode is `ok` again; None: until changed."""
    outcome: str = "delivered"
    """What becomes of a message, as a callback tells it; `never` tells nothing."""
    delay_ms: int = 200
    """How late the callback is."""


@dataclass
class Switch:
    """The setting. Safe to use from several threads."""

    setting: Setting = field(default_factory=Setting)
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
                self.setting = replace(met, count=left) if left else replace(met, mode=Mode.ok, count=None)
            return met

    def wait_for_change(self, seconds: float) -> None:
        """Block until somebody changes the setting, at most so long."""
        with self._changed:
            seen = self.setting
            self._changed.wait_for(lambda: self.setting is not seen, timeout=seconds)
