"""A payment: a fee on its way from the citizen to the agency, and the refund that goes back.

created --open--> open            the provider knows it, the citizen can pay
open --> paid | failed | expired | cancelled
paid --> refunding --> refunded   or paid again, when a part was refunded
failed, expired, cancelled --> refunding   money that came too late goes back by itself

What the provider says is told as a `Sighting`; `Payment.seen` says what follows. It is total and repeatable: the same
sighting a second time changes nothing, so double and late callbacks, polls and files can all be followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from engine.calendar import Length
from engine.casework.fee import Fee, Money
from engine.casework.job import Effect
from engine.errors import Invalid, Refused
from engine.identity import check_digit

PAYMENT_RESULT: Final = "payment-result"
"""The message that tells the process how a payment ended, with the payment's reference as its key."""


class PaymentState(StrEnum):
    """Where a payment stands."""

    created = "created"
    open = "open"
    paid = "paid"
    failed = "failed"
    expired = "expired"
    cancelled = "cancelled"
    refunding = "refunding"
    refunded = "refunded"


_LAPSED: Final = frozenset({PaymentState.failed, PaymentState.expired, PaymentState.cancelled})
PAYMENT_MOVES: Final[Mapping[PaymentState, frozenset[PaymentState]]] = {
    PaymentState.created: frozenset({PaymentState.open, PaymentState.cancelled}),
    PaymentState.open: _LAPSED | {PaymentState.paid},
    PaymentState.paid: frozenset({PaymentState.refunding}),
    PaymentState.failed: frozenset({PaymentState.refunding}),
    PaymentState.expired: frozenset({PaymentState.refunding}),
    PaymentState.cancelled: frozenset({PaymentState.refunding}),
    PaymentState.refunding: frozenset({PaymentState.refunded, PaymentState.paid}),
    PaymentState.refunded: frozenset(),
}
"""From each state, the states it may go to."""


class PaymentMoveRefused(Refused):
    """A payment cannot go from one state to the other."""

    code = "payment-move-refused"

    def __init__(self, payment: Payment, state: PaymentState) -> None:
        super().__init__(
            f"The payment {payment.reference} is {payment.state} and cannot become {state}.",
            remedy="Look at the payment again.",
        )


class AmountDiffers(Refused):
    """The provider took another amount than was asked for: nothing is settled before a person has looked."""

    code = "payment-amount-differs"

    def __init__(self, payment: Payment, found: Money) -> None:
        super().__init__(
            f"Expected {payment.amount} for payment {payment.reference}, but the provider tells {found}.",
            remedy="Clear it up with the provider, then retry the incident.",
        )


class RefundTooLarge(Refused):
    """More is to go back than came."""

    code = "refund-too-large"

    def __init__(self, payment: Payment, amount: Money) -> None:
        super().__init__(
            f"Expected at most {payment.refundable} of payment {payment.reference} to go back, found {amount}.",
            remedy="Refund what is left, or nothing.",
        )


