"""The provider's side: its five calls, and what its answers mean. The shape is that of GOV.UK Pay's public API.

| call | body | answer |
|---|---|---|
| `POST /v1/payments` | amount (minor), currency, reference, description, return_url, language | 201, the payment |
| `GET /v1/payments/{id}` | | 200, the payment |
| `POST /v1/payments/{id}/cancel` | | 204; 409 when it is finished |
| `POST /v1/payments/{id}/refunds` | amount | 202, the refund: `submitted`, `success` or `error` |
| `GET /` | | 200; asked by `check` |

A payment is `{payment_id, amount, currency, reference, state: {status, finished, code}, card_details:
{cardholder_name}, _links: {next_url: {href}}}`. POST carries an Idempotency-Key: the same key is the same effect.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from engine.casework.fee import Money
from engine.casework.payment import ProviderState, Sighting
from engine.connectors.contract import Json, PartnerRefused, PartnerUnavailable, SecretResolver
from engine.connectors.exchange import Answer, Exchange
from engine.errors import Invalid

_STATES: Final[Mapping[str, ProviderState]] = {
    "success": ProviderState.paid,
    "failed": ProviderState.failed,
    "cancelled": ProviderState.cancelled,
    "error": ProviderState.failed,
}
_LONGEST_URL: Final = 2_000
_REMEDY: Final = "Compare the provider's answers with docs/integrator/payments.md."


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where the payment provider answers."""

    url: str
    """Base address, without a slash at the end."""
    return_url: str
    """Where the citizen comes back to; `{reference}` stands for the payment's reference."""
    key_reference: str = "payment-key"
    """Name of the secret sent as bearer token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A payment that was created: where it is paid."""

    provider_id: str
    next_url: str | None


class ProviderCalls:
    """The calls to one provider. Raises PartnerUnavailable and PartnerRefused, as every connector."""

    def __init__(self, provider: Provider, exchange: Exchange, secret: SecretResolver) -> None:
        self._provider, self._exchange, self._secret = provider, exchange, secret

    def create(self, amount: Money, reference: str, description: str, language: str, key: str) -> Page | None:
        """A payment with its page; None when the provider does not take this payment (422)."""
        body = {
            "amount": amount.minor,
            "currency": amount.currency,
            "reference": reference,
            "description": description,
            "return_url": self._provider.return_url.replace("{reference}", quote(reference, safe="")),
            "language": language,
        }
        answer = self._send("POST", "/v1/payments", body, key)
        if answer.status == 422:
            return None
        said = _object(answer, 200, 201)
        if said.get("reference") != reference or _money(said, answer) != amount:
            raise PartnerRefused("The provider answered with another payment than was asked for.", remedy=_REMEDY)
        return Page(provider_id=_text(said, "payment_id", answer), next_url=_next_url(said, answer))

    def look(self, provider_id: str) -> Sighting:
        """A payment as it is now."""
        return _sighting(self._send("GET", f"/v1/payments/{_segment(provider_id)}"))

    def close(self, provider_id: str, key: str) -> Sighting:
        """Give a payment up, when it is not finished; gives it as it is then: `expired` when this ended it."""
        before = self.look(provider_id)
        if before.state is not ProviderState.unfinished:
            return before
        answer = self._send("POST", f"/v1/payments/{_segment(provider_id)}/cancel", {}, key)
        after = self.look(provider_id)
        if answer.status in (200, 204) and after.state is ProviderState.cancelled:
            return Sighting(state=ProviderState.expired, amount=after.amount, code=after.code)
        return after

    def refund(self, provider_id: str, minor: int, key: str) -> str:
        """Send money back; gives the provider's key of the refund. Raises PartnerUnavailable while it is under way."""
        answer = self._send("POST", f"/v1/payments/{_segment(provider_id)}/refunds", {"amount": minor}, key)
        said = _object(answer, 200, 201, 202)
        if said.get("status") == "submitted":
            raise PartnerUnavailable("The provider has the refund under way.", retry_after_seconds=10)
        if said.get("status") != "success":
            raise PartnerRefused(
                "The provider could not send the refund.", remedy="Clear it up with the provider, then retry."
            )
        return _text(said, "refund_id", answer)

    def check(self) -> None:
        """Ask for the root."""
        self._send("GET", "/")

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None, key: str | None = None) -> Answer:
        reference = self._provider.key_reference
        secret = self._secret(reference)
        if secret is None:
            raise PartnerRefused(
                f"The secret {reference!r:.80} of the payment provider is not set.",
                remedy="An operator sets it, then retries the incident.",
            )
        headers = {"Authorization": f"Bearer {secret}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return self._exchange.send(method, self._provider.url + path, headers=headers, content=content)


def _sighting(answer: Answer) -> Sighting:
    said = _object(answer, 200)
    state = said.get("state")
    if not isinstance(state, dict) or not isinstance(state.get("status"), str):
        raise PartnerUnavailable("The provider's answer tells no state.", retry_after_seconds=30)
    found = _STATES.get(state["status"], ProviderState.unfinished)
    if found is ProviderState.unfinished and state.get("finished") is True:
        found = ProviderState.failed
    card = said.get("card_details")
    name = card.get("cardholder_name") if isinstance(card, dict) else None
    code = state.get("code")
    return Sighting(
        state=found,
        amount=_money(said, answer),
        payer=name[:255] if isinstance(name, str) and name else None,
        code=code[:255] if isinstance(code, str) else None,
    )


def _object(answer: Answer, *statuses: int) -> Mapping[str, Json]:
    if answer.status not in statuses:
        raise PartnerRefused(f"The payment provider refused the call with status {answer.status}.", remedy=_REMEDY)
    said = answer.json()
    if not isinstance(said, dict):
        raise PartnerUnavailable("The payment provider answered no JSON object.", retry_after_seconds=30)
    return said


def _money(said: Mapping[str, Json], answer: Answer) -> Money:
    minor, currency = said.get("amount"), said.get("currency")
    if isinstance(minor, bool) or not isinstance(minor, int) or not isinstance(currency, str):
        raise PartnerUnavailable(f"{answer.partner} tells no amount of the payment.", retry_after_seconds=30)
    try:
        return Money(minor, currency)
    except Invalid as fault:
        raise PartnerRefused(f"{answer.partner} tells an amount that cannot be.", remedy=_REMEDY) from fault


def _text(said: Mapping[str, Json], name: str, answer: Answer) -> str:
    found = said.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= 255 or not found.isprintable():
        raise PartnerUnavailable(f"{answer.partner} tells no {name}.", retry_after_seconds=30)
    return found


def _next_url(said: Mapping[str, Json], answer: Answer) -> str | None:
    links = said.get("_links")
    link = links.get("next_url") if isinstance(links, dict) else None
    href = link.get("href") if isinstance(link, dict) else None
    if href is None:
        return None
    if not isinstance(href, str) or len(href) > _LONGEST_URL or not _is_web_address(href):
        raise PartnerRefused(f"{answer.partner} names a page that nobody can be sent to.", remedy=_REMEDY)
    return href


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and text.isprintable()


def _segment(provider_id: str) -> str:
    return quote(provider_id, safe="")
