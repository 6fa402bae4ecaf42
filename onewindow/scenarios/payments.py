"""The payment provider of a scenario: takes every payment, and knows how the person left its page.

Payments, receipts, refunds and the ledger are the real ones; only the provider is played. With `partner: {connector:
payment, down: true}` it does not answer, with `refuses: true` or `no_record: true` it takes no payment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from engine.casework.payment import PaymentSeen, ProviderState, RefundMade, Sighting
from engine.connectors.contract import (
    BusinessError,
    JobOutcome,
    JobRequest,
    PartnerRefused,
    PartnerUnavailable,
    Success,
)
from engine.connectors.payment.connector import WORK_HEADER, PaymentConnector, fee_of, opened, refund_asked
from onewindow.scenarios.model import PartnerMood
from onewindow.scenarios.partners import Partners


class ScriptedPayments:
    """The connector `payment`, with a provider in memory."""

    name: Final = PaymentConnector.name
    settings: Final = PaymentConnector.settings

    def __init__(self, partners: Partners) -> None:
        self._partners = partners
        self._known: dict[str, Sighting] = {}

    def leave(self, provider_id: str, state: ProviderState) -> None:
        """The person pays, is declined, or cancels."""
        self._known[provider_id] = replace(self._known[provider_id], state=state)

    def call(self, request: JobRequest) -> JobOutcome:
        """As the real one. Raises PartnerUnavailable, PartnerRefused."""
        work = request.headers.get(WORK_HEADER)
        if work == "look":
            return self._look(request)
        if work == "send-back":
            return Success(
                effects=(RefundMade(refund_id=str(request.variables["refund_id"]), provider_id=request.job_id),)
            )
        if request.headers.get("operation", "create") == "refund":
            return Success(effects=(refund_asked(request),))
        return self._create(request)

    def check(self) -> None:
        """Nothing to prove."""

    def _create(self, request: JobRequest) -> JobOutcome:
        script, fee = self._partners.meet(self.name, request), fee_of(request)
        mood = script.mood if script is not None else PartnerMood.answers
        if mood is PartnerMood.down:
            raise PartnerUnavailable("The payment provider does not answer.")
        if mood is PartnerMood.refuses:
            raise PartnerRefused("The payment provider refuses the call.")
        if mood is PartnerMood.no_record:
            return BusinessError(code="payment-refused", message="The provider does not take this payment.")
        provider_id = f"pay-{request.idempotency_key}"
        self._known.setdefault(provider_id, Sighting(state=ProviderState.unfinished, amount=fee.amount))
        return opened(request, fee, provider_id, f"https://pay.example/{provider_id}")

    def _look(self, request: JobRequest) -> JobOutcome:
        provider_id = str(request.variables["provider_id"])
        sighting = self._known[provider_id]
        if request.variables.get("close") is True and sighting.state is ProviderState.unfinished:
            sighting = self._known[provider_id] = replace(sighting, state=ProviderState.expired)
        return Success(effects=(PaymentSeen(reference=str(request.variables["reference"]), sighting=sighting),))
