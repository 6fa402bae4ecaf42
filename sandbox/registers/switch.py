"""The switch that makes a register fail on demand, and the ledger of the calls it received."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

REGISTERS = ("population", "driver", "medical", "foreign")

DEFAULT_DELAY_MS = 3000
"""How long `slow` takes when nothing else is said."""

_CALLS_KEPT = 10_000


class Mode(StrEnum):
    """What a caller of a register meets."""

    ok = "ok"
    fail = "fail"
    hang = "hang"
    garbage = "garbage"
    slow = "slow"


@dataclass(frozen=True, slots=True)
class Setting:
    """How one register behaves now."""

    mode: Mode = Mode.ok
    count: int | None = None
    """Calls left before the register is `ok` again; None: until changed."""
    delay_ms: int = DEFAULT_DELAY_MS
    """How long `slow` takes, in milliseconds."""

    def to_json(self) -> dict[str, Any]:
        """As `GET /_control` shows it."""
        return asdict(self)


@dataclass(slots=True)
class Call:
    """One call received; `status` stays 0 until it is answered."""

    at: str
    register: str
    method: str
    path: str
    mode: str
    request_id: str | None
    idempotency_key: str | None
    issue: str | None
    purpose: str | None
    legal_basis: str | None
    status: int = 0


class Switch:
    """The mode of each register and the calls received. Safe to use from several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._settings = {register: Setting() for register in REGISTERS}
        self._calls: deque[Call] = deque(maxlen=_CALLS_KEPT)
        self._generation = 0

    def set(self, register: str, setting: Setting) -> None:
        """Change the mode of a register; calls that hang there are let go."""
        with self._changed:
            self._settings[register] = setting
            self._generation += 1
            self._changed.notify_all()

    def reset(self) -> None:
        """Set all registers to `ok` and forget the calls."""
        with self._changed:
            self._settings = {register: Setting() for register in REGISTERS}
            self._calls.clear()
            self._generation += 1
            self._changed.notify_all()

    def settings(self) -> dict[str, dict[str, Any]]:
        """The mode of each register."""
        with self._changed:
            return {register: setting.to_json() for register, setting in self._settings.items()}

    def take(self, register: str) -> Setting:
        """The setting that the next call meets; counts it down."""
        with self._changed:
            met = self._settings[register]
            if met.count is not None:
                left = met.count - 1
                self._settings[register] = Setting(met.mode, left, met.delay_ms) if left else Setting()
            return met

    def wait_for_change(self, seconds: float) -> None:
        """Block until somebody sets a mode, at most so long."""
        with self._changed:
            seen = self._generation
            self._changed.wait_for(lambda: self._generation != seen, timeout=seconds)

    def receive(self, call: Call) -> None:
        """Write a call into the ledger; its `status` is filled in when it is answered."""
        with self._changed:
            self._calls.append(call)

    def calls(self, register: str | None = None) -> list[dict[str, Any]]:
        """The calls received, oldest first, of one register or of all."""
        with self._changed:
            return [asdict(call) for call in self._calls if register in (None, call.register)]
