"""`a_payment()`: an open payment of 25 AZN; `a_sighting("paid")`: what the provider says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from engine.casework.fee import Money
from engine.casework.payment import Payment, PaymentState, ProviderState, Refund, Sighting
from engine.identity import new_key

AT = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
FEE = Money(2500, "AZN")


def a_payment(**said: Any) -> Payment:
    """A payment that can be paid."""
    values: dict[str, Any] = {
        "id": new_key(),
        "reference": "AZ-2026-000123-7-K3MX2QP1",
        "instance_id": new_key(),
        "agency": "traffic-police",
        "provider_id": "pay-1",
        "state": PaymentState.open,
        "amount": FEE,
        "refunded": Money(0, "AZN"),
        "created_at": AT,
        "expires_at": AT + timedelta(days=10),
    }
    return Payment(**{**values, **said})


def a_refund(payment: Payment, minor: int = 2500, **said: Any) -> Refund:
    """A refund of a payment, under way."""
    values: dict[str, Any] = {"reason": "charged twice", "asked_by": "system", "asked_at": AT}
    amount = Money(minor, payment.amount.currency)
    return Refund(**{"id": new_key(), "payment_id": payment.id, "amount": amount, **values, **said})


def a_sighting(state: str, minor: int = 2500) -> Sighting:
    """What the provider says."""
    return Sighting(state=ProviderState(state), amount=Money(minor, "AZN"), payer="A. Payer")
