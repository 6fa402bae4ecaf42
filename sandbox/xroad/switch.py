"""How the security server behaves, as a whole and for each service, and the ledger of the messages it received."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

EVERYTHING = "*"
"""Stands for all services."""
DEFAULT_ERROR = "Server.ServerProxy.NetworkError"
_MESSAGES_KEPT = 10_000


class Mode(StrEnum):
    """What a caller meets."""

    ok = "ok"
    fail = "fail"
    """An error of X-Road, of the type that is set; nothing was passed on."""
    hang = "hang"
    """No answer for a while; nothing was passed on."""
    garbage = "garbage"
    """Status 200 and bytes that are no JSON; **the request was passed on**."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How it behaves now."""

    mode: Mode = Mode.ok
    error: str = DEFAULT_ERROR
    """Type of the error in mode `fail`."""
    count: int | None = None
    """Messages left before it is `ok` again; None: until changed."""


@dataclass(slots=True)
class Message:
    """One message received; `status` stays 0 until it is answered."""

    at: str
    client: str
    service: str
    method: str
    path: str
    id: str
    request_id: str
    user: str | None
    issue: str | None
    idempotency_key: str | None
    error: str | None = None
    status: int = 0


class Switch:
    """Settings and ledger. Safe to use from several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._settings: dict[str, Setting] = {}
        self._messages: deque[Message] = deque(maxlen=_MESSAGES_KEPT)
        self._generation = 0

    def set(self, service: str, setting: Setting) -> None:
        """Change how a service, or everything, behaves; callers that hang are let go."""
        with self._changed:
            self._settings[service] = setting
            self._generation += 1
            self._changed.notify_all()

    def reset(self) -> None:
        """All is `ok`, and no message was received."""
        with self._changed:
            self._settings.clear()
            self._messages.clear()
            self._generation += 1
            self._changed.notify_all()

    def settings(self) -> dict[str, dict[str, Any]]:
        """What is set, by service."""
        with self._changed:
            return {service: asdict(setting) for service, setting in self._settings.items()}

    def take(self, service: str) -> Setting:
        """The setting that the next message to a service meets; counts it down."""
        with self._changed:
            name = service if service in self._settings else EVERYTHING
            met = self._settings.get(name, Setting())
            if met.count is not None and met.count > 1:
                self._settings[name] = Setting(met.mode, met.error, met.count - 1)
            elif met.count is not None:
                del self._settings[name]
            return met

    def wait_for_change(self, seconds: float) -> None:
        """Block until something is set, at most so long."""
        with self._changed:
            seen = self._generation
            self._changed.wait_for(lambda: self._generation != seen, timeout=seconds)

    def receive(self, message: Message) -> None:
        """Write a message into the ledger; its end is filled in later."""
        with self._changed:
            self._messages.append(message)

    def messages(self) -> list[dict[str, Any]]:
        """The messages received, oldest first."""
        with self._changed:
            return [asdict(message) for message in self._messages]
