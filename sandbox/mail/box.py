"""What arrived: each mail, and how often each Message-ID came, for a mailbox knows a mail by it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

_MOST = 5_000


@dataclass(slots=True)
class Arrived:
    """One mail as it was handed over."""

    number: int
    sender: str
    """Of the envelope."""
    recipients: list[str]
    content: bytes
    at: str
    envelope_id: str | None = None
    """ENVID of the sender (RFC 3461)."""
    times: int = 1
    """How often a mail with this Message-ID was handed over."""

    @property
    def message(self) -> EmailMessage:
        """As a mail."""
        return message_from_bytes(self.content, policy=default)

    @property
    def message_id(self) -> str:
        """By which it is known."""
        return str(self.message["Message-ID"] or f"<none-{self.number}@sandbox>")

    def told(self, *, whole: bool = False) -> dict[str, Any]:
        """As JSON."""
        message = self.message
        short: dict[str, Any] = {
            "number": self.number,
            "message_id": self.message_id,
            "envelope_from": self.sender,
            "envelope_to": self.recipients,
            "subject": str(message["Subject"] or ""),
            "at": self.at,
            "times": self.times,
        }
        if not whole:
            return short
        body = message.get_body(("plain", "html"))
        return {
            **short,
            "headers": {name: str(value) for name, value in message.items()},
            "text": body.get_content() if body is not None else "",
            "attachments": [
                {"name": part.get_filename() or "", "type": part.get_content_type(), "content": str(part.get_content())}
                for part in message.iter_attachments()
            ],
        }


@dataclass
class Box:
    """All mails. Safe to use from several threads."""

    _mails: dict[str, Arrived] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _number: int = 0

    def take(self, sender: str, recipients: list[str], content: bytes, envelope_id: str | None) -> Arrived:
        """Keep one; a Message-ID that came before is counted and kept once."""
        with self._lock:
            self._number += 1
            at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            mail = Arrived(self._number, sender, recipients, content, at, envelope_id)
            known = self._mails.get(mail.message_id)
            if known is not None:
                known.times += 1
                return known
            self._mails[mail.message_id] = mail
            while len(self._mails) > _MOST:
                del self._mails[next(iter(self._mails))]
            return mail

    def all(self) -> list[Arrived]:
        """The newest first."""
        with self._lock:
            return list(reversed(self._mails.values()))

    def numbered(self, number: int) -> Arrived | None:
        """One of them."""
        return next((mail for mail in self.all() if mail.number == number), None)

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._mails.clear()
