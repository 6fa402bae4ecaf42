"""Tells what became of a message, signed.

Header `Notice-Signature: t=<seconds>,v1=<hex>` with v1 = HMAC-SHA-256(secret, "<t>.<body>").
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from sandbox.sms.records import Text

log = logging.getLogger("sandbox.sms")

_TRIES = 5
_PAUSE_SECONDS = 2.0


@dataclass
class Caller:
    """Sends callbacks to one address; to nobody when there is none."""

    url: str | None
    secret: str
    sent: list[int] = field(default_factory=list)
    """Statuses answered, in their order."""

    def tell(self, text: Text, outcome: str, delay_ms: int) -> None:
        """Note the outcome, and begin to tell it; returns at once."""
        if outcome == "never":
            return
        text.status = outcome
        if self.url is not None:
            said = {"message_id": text.message_id, "reference": text.reference, "status": outcome}
            body = json.dumps(said).encode()
            threading.Thread(target=self._send, args=(body, delay_ms / 1000), daemon=True).start()

    def _send(self, body: bytes, pause: float) -> None:
        time.sleep(pause)
        for _ in range(_TRIES):
            answered = self._once(body)
            self.sent.append(answered)
            if 0 < answered < 500:
                return
            time.sleep(_PAUSE_SECONDS)

    def _once(self, body: bytes) -> int:
        assert self.url is not None
        signed = signature(body, self.secret, int(time.time()))
        headers = {"Content-Type": "application/json", "Notice-Signature": signed}
        asked = urllib.request.Request(self.url, body, headers, method="POST")  # noqa: S310 (an operator's address)
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return int(refused.code)
        except OSError as away:
            log.warning("the callback was not taken: %s", away)
            return 0


def signature(body: bytes, secret: str, seconds: int) -> str:
    """The header of a callback."""
    digest = hmac.new(secret.encode(), str(seconds).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
