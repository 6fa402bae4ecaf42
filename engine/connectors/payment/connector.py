"""Opens a payment at the provider, for a process that then waits for the message `payment-result`.

`create` takes the variable `fee` as a decision gives it (`engine.casework.fee.Fee.of_decision`) and gives the variable
`payment` with its reference, the key of the message. `refund` lets a payment of the same case go back. Asking about a
payment and sending a refund are jobs of the engine's own (`engine.runtime.payment_jobs`), done by the same connector.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from engine.casework.fee import Fee, Money
from engine.casework.payment import PaymentOpened, PaymentSeen, RefundAsked, RefundMade, payment_life
from engine.connectors.contract import (
    BusinessError,
    JobOutcome,
    JobRequest,
    PartnerRefused,
    SecretResolver,
    Success,
)
from engine.connectors.exchange import Exchange
from engine.connectors.payment.provider import Provider, ProviderCalls
from engine.connectors.payment.settings import DEFAULT_LIFE, PAYMENT_SETTINGS
from engine.errors import Invalid

WORK_HEADER: Final = "ow:payment"
"""Set on jobs of the engine's own; no model can set it, for it is no setting."""


class PaymentConnector:
    """The connector `payment`."""

    name: Final = "payment"
    settings: Final = PAYMENT_SETTINGS

    def __init__(self, provider: Provider | None, exchange: Exchange, secret: SecretResolver) -> None:
        self._calls = ProviderCalls(provider, exchange, secret) if provider is not None else None

    def call(self, request: JobRequest) -> JobOutcome:
        """Open a payment, ask for a refund; or, for the engine: look at a payment, send a refund."""
        work = request.headers.get(WORK_HEADER)
        if work == "look":
            return self._look(request)
        if work == "send-back":
            return self._send_back(request)
        if request.headers.get("operation", "create") == "refund":
            return Success(effects=(refund_asked(request),))
        return self._create(request)

    def check(self) -> None:
        """Ask the provider for its root. Raises PartnerUnavailable, or PartnerRefused when the key is missing."""
        if self._calls is not None:
            self._calls.check()

    def _create(self, request: JobRequest) -> JobOutcome:
        fee, reference = fee_of(request), reference_of(request)
        life_of(request)  # refused before anything is opened
        language, description = request.headers.get("language", "az"), description_of(request)
        page = self._provider().create(fee.amount, reference, description, language, request.idempotency_key)
        if page is None:
            return BusinessError(code="payment-refused", message="The provider does not take this payment.")
        return opened(request, fee, page.provider_id, page.next_url)

    def _look(self, request: JobRequest) -> JobOutcome:
        provider_id = str(request.variables.get("provider_id", ""))
        if request.variables.get("close") is True:
            sighting = self._provider().close(provider_id, request.idempotency_key)
        else:
            sighting = self._provider().look(provider_id)
        return Success(effects=(PaymentSeen(reference=str(request.variables.get("reference")), sighting=sighting),))

    def _send_back(self, request: JobRequest) -> JobOutcome:
        said = request.variables
        provider_id = str(said.get("provider_id", ""))
        sent = self._provider().refund(provider_id, int(said.get("amount", 0)), request.idempotency_key)
        return Success(effects=(RefundMade(refund_id=str(said.get("refund_id")), provider_id=sent),))

    def _provider(self) -> ProviderCalls:
        if self._calls is None:
            raise PartnerRefused(
                "There is no payment provider in the settings.",
                remedy="An operator sets ONEWINDOW_PAYMENT_URL, then retries the incident.",
            )
        return self._calls


def opened(request: JobRequest, fee: Fee, provider_id: str, next_url: str | None) -> Success:
    """What comes of a payment that was created: the variable for the process, and the payment to keep."""
    reference = reference_of(request)
    told = {
        "reference": reference,
        "payment_id": provider_id,
        "state": "open",
        "amount": fee.amount.major,
        "currency": fee.amount.currency,
        "next_url": next_url,
    }
    effect = PaymentOpened(
        reference=reference,
        provider_id=provider_id,
        fee=fee,
        description=description_of(request),
        next_url=next_url,
        life=life_of(request),
    )
    return Success(variables={request.headers.get("resultVariable", "payment"): told}, effects=(effect,))


def reference_of(request: JobRequest) -> str:
    """The payment's reference: the number of the case and a part of the job's key, so that each attempt has the same.

    The part holds 40 random bits.
    """
    return f"{request.case_number or 'P'}-{request.idempotency_key[-8:].upper()}"


def fee_of(request: JobRequest) -> Fee:
    """The fee in the variables. Raises PartnerRefused when there is none, or nothing is to be paid."""
    try:
        fee = Fee.of_decision(request.variables.get("fee"))
    except Invalid as fault:
        raise PartnerRefused(
            f"The variable `fee` cannot be paid: {fault.message}",
            remedy="Set it by an input mapping of the task to what the fee's decision gives.",
        ) from fault
    if not fee.is_due:
        raise PartnerRefused(
            "There is nothing to pay.", remedy="Lead who is exempt past the payment by a gateway: `fee.amount > 0`."
        )
    return fee


def description_of(request: JobRequest) -> str:
    """What is paid for."""
    said = request.variables.get("description", request.headers.get("description"))
    return said[:255] if isinstance(said, str) and said.strip() else f"Fee {request.case_number or ''}".strip()


def life_of(request: JobRequest) -> timedelta:
    """How long it may be paid. Raises PartnerRefused for what is no such length."""
    try:
        return payment_life(request.headers.get("expiresIn", DEFAULT_LIFE))
    except Invalid as fault:
        raise PartnerRefused(f"The header `expiresIn` cannot be: {fault.message}", remedy=fault.remedy) from fault


def refund_asked(request: JobRequest) -> RefundAsked:
    """What a model wants refunded. Raises PartnerRefused."""
    payment: Any = request.variables.get("payment")
    reference = payment.get("reference") if isinstance(payment, Mapping) else None
    reason = request.variables.get("reason", request.headers.get("reason"))
    if not isinstance(reference, str) or not isinstance(reason, str):
        raise PartnerRefused(
            "A refund needs the variable `payment` and a reason.",
            remedy="Map `payment` into the task, and set the header `reason`.",
        )
    return RefundAsked(reference=reference, amount=_amount(request, payment), reason=reason)


def _amount(request: JobRequest, payment: Mapping[str, Any]) -> Money | None:
    amount = request.variables.get("amount")
    if amount is None:
        return None
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise PartnerRefused("Expected the variable `amount` as a number.", remedy="Leave it out to refund all.")
    try:
        return Money.of(amount, str(payment.get("currency")))
    except Invalid as fault:
        raise PartnerRefused(fault.message, remedy=fault.remedy) from fault
