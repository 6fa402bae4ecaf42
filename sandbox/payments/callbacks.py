"""Tells the merchant that a payment is finished: signed, as often and as late as the switch says.

Header `Payment-Signature: t=<seconds>,v1=<hex>` with v1 = HMAC-SHA-256(secret, "<t>.<body>").
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from sandbox.payments.records import Payment
from sandbox.payments.switch import Callbacks, Setting

log = logging.getLogger("sandbox.payments")

_TRIES = 5
_PAUSE_SECONDS = 2.0


@dataclass
class Caller:
    """Sends callbacks to one address; to nobody when there is none."""

    url: str | None
    secret: str
    sent: list[int] = field(default_factory=list)
    """Statuses answered, in their order."""

    def tell(self, payment: Payment, setting: Setting) -> None:
        """Begin to send; returns at once."""
        if self.url is None or setting.callbacks is Callbacks.never:
            return
        body = json.dumps({"event_id": secrets.token_hex(8), "payment_id": payment.payment_id,
                           "reference": payment.reference, "status": payment.status}).encode()  # fmt: skip
        secret = "forged-" + self.secret if setting.callbacks is Callbacks.forged else self.secret
        pause = setting.delay_ms / 1000 if setting.callbacks is Callbacks.late else 0.0
        for _ in range(2 if setting.callbacks is Callbacks.twice else 1):
            threading.Thread(target=self._send, args=(body, secret, pause), daemon=True).start()

    def _send(self, body: bytes, secret: str, pause: float) -> None:
        time.sleep(pause)
        for _ in range(_TRIES):
            status = self._once(body, secret)
            self.sent.append(status)
            if 0 < status < 500:
                return
            time.sleep(_PAUSE_SECONDS)

    def _once(self, body: bytes, secret: str) -> int:
        assert self.url is not None
        headers = {"Content-Type": "application/json", "Payment-Signature": signature(body, secret, int(time.time()))}
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
