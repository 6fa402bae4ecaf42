"""Names of things: case numbers with a check digit, queues, keys.

A value that exists is valid: the constructors refuse everything else.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from typing import Final

from engine.errors import Invalid

_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_KEY: Final = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")
_QUEUE: Final = re.compile(r"(?P<agency>[a-z0-9][a-z0-9-]{0,62}):(?P<role>[a-z0-9][a-z0-9-]{0,62})")
_CASE_NUMBER: Final = re.compile(r"(?P<country>[A-Z]{2})-(?P<year>[0-9]{4})-(?P<serial>[0-9]{6,9})-(?P<check>[0-9])")


def new_key(at_ms: int | None = None) -> str:
    """A fresh key of 26 letters and digits that sorts by the time it was made (the ULID layout).

    48 bits of milliseconds, then 80 random bits: it cannot be guessed, and rows made together lie together.
    """
    moment = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    value = (moment << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))


def is_key(text: str) -> bool:
    """Whether a text has the form of a key; unknown keys are refused before the database is asked."""
    return _KEY.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, order=True)
class QueueName:
    """A queue of tasks: one role in one agency, written `agency:role`."""

    agency: str
    role: str

    def __post_init__(self) -> None:
        if _QUEUE.fullmatch(str(self)) is None:
            raise Invalid(
                f"Expected a queue written agency:role, found {str(self)!r:.90}.",
                remedy="Use small letters, digits and hyphens, such as traffic-police:examiner.",
            )

    @classmethod
    def parse(cls, text: str) -> QueueName:
        """Read `agency:role`. Raises Invalid."""
        agency, _, role = text.partition(":")
        return cls(agency, role)

    def __str__(self) -> str:
        return f"{self.agency}:{self.role}"


def check_digit(digits: str) -> int:
    """The check digit of a row of decimal digits (Damm's algorithm).

    It finds every single wrong digit and every swap of neighbours (H. M. Damm, 2004).
    """
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """The number citizens and clerks say aloud, such as `AZ-2026-000123-7`."""

    country: str
    year: int
    serial: int

    def __post_init__(self) -> None:
        if not (re.fullmatch("[A-Z]{2}", self.country) and 1900 <= self.year <= 9999 and 0 < self.serial < 10**9):
            raise Invalid("Expected a country of two capitals, a year of four digits and a serial from 1.")

    @classmethod
    def parse(cls, text: str) -> CaseNumber:
        """Read a case number as a person typed it. Raises Invalid when the form or the check digit is wrong."""
        found = _CASE_NUMBER.fullmatch(text.strip().upper())
        if found is None:
            raise Invalid(
                f"Expected a case number such as AZ-2026-000123-7, found {text!r:.60}.",
                remedy="Copy it from the confirmation of your application.",
            )
        number = cls(found["country"], int(found["year"]), int(found["serial"]))
        if str(number) != text.strip().upper():
            raise Invalid(
                f"The case number {text!r:.60} has a wrong check digit.",
                remedy="A digit was mistyped: compare it again.",
            )
        return number

    def __str__(self) -> str:
        serial = f"{self.serial:06d}"
        return f"{self.country}-{self.year}-{serial}-{check_digit(f'{self.year}{serial}')}"