class ProviderState(StrEnum):
    """What the provider says of a payment."""

    unfinished = "unfinished"
    paid = "paid"
    failed = "failed"
    expired = "expired"
    cancelled = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A payment as the provider told it at one moment."""

    state: ProviderState
    amount: Money
    payer: str | None = None
    """Name on the card or account."""
    code: str | None = None
    """The provider's reason of a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that goes back."""

    id: str
    payment_id: str
    amount: Money
    reason: str
    asked_by: str
    """Account; `system` when money came too late."""
    asked_at: datetime
    made_at: datetime | None = None
    """When the provider sent it; None while under way."""
    provider_id: str | None = None
    reconciled_at: datetime | None = None
    """When the provider's file confirmed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment."""

    id: str
    reference: str
    """The payment key: what provider, citizen and process know it by. Charged once."""
    instance_id: str
    case_id: str | None = None
    agency: str
    """Whose revenue it is."""
    applicant: str | None = None
    """Account of who is to pay."""
    provider_id: str
    state: PaymentState = PaymentState.created
    amount: Money
    refunded: Money
    """What went back, or is on its way back."""
    description: str = ""
    tier: str | None = None
    exemption: str | None = None
    """Why less than the whole fee is to be paid."""
    legal_basis: str = ""
    next_url: str | None = None
    """The provider's page where it is paid; None when there is nothing to pay any more."""
    receipt_number: str | None = None
    payer: str | None = None
    code: str | None = None
    """The provider's reason of a failure."""
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None = None
    """When it was paid."""
    closed_at: datetime | None = None
    """When it failed, expired or was cancelled."""
    looks: int = 0
    """How often the provider was asked without the payment being finished."""
    watch_job_id: str | None = None
    """The job that asks next; None when nobody need ask."""
    look_again: bool = False
    """Whether something happened while the provider was just being asked."""
    reconciled_at: datetime | None = None
    """When the provider's file confirmed it."""

    @property
    def refundable(self) -> Money:
        """What can still go back."""
        return self.amount - self.refunded

    @property
    def is_open(self) -> bool:
        """Whether it can still be paid."""
        return self.state in (PaymentState.created, PaymentState.open)

    @property
    def is_lapsed(self) -> bool:
        """Whether it ended without money."""
        return self.state in _LAPSED

    def moved_to(self, state: PaymentState) -> Payment:
        """In another state; staying where it is is no move. Raises PaymentMoveRefused."""
        if state is self.state:
            return self
        if state not in PAYMENT_MOVES[self.state]:
            raise PaymentMoveRefused(self, state)
        return replace(self, state=state)

    def opened(self) -> Payment:
        """Known to the provider. Raises PaymentMoveRefused."""
        return self.moved_to(PaymentState.open)

    def settled(self, receipt_number: str, payer: str | None, at: datetime) -> Payment:
        """Paid, with its receipt. Raises PaymentMoveRefused."""
        return replace(
            self.moved_to(PaymentState.paid),
            receipt_number=receipt_number,
            payer=payer,
            settled_at=at,
            next_url=None,
            watch_job_id=None,
            look_again=False,
        )

    def lapsed(self, state: PaymentState, code: str | None, at: datetime) -> Payment:
        """Ended without money. Raises PaymentMoveRefused."""
        return replace(
            self.moved_to(state), code=code, closed_at=at, next_url=None, watch_job_id=None, look_again=False
        )

    def refunding(self, amount: Money) -> Payment:
        """With an amount on its way back. Raises RefundTooLarge, PaymentMoveRefused."""
        if self.state is PaymentState.refunding:
            raise PaymentMoveRefused(self, PaymentState.refunding)
        if amount.minor <= 0 or not amount <= self.refundable:
            raise RefundTooLarge(self, amount)
        return replace(self.moved_to(PaymentState.refunding), refunded=self.refunded + amount)

    def refund_made(self) -> Payment:
        """What was on its way back has gone: `refunded` when nothing is left, else paid. Raises PaymentMoveRefused."""
        return self.moved_to(PaymentState.refunded if self.refundable.is_zero else PaymentState.paid)

    def follows(self, sighting: Sighting) -> Verdict:
        """What a sighting means for the payment as it stands. Raises AmountDiffers."""
        if self.state is PaymentState.created:
            return Verdict.wait
        if sighting.state is ProviderState.unfinished:
            return Verdict.wait if self.is_open else Verdict.nothing
        if sighting.state is not ProviderState.paid:
            return Verdict.lapse if self.is_open else Verdict.nothing
        if self.is_open or self.is_lapsed:
            if sighting.amount != self.amount:
                raise AmountDiffers(self, sighting.amount)
            return Verdict.settle if self.is_open else Verdict.send_back
        return Verdict.nothing


class Verdict(StrEnum):
    """What follows from a sighting."""

    nothing = "nothing"
    """It is known already."""
    wait = "wait"
    """Not finished: ask again later."""
    settle = "settle"
    lapse = "lapse"
    """It ended without money."""
    send_back = "send-back"
    """Money came after the end: it goes back."""


_PAUSES: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 1, 2, 5, 10, 15, 30, 60, 60, 120, 120, 240, 240, 360)
)
"""How long to wait between asking the provider; the last repeats. A callback or a return asks at once."""

_PAUSE_AFTER_EXPIRY: Final = timedelta(minutes=10)
LONGEST_CLOSING: Final = timedelta(days=1)
"""How long after its expiry a payment may stay unfinished at the provider, before it is given up here."""


def next_look(looks: int, now: datetime, expires_at: datetime) -> datetime:
    """When to ask the provider again, after `looks` times: at the expiry too, and after it until it is closed."""
    if now >= expires_at:
        return now + _PAUSE_AFTER_EXPIRY
    return min(now + _PAUSES[min(max(looks, 0), len(_PAUSES) - 1)], expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOpened(Effect):
    """The provider has a payment that the citizen can pay."""

    reference: str
    provider_id: str
    fee: Fee
    description: str
    next_url: str | None
    life: timedelta
    """How long it may be paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSeen(Effect):
    """The provider was asked."""

    reference: str
    sighting: Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAsked(Effect):
    """A model wants money to go back: a whole payment of its case, or part of one."""

    reference: str
    amount: Money | None
    """None for all that is left."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundMade(Effect):
    """The provider has sent money back."""

    refund_id: str
    provider_id: str


def payment_life(text: str) -> timedelta:
    """How long a payment may be paid, from ISO 8601 in weeks, days, hours or minutes. Raises Invalid."""
    length = Length.parse(text)
    life = timedelta(
        weeks=length.weeks, days=length.days, hours=length.hours, minutes=length.minutes, seconds=length.seconds
    )
    if length.years or length.months or not timedelta(minutes=1) <= life <= timedelta(days=366):
        raise Invalid(f"Expected a length from a minute to a year, found {text!r:.40}.", remedy="Write P10D.")
    return life


def receipt_number(year: int, serial: int) -> str:
    """The number of a receipt with its check digit, such as `R-2026-000123-8`."""
    digits = f"{serial:06d}"
    return f"R-{year}-{digits}-{check_digit(f'{year}{digits}')}"


def refund_reason(text: str) -> str:
    """The reason of a refund, as it is kept. Raises Invalid."""
    said = " ".join(text.split())
    if not 3 <= len(said) <= 1_000:
        raise Invalid("Expected a reason of 3 to 1,000 characters.", remedy="Say why the money goes back.")
    return said
