"""How the mail server behaves: one setting, changed over HTTP, read by every mail."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import StrEnum


class Mode(StrEnum):
    """What a mail meets."""

    ok = "ok"
    refuse = "refuse"
    """550 5.1.1: there is no such mailbox."""
    later = "later"
    """451 4.2.1: not now."""
    content = "content"
    """554 5.6.0: the text is not taken."""
    relay = "relay"
    """554 5.7.1: we may not send for others."""
    hang = "hang"
    """No answer after the last line; **the mail was taken**."""
    drop = "drop"
    """The connection is closed after the last line; **the mail was taken**."""
    bounce = "bounce"
    """It is taken, and comes back a moment later."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How it behaves now."""

    mode: Mode = Mode.ok
    count: int | None = None
    """Mails left before the mode is `ok` again; None: until changed."""


@dataclass
class Switch:
    """The setting. Safe to use from several threads."""

    setting: Setting = field(default_factory=Setting)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, setting: Setting) -> None:
        """Change it; mails that hang are let go."""
        with self._lock:
            self.setting = setting

    def take(self) -> Setting:
        """The setting the next mail meets; counts it down."""
        with self._lock:
            met = self.setting
            if met.count is not None:
                self.setting = Setting(met.mode, met.count - 1) if met.count > 1 else Setting()
            return met
