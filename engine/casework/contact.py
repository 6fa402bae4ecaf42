"""Where and when a person may be reached: addresses, what she wants to get, the hours in which nobody is woken.

Addresses come from the person's own account (`PUT /api/v1/me/contact`); where the account has none, from what she wrote
in the application. What she switched off stays off wherever an address comes from. The inbox cannot be switched off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from engine.errors import Invalid

_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_MOBILE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_SEPARATORS: Final = re.compile(r"[ ()./-]")
_HOURS: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
LONGEST_MAIL: Final = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3, less the brackets)."""


class Channel(StrEnum):
    """How a notice leaves the portal."""

    mail = "mail"
    sms = "sms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Addresses and wishes of one account."""

    account_id: str
    mail: str | None = None
    """Where it is None, what the application says is used."""
    mobile: str | None = None
    """International, such as +994501234567."""
    language: str | None = None
    """The language she wants to be written to in; None takes that of the application."""
    time_zone: str | None = None
    """Whose night is hers; None takes that of the country."""
    mail_wanted: bool = True
    sms_wanted: bool = True
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Between two times of day, over midnight when the end is earlier. The start is quiet, the end is not."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> QuietHours | None:
        """Of `21:00-08:00`; None of `none` and of hours without length. Raises Invalid."""
        if text == "none":
            return None
        found = _HOURS.fullmatch(text)
        if found is None:
            raise Invalid(f"Expected quiet hours, found {text!r:.40}.", remedy="Write 21:00-08:00, or none.")
        numbers = [int(part) for part in found.groups()]
        start, end = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
        return None if start == end else cls(start, end)

    def hold(self, local: time) -> bool:
        """Whether it is quiet at a time of day."""
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def wait(self, now: datetime, zone: tzinfo) -> datetime:
        """The first moment from `now` on that is not quiet in a zone, in UTC.

        Where the clocks are put forward or back over the end of the night, the later reading of it, so that nobody is
        woken.
        """
        local = now.astimezone(zone)
        if not self.hold(local.time().replace(tzinfo=None)):
            return now
        day = local.date()
        if local.time().replace(tzinfo=None) >= self.end:
            day += timedelta(days=1)
        end = datetime.combine(day, self.end, zone)
        return max(end.astimezone(UTC), end.replace(fold=1).astimezone(UTC))


def send_at(now: datetime, quiet: QuietHours | None, zone: tzinfo, *, is_urgent: bool) -> datetime:
    """When a mail or SMS may leave: at once when it is urgent or nobody sleeps, else when the night is over."""
    return now if is_urgent or quiet is None else quiet.wait(now, zone)


def mail_address(text: str) -> str:
    """A mail address as it is kept, its domain in ASCII (RFC 5890). Raises Invalid.

    Local parts beyond ASCII are refused: few servers on the way take them (RFC 6531).
    """
    local, at, domain = text.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower() if at else ""
    except UnicodeError:
        ascii_domain = ""
    labels = ascii_domain.split(".")
    is_sound = (
        len(local) <= 64
        and _LOCAL_PART.fullmatch(local) is not None
        and len(labels) >= 2
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
        and len(local) + 1 + len(ascii_domain) <= LONGEST_MAIL
    )
    if not is_sound:
        raise Invalid("This is no mail address.", remedy="Write it like name@example.com.")
    return f"{local}@{ascii_domain}"


def mobile_number(text: str) -> str:
    """A mobile number as it is kept, international (E.164); spaces, brackets and hyphens go. Raises Invalid."""
    number = _SEPARATORS.sub("", text.strip())
    if number.startswith("00"):
        number = "+" + number[2:]
    if _MOBILE.fullmatch(number) is None or not number.isascii():
        raise Invalid("This is no international mobile number.", remedy="Write it like +994 50 123 45 67.")
    return number


def addresses(contact: Contact | None, mail: str | None, mobile: str | None) -> dict[Channel, str]:
    """Where a person is written to: her account's addresses, else those of her application; without what is not wanted.

    An address of the application that is none is left out: it was not checked when it was written down.
    """
    found: dict[Channel, str] = {}
    for channel, kept, given, check, is_wanted in (
        (Channel.mail, contact.mail if contact else None, mail, mail_address, contact is None or contact.mail_wanted),
        (
            Channel.sms,
            contact.mobile if contact else None,
            mobile,
            mobile_number,
            contact is None or contact.sms_wanted,
        ),
    ):
        if not is_wanted:
            continue
        try:
            address = kept or (check(given) if given else None)
        except Invalid:
            continue
        if address:
            found[channel] = address
    return found


def language_of(
    said: str | None, contact: Contact | None, application: str | None, there: tuple[str, ...], order: tuple[str, ...]
) -> str:
    """The language of a notice: what the model says, else the person's own, else the application's, else the first of
    `order`; where the notice is not written in it, the first of `order` that it is written in (`there`, never empty).
    """
    wanted = next((one for one in (said, contact.language if contact else None, application) if one), order[0])
    return next((one for one in (wanted, *order) if one in there), there[0])
