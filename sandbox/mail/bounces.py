"""Sends a mail back: a delivery status notification (RFC 3464), posted and signed where bounces are taken.

Real mail servers send it as mail to the envelope's sender; a pipe behind that address posts it on in the same way.
Header `Notice-Signature: t=<seconds>,v1=<hex>` with v1 = HMAC-SHA-256(secret, "<t>.<body>").
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from sandbox.mail.box import Arrived

log = logging.getLogger("sandbox.mail")

_TRIES = 5
_PAUSE_SECONDS = 2.0


@dataclass
class Postman:
    """Brings bounces to one address; to nobody when there is none."""

    url: str | None
    secret: str
    pause_seconds: float = 0.5
    sent: list[int] = field(default_factory=list)
    """Statuses answered, in their order."""

    def bring_back(self, mail: Arrived, status: str = "5.1.1") -> None:
        """Begin to send; returns at once."""
        if self.url is not None:
            threading.Thread(target=self._send, args=(report_of(mail, status),), daemon=True).start()

    def _send(self, body: bytes) -> None:
        time.sleep(self.pause_seconds)
        for _ in range(_TRIES):
            answered = self._once(body)
            self.sent.append(answered)
            if 0 < answered < 500:
                return
            time.sleep(_PAUSE_SECONDS)

    def _once(self, body: bytes) -> int:
        assert self.url is not None
        headers = {"Content-Type": "message/rfc822", "Notice-Signature": signature(body, self.secret, int(time.time()))}
        asked = urllib.request.Request(self.url, body, headers, method="POST")  # noqa: S310 (an operator's address)
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return int(refused.code)
        except OSError as away:
            log.warning("the bounce was not taken: %s", away)
            return 0


def report_of(mail: Arrived, status: str) -> bytes:
    """The notification that a mail could not be delivered."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "MAILER-DAEMON@sandbox.invalid"
    report["To"] = mail.sender
    report["Subject"] = "Undelivered mail returned to sender"
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText("The mail could not be delivered.\n"))
    of_mail, of_recipient = Message(), Message()
    of_mail["Reporting-MTA"] = "dns; sandbox.invalid"
    if mail.envelope_id:
        of_mail["Original-Envelope-Id"] = mail.envelope_id
    of_recipient["Final-Recipient"] = f"rfc822; {mail.recipients[0]}"
    of_recipient["Action"] = "failed" if status.startswith("5.") else "delayed"
    of_recipient["Status"] = status
    of_recipient["Diagnostic-Code"] = f"smtp; 550 {status} There is no such mailbox"
    statuses = MIMEBase("message", "delivery-status")
    statuses.set_payload([of_mail, of_recipient])
    report.attach(statuses)
    headers = "".join(f"{name}: {value}\n" for name, value in mail.message.items() if name == "Message-ID")
    report.attach(MIMEText(headers, "rfc822-headers"))
    return report.as_bytes()


def signature(body: bytes, secret: str, seconds: int) -> str:
    """The header of a callback."""
    digest = hmac.new(secret.encode(), str(seconds).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
