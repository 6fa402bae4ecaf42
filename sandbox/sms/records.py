"""The messages that were taken: one for each Idempotency-Key. Safe to use from several threads."""

from __future__ import annotations

import secrets
import threading
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.sms.problems import Problem

_MOST = 10_000


@dataclass(slots=True, kw_only=True)
class Text:
    """One message."""

    message_id: str
    to: str
    text: str
    reference: str
    at: str
    status: str = "created"
    times: int = 1
    """How often it was asked for under its key."""

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass
class Records:
    """All messages by their key."""

    _texts: dict[str, Text] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, to: str, text: str, reference: str) -> tuple[Text, bool]:
        """A message, and whether it is new. Raises Problem when the key came with another one."""
        with self._lock:
            known = self._texts.get(key)
            if known is not None:
                if (known.to, known.text, known.reference) != (to, text, reference):
                    raise Problem(422, "idempotency-key-reused", "This key came before with another message.")
                known.times += 1
                return known, False
            at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            made = Text(message_id="sms-" + secrets.token_hex(8), to=to, text=text, reference=reference, at=at)
            self._texts[key] = made
            while len(self._texts) > _MOST:
                del self._texts[next(iter(self._texts))]
            return made, True

    def named(self, message_id: str) -> Text:
        """One of them. Raises Problem 404."""
        for text in self.all():
            if text.message_id == message_id:
                return text
        raise Problem(404, "no-message", "There is no such message.")

    def all(self) -> list[Text]:
        """The newest first."""
        with self._lock:
            return list(reversed(self._texts.values()))

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._texts.clear()
