"""Sends one event to a subscriber, and says what its answer means.

2xx: taken. 410: it wants nothing any more, which suspends it. All else is tried again, a redirect too: it is not
followed. The beginning of an answer is kept for people, with every signing secret blotted out.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from engine.casework.event import CONTENT_TYPE
from engine.casework.webhook import LONGEST_ANSWER
from engine.connectors.webhook.addresses import AddressRefused, InnerHosts, Look, judged, look_up, pinned
from engine.connectors.webhook.call import BrokenOff, SendLimits, post
from engine.connectors.webhook.signature import SecretMalformed, sign, signing_key

_GONE: Final = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of a call."""

    milliseconds: int
    status: int | None = None
    error: str = ""
    """What went wrong, in one sentence; empty when the subscriber took it."""
    answer: str = ""
    retry_after_seconds: int = 0
    suspends: str = ""
    """Why it is useless to go on with this subscriber; empty for what may pass."""


class Sender:
    """Calls subscribers. Safe to use from several threads; each call has a connection of its own."""

    def __init__(
        self,
        inner: InnerHosts,
        limits: SendLimits | None = None,
        *,
        look: Look = look_up,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner = inner
        self._limits = limits or SendLimits()
        self._look = look
        self._monotonic = monotonic
        self._trusted = ssl.create_default_context()

    def send(self, url: str, id: str, body: bytes, secrets: Sequence[str], at: datetime) -> Answered:
        """Send one event, signed with each of the secrets. Raises nothing: whatever happens is an answer."""
        started = self._monotonic()

        def over(**said: Any) -> Answered:
            return Answered(milliseconds=int((self._monotonic() - started) * 1000), **said)

        timestamp = int(at.timestamp())
        try:
            target = judged(url, self._inner)
            headers = {
                "Host": target.netloc.decode("ascii"),
                "User-Agent": "onewindow",
                "Accept-Encoding": "identity",
                "Content-Type": f"{CONTENT_TYPE}; charset=utf-8",
                "webhook-id": id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": sign([signing_key(one) for one in secrets], id, timestamp, body),
            }
            address = pinned(target, self._inner, self._look)
            reply = post(target, address, headers, body, self._trusted, self._limits)
        except SecretMalformed as wrong:
            return over(error=wrong.message, suspends=wrong.message)
        except (AddressRefused, BrokenOff) as refused:
            return over(error=str(refused))
        except OSError:
            return over(error="The name of its host is not known.")
        shown = _shown(reply.body, secrets)
        if 200 <= reply.status < 300:
            return over(status=reply.status, answer=shown)
        if reply.status == _GONE:
            gone = "It answered 410 Gone: it wants no events any more."
            return over(status=reply.status, answer=shown, error=gone, suspends=gone)
        said = "sends elsewhere, which is not followed" if 300 <= reply.status < 400 else "did not take it"
        return over(
            status=reply.status,
            answer=shown,
            error=f"It {said} (status {reply.status}).",
            retry_after_seconds=_seconds(reply.retry_after, at),
        )


def _seconds(asked: str | None, at: datetime) -> int:
    """Seconds of a `Retry-After` header, as a number or a date (RFC 9110, 10.2.3); 0 for none that can be read."""
    if asked is None:
        return 0
    if asked.strip().isdecimal() and asked.isascii() and len(asked) < 10:
        return int(asked)
    try:
        return max(int((parsedate_to_datetime(asked) - at).total_seconds()), 0)
    except (ValueError, TypeError):
        return 0


def _shown(body: bytes, secrets: Sequence[str]) -> str:
    text = body.decode("utf-8", "replace")
    for secret in secrets:
        text = text.replace(secret, "(secret)")
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())[:LONGEST_ANSWER]
