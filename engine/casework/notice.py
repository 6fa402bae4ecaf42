"""A notice: what an agency tells an applicant, once; and the deliveries by mail and SMS that carry it to her.

The notice itself lies in her inbox from the moment it is made, and there it is read. A delivery goes its own way:

waiting --> sent        a mail server or gateway took it
waiting, sent --> delivered | failed    told at once, or later by a callback

`delivered` and `failed` are final: what comes after, or again, changes nothing. A failed delivery fails no process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.casework.case import Case
from engine.casework.contact import Channel, Contact
from engine.casework.job import Effect
from engine.errors import Invalid, NotFound

LONGEST_SUBJECT: Final = 200
LONGEST_TEXT: Final = 20_000
LONGEST_SMS: Final = 300
"""Characters; of letters beyond the GSM alphabet that is five messages at most."""
LONGEST_REASON: Final = 300
_LONGEST_PLACE: Final = 500
_LONGEST_APPOINTMENT: Final = timedelta(days=31)


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    waiting = "waiting"
    """For the morning, for its turn, or for another try."""
    sent = "sent"
    delivered = "delivered"
    failed = "failed"
    """For good: the address is wrong, or nobody took it in time."""


DELIVERY_MOVES: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    DeliveryState.waiting: frozenset({DeliveryState.sent, DeliveryState.delivered, DeliveryState.failed}),
    DeliveryState.sent: frozenset({DeliveryState.delivered, DeliveryState.failed}),
    DeliveryState.delivered: frozenset(),
    DeliveryState.failed: frozenset(),
}
"""From each state, the states it may go to."""


class NoSuchNotice(NotFound):
    """There is no such notice, or it is somebody else's."""

    code = "notice-not-found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """When and where somebody is to come."""

    starts_at: datetime
    ends_at: datetime
    place: str
    key: str = "appointment"
    """Which appointment of the case it is: a notice with the same key moves or cancels it."""
    is_cancelled: bool = False

    @classmethod
    def of(cls, said: Any, zone: tzinfo) -> Appointment:
        """Of a variable `{start, end or minutes, place, key, cancelled}`; times without a zone are local.

        Raises Invalid.
        """
        if not isinstance(said, Mapping):
            raise _no_appointment("a context with start and place")
        starts_at = _moment(said.get("start"), zone, "start")
        minutes = said.get("minutes", 30)
        if said.get("end") is not None:
            ends_at = _moment(said["end"], zone, "end")
        elif isinstance(minutes, int) and not isinstance(minutes, bool) and 0 < minutes <= 24 * 60:
            ends_at = starts_at + timedelta(minutes=minutes)
        else:
            raise _no_appointment("minutes as a whole number up to 1,440")
        place, key = said.get("place", ""), said.get("key", "appointment")
        if not starts_at < ends_at <= starts_at + _LONGEST_APPOINTMENT:
            raise _no_appointment("an end after the start, at most 31 days later")
        if not isinstance(place, str) or len(place) > _LONGEST_PLACE:
            raise _no_appointment(f"a place of at most {_LONGEST_PLACE} characters")
        if not isinstance(key, str) or not 0 < len(key) <= 60 or not key.isascii() or not key.isprintable():
            raise _no_appointment("a key of at most 60 plain characters")
        return cls(
            starts_at=starts_at, ends_at=ends_at, place=place, key=key, is_cancelled=said.get("cancelled") is True
        )

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "start": self.starts_at.isoformat(),
            "end": self.ends_at.isoformat(),
            "place": self.place,
            "key": self.key,
            "cancelled": self.is_cancelled,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Appointment:
        """As it was kept."""
        return cls(
            starts_at=datetime.fromisoformat(kept["start"]),
            ends_at=datetime.fromisoformat(kept["end"]),
            place=kept["place"],
            key=kept["key"],
            is_cancelled=kept["cancelled"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a notice says, in one language."""

    subject: str
    """One line."""
    text: str
    sms: str | None = None
    """What is sent by SMS; None sends none."""
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a person was told in a case."""

    id: str
    job_id: str
    """The service call that made it: one job makes one notice, however often it is repeated."""
    instance_id: str
    case_id: str
    agency: str
    service_key: str
    recipient: str
    """Account."""
    template: str
    language: str
    subject: str
    text: str
    sms: str | None = None
    is_urgent: bool = False
    appointment: Appointment | None = None
    created_at: datetime
    read_at: datetime | None = None
    """When the recipient read it in the inbox."""

    def read(self, at: datetime) -> Notice:
        """Read; the first time counts."""
        return self if self.read_at is not None else replace(self, read_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A notice on its way by one channel."""

    id: str
    """Also the key of the job that sends it: Message-ID, the gateway's Idempotency-Key and reference come of it."""
    notice_id: str
    instance_id: str
    case_id: str
    channel: Channel
    address: str
    state: DeliveryState = DeliveryState.waiting
    due_at: datetime
    """Not sent before: the night is over then."""
    partner_id: str | None = None
    """What mail server or gateway know it by."""
    code: str | None = None
    """Why it failed, in one word: `permanent-failure`, `5.1.1`."""
    reason: str | None = None
    """The same in the partner's words."""
    sent_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing more can happen to it."""
        return not DELIVERY_MOVES[self.state]

    def sent(self, partner_id: str, at: datetime) -> Delivery:
        """Taken by the partner; what ended meanwhile stays as it is."""
        if self.state is not DeliveryState.waiting:
            return self
        return replace(self, state=DeliveryState.sent, partner_id=partner_id[:255], sent_at=at)

    def delivered(self, at: datetime) -> Delivery:
        """The partner says that it arrived; what ended before stays as it is."""
        if self.is_final:
            return self
        return replace(self, state=DeliveryState.delivered, sent_at=self.sent_at or at, ended_at=at)

    def failed(self, code: str, reason: str, at: datetime) -> Delivery:
        """It did not arrive and will not; what ended before stays as it is."""
        if self.is_final:
            return self
        said = " ".join(reason.split())[:LONGEST_REASON]
        printable = "".join(sign for sign in said if sign.isprintable())
        return replace(self, state=DeliveryState.failed, code=code[:60], reason=printable, ended_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryNews:
    """What a partner tells later of a delivery."""

    delivery_id: str
    state: DeliveryState
    """`delivered` or `failed`."""
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeBasis:
    """What a notice is written from: read for a service call, before anything is written."""

    case: Case
    template: str
    """The source of the template."""
    file_name: str
    service_title: Mapping[str, str]
    """By language."""
    remedy: Mapping[str, str]
    contact: Contact | None
    """Of the applicant."""
    country_zone: str
    languages: tuple[str, ...]
    """In the order in which one stands in for another."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is sent: a delivery with its notice."""

    delivery: Delivery
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDelivery:
    """Where a notice goes, and when."""

    channel: Channel
    address: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMade(Effect):
    """A notice was written: it lies in the inbox, and its deliveries begin."""

    template: str
    wording: Wording
    is_urgent: bool
    appointment: Appointment | None = None
    deliveries: tuple[PlannedDelivery, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySent(Effect):
    """Mail server or gateway took it."""

    delivery_id: str
    partner_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRefused(Effect):
    """Mail server or gateway will never take it: the fault of the address or the text, not of the partner."""

    delivery_id: str
    code: str
    reason: str


def _moment(said: Any, zone: tzinfo, name: str) -> datetime:
    # FEEL writes the name of a zone behind the moment: 2026-03-04T10:00:00@Asia/Baku
    written, _, named = str(said).partition("@")
    try:
        moment = datetime.fromisoformat(written)
        own_zone = ZoneInfo(named) if named else zone
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise _no_appointment(f"{name} as a date and time") from None
    if "T" not in written:
        raise _no_appointment(f"{name} as a date and time")
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=own_zone)


def _no_appointment(expected: str) -> Invalid:
    return Invalid(
        f"The variable `appointment` cannot be: expected {expected}.",
        remedy='Write {start: date and time("2026-03-04T10:00:00"), minutes: 30, place: "Unit 3"}.',
    )
