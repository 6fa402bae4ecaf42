"""The provider's daily file is held against our books: what is certain is booked, all else is reported.

Each line is a transaction of its own and safe to repeat: a file may be read twice, or anew where it broke off. A line
that tells of money we did not know to have come settles its payment, as an answer to our own question would: the file
comes from the provider over the operator's hands. Money is never booked over a difference in amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from engine.casework.actor import Actor
from engine.casework.payment import ProviderState, Sighting, Verdict
from engine.casework.policy import Action, permit
from engine.casework.statement import StatementLine, read_statement
from engine.errors import Invalid, NotFound
from engine.runtime.act import Act, transact
from engine.runtime.keep_payment import follow, locked, record_refund_made
from engine.runtime.look_at_payment import CHAIN
from engine.runtime.wiring import Runtime
from engine.store.queries.payments import unreconciled


class DifferenceKind(StrEnum):
    """How our books and the file differ."""

    missing_here = "missing-here"
    """The file tells of something our books do not know."""
    missing_there = "missing-there"
    """Our books tell of something no file has confirmed."""
    amount = "amount"
    state = "state"
    """The file's line does not fit where the payment or refund stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing for a person to clear up."""

    kind: DifferenceKind
    subject: str
    """`payment` or `refund`."""
    reference: str
    provider_id: str
    ours: str | None = None
    theirs: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What came of a file."""

    since: datetime
    until: datetime
    lines: int
    matched: int
    booked: int
    differences: tuple[Difference, ...]


class _Met(StrEnum):
    """What came of one line that is in order."""

    matched = "matched"
    booked = "booked"


def reconcile(runtime: Runtime, content: bytes, *, by: Actor, day: date | None = None) -> Reconciliation:
    """Read a daily file; `day` is the one it is of, by its lines when None.

    Raises StatementMalformed, Invalid (an empty file without a day), DutyMissing.
    """
    permit(by, Action.reconcile)
    lines = read_statement(content)
    since, until = _period(lines, day, ZoneInfo(runtime.calendar.timezone))
    # The answer to a repetition is kept with the last transaction only.
    alone = replace(runtime, before_commit=None)
    met = [transact(alone, by, partial(_meet, line=line)) for line in lines]
    found = [one for one in met if isinstance(one, Difference)]

    def close(act: Act) -> Reconciliation:
        left = [
            Difference(
                kind=DifferenceKind.missing_there,
                subject=one.kind,
                reference=one.reference,
                provider_id=one.provider_id,
                ours=str(one.amount),
            )
            for one in unreconciled(act.work.reading, since, until)
        ]
        result = Reconciliation(
            since=since,
            until=until,
            lines=len(lines),
            matched=met.count(_Met.matched),
            booked=met.count(_Met.booked),
            differences=(*found, *left),
        )
        act.journal(
            CHAIN,
            "payments.reconciled",
            since.date().isoformat(),
            lines=result.lines,
            matched=result.matched,
            booked=result.booked,
            differences=len(result.differences),
        )
        return result

    return transact(runtime, by, close)


def _meet(act: Act, line: StatementLine) -> _Met | Difference:
    try:
        place = act.work.payments.place_of(provider_id=line.payment_id)
    except NotFound:
        return _differs(line, DifferenceKind.missing_here)
    return _meet_refund(act, line, place) if line.is_refund else _meet_payment(act, line, place)


def _meet_payment(act: Act, line: StatementLine, place: tuple[str, str]) -> _Met | Difference:
    record, payment = locked(act, *place)
    if payment.amount != line.amount:
        return _differs(line, DifferenceKind.amount, ours=str(payment.amount))
    met = _Met.matched
    if follow(act, record, payment, Sighting(state=ProviderState.paid, amount=line.amount)) is not Verdict.nothing:
        met, payment = _Met.booked, act.work.payments.lock(payment.id)
    if payment.reconciled_at is None:
        act.work.payments.save(replace(payment, reconciled_at=act.at))
    return met


def _meet_refund(act: Act, line: StatementLine, place: tuple[str, str]) -> _Met | Difference:
    record, payment = locked(act, *place)
    refunds = act.work.payments.lock_refunds(payment.id)
    refund = next((one for one in refunds if one.provider_id == line.refund_id), None)
    if refund is None:
        # The provider sent it, and its answer was lost on the way: ours is the one that is under way.
        refund = next((one for one in refunds if one.made_at is None), None)
    if refund is None:
        return _differs(line, DifferenceKind.missing_here)
    if refund.amount != line.amount:
        return _differs(line, DifferenceKind.amount, ours=str(refund.amount))
    met = _Met.matched
    if refund.made_at is None:
        met = _Met.booked
        _, refund = record_refund_made(act, record, payment, refund, line.refund_id)
    if refund.reconciled_at is None:
        act.work.payments.save_refund(replace(refund, reconciled_at=act.at))
    return met


def _differs(line: StatementLine, kind: DifferenceKind, ours: str | None = None) -> Difference:
    return Difference(
        kind=kind,
        subject="refund" if line.is_refund else "payment",
        reference=line.reference,
        provider_id=line.refund_id or line.payment_id,
        ours=ours,
        theirs=str(line.amount),
    )


def _period(lines: Sequence[StatementLine], day: date | None, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The days the file is about, from midnight to midnight in the country's time. Raises Invalid."""
    if day is not None:
        first = last = day
    elif lines:
        days = [line.at.astimezone(zone).date() for line in lines]
        first, last = min(days), max(days)
    else:
        raise Invalid("The file has no lines, so its day is not known.", remedy="Say which day it is of.")
    return midnights(first, last, zone)


def midnights(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments a period of whole days begins and ends. Raises Invalid for days in the wrong order."""
    if last < first:
        raise Invalid(f"Expected a last day on or after {first}, found {last}.", remedy="Swap the two days.")
    try:
        end = last + timedelta(days=1)
    except OverflowError as fault:
        raise Invalid("Expected days before the year 9999.", remedy="Check the days.") from fault
    begin, over = datetime.combine(first, time(), zone), datetime.combine(end, time(), zone)
    return begin.astimezone(UTC), over.astimezone(UTC)
