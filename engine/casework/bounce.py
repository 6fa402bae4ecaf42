"""What is told later of a delivery: by the SMS gateway as JSON, of a mail as a delivery status notification (RFC 3464).

A notification names the delivery in one of three places, as far as mail servers on the way kept them: the envelope id
that we gave (RFC 3461), the address it was sent to (`bounces+<key>@...`), the Message-ID of the mail that comes back.
News that are not final (`sending`, `delayed`) are told as such: nothing follows from them. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.policy import compat32
from typing import Any, Final

from engine.casework.notice import DeliveryNews, DeliveryState
from engine.errors import Invalid
from engine.identity import is_key

_STATES: Final = {
    "delivered": DeliveryState.delivered,
    "permanent-failure": DeliveryState.failed,
    "temporary-failure": DeliveryState.failed,
    "technical-failure": DeliveryState.failed,
}
_UNDER_WAY: Final = frozenset({"created", "pending", "sending", "sent"})
_ACTIONS: Final = {"failed": DeliveryState.failed, "delivered": DeliveryState.delivered}
_KEY: Final = re.compile(r"[0-9a-z]{26}")
_STATUS: Final = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_MOST_PARTS: Final = 50


def read_json_news(body: bytes) -> DeliveryNews | None:
    """What a gateway tells: `{reference, status, code}`; None while it is under way. Raises Invalid."""
    try:
        said: Any = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as fault:
        raise Invalid("The callback is no JSON.", remedy="Send a JSON object.") from fault
    if not isinstance(said, dict):
        raise Invalid("The callback is no JSON object.", remedy="Send reference and status.")
    reference, status, code = said.get("reference"), said.get("status"), said.get("code")
    if not isinstance(reference, str) or not is_key(reference):
        raise Invalid("The callback names no delivery.", remedy="Send its reference, as it was given.")
    if isinstance(status, str) and status in _UNDER_WAY:
        return None
    if not isinstance(status, str) or status not in _STATES:
        known = ", ".join((*sorted(_UNDER_WAY), *_STATES))
        raise Invalid("The callback tells no status that is known.", remedy=f"Send one of {known}.")
    told = code if isinstance(code, str) and code.isprintable() else ""
    return DeliveryNews(delivery_id=reference, state=_STATES[status], code=status, reason=told)


def read_report(body: bytes) -> DeliveryNews | None:
    """What a delivery status notification tells; None when nothing is final yet. Raises Invalid."""
    try:
        report = message_from_bytes(body, policy=compat32)
        parts = [part for part, _ in zip(report.walk(), range(_MOST_PARTS), strict=False)]
    except (MessageError, RecursionError, ValueError) as fault:
        raise Invalid("The mail cannot be read.", remedy="Post it as it came, as message/rfc822.") from fault
    blocks = [block for part in parts for block in _blocks(part)]
    if not blocks:
        raise Invalid(
            "The mail is no delivery status notification.",
            remedy="Post mails with a part message/delivery-status (RFC 3464) only.",
        )
    key = next(_keys(report, parts, blocks), None)
    if key is None:
        raise Invalid(
            "The notification names no delivery of ours.",
            remedy="Set ONEWINDOW_MAIL_RETURN_PATH, so that each mail has a return path of its own.",
        )
    for block in blocks:
        state = _ACTIONS.get(str(block.get("Action", "")).strip().lower())
        if state is not None:
            found = _STATUS.search(str(block.get("Status", "")))
            reason = str(block.get("Diagnostic-Code", "")).partition(";")[2].strip()
            return DeliveryNews(delivery_id=key, state=state, code=found.group() if found else "bounced", reason=reason)
    return None


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields of a status: of the mail first, then of each recipient."""
    payload = part.get_payload()
    if part.get_content_type() == "message/delivery-status" and isinstance(payload, list):
        yield from (block for block in payload[:_MOST_PARTS] if isinstance(block, Message))


def _keys(report: Message, parts: list[Message], blocks: list[Message]) -> Iterator[str]:
    for block in blocks:
        yield from _key_in(str(block.get("Original-Envelope-Id", "")))
    for name in ("To", "Delivered-To", "X-Original-To"):
        for header in report.get_all(name, []):
            local, plus, rest = str(header).partition("+")
            yield from _key_in(rest.partition("@")[0] if plus and local else "")
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            headers = message_from_bytes(part.get_payload(decode=True) or b"", policy=compat32)  # type: ignore[arg-type]
            yield from _key_in(str(headers.get("Message-ID", "")).strip(" <>").partition("@")[0])
        elif part is not report:
            yield from _key_in(str(part.get("Message-ID", "")).strip(" <>").partition("@")[0])


def _key_in(text: str) -> Iterator[str]:
    """The key that a text is; servers may change its letters to capitals."""
    small = text.strip().lower()
    if _KEY.fullmatch(small) and is_key(small):
        yield small
