"""Hands a text to an SMS gateway. The shape is that of GOV.UK Notify, with an Idempotency-Key.

`POST /v1/messages` {to, text, reference} -> 201 {message_id, status}; the same key is the same message. `status` is
`created`, `sending`, `delivered`, or a failure. 422 {code} says that the number is none, or never takes a text. What
becomes of it later comes by a callback with our `reference` (`engine.runtime.take_delivery_news`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.casework.notice import Letter
from engine.connectors.contract import Json, PartnerRefused, PartnerUnavailable, SecretResolver
from engine.connectors.exchange import Answer, Exchange
from engine.connectors.notice.mail import NotDelivered

_FAILURES: Final = frozenset({"permanent-failure", "temporary-failure", "technical-failure"})
_REMEDY: Final = "Compare the gateway's answers with docs/integrator/notices.md."


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsGateway:
    """Where the gateway answers."""

    url: str
    """Base address, without a slash at the end."""
    key_reference: str = "sms-key"
    """Name of the secret sent as bearer token."""


class Sms:
    """Sends texts through one gateway. Safe to use from several threads."""

    def __init__(self, gateway: SmsGateway, exchange: Exchange, secret: SecretResolver) -> None:
        self._gateway, self._exchange, self._secret = gateway, exchange, secret

    def send(self, letter: Letter) -> str:
        """Hand one over; gives the gateway's key. Raises NotDelivered, PartnerUnavailable, PartnerRefused."""
        delivery = letter.delivery
        body = {"to": delivery.address, "text": letter.notice.sms or letter.notice.subject, "reference": delivery.id}
        answer = self._call("POST", "/v1/messages", body, delivery.id)
        if answer.status == 422:
            raise NotDelivered(_code(answer), "The gateway does not take this message.")
        if answer.status not in (200, 201, 202):
            raise PartnerRefused(f"The SMS gateway refused the call with status {answer.status}.", remedy=_REMEDY)
        said = answer.json()
        known = said.get("message_id") if isinstance(said, dict) else None
        if not isinstance(known, str) or not 0 < len(known) <= 255 or not known.isprintable():
            raise PartnerUnavailable("The SMS gateway tells no message_id.", retry_after_seconds=30)
        status = said.get("status")
        if isinstance(status, str) and status in _FAILURES:
            raise NotDelivered(status, "The gateway could not deliver it.")
        return known

    def check(self) -> None:
        """Ask for the root. Raises PartnerUnavailable, PartnerRefused."""
        self._call("GET", "/")

    def _call(self, method: str, path: str, body: Mapping[str, Json] | None = None, key: str | None = None) -> Answer:
        reference = self._gateway.key_reference
        secret = self._secret(reference)
        if secret is None:
            raise PartnerRefused(
                f"The secret {reference!r:.80} of the SMS gateway is not set.",
                remedy="An operator sets it, then retries the incident.",
            )
        headers = {"Authorization": f"Bearer {secret}"}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        if key is not None:
            headers["Idempotency-Key"] = key
        return self._exchange.send(method, self._gateway.url + path, headers=headers, content=content)


def _code(answer: Answer) -> str:
    """Why the gateway does not take it, in its own word."""
    try:
        said = answer.json()
    except PartnerUnavailable:
        said = None
    code = said.get("code") if isinstance(said, dict) else None
    return code if isinstance(code, str) and 0 < len(code) <= 60 and code.isprintable() else "refused"
