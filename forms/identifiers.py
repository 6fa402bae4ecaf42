"""Kinds of identifiers a text field can ask for (`ow:idtype`), with the shape each must have.

A personal number (PIN, also FIN) is seven capital letters and digits; the letters I and O are not used, since they look
like 1 and 0 (resolution 49 of the Cabinet of Ministers of 2011). A sender may use small letters; they become capitals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from forms.patterns import Pattern


@dataclass(frozen=True, slots=True)
class IdType:
    """One kind of identifier."""

    pattern: Pattern
    code: str
    """Stable name of the fault when a text does not fit."""
    example: str

    def normal(self, text: str) -> str | None:
        """The identifier as registers write it, or None when it is none."""
        written = text.strip().upper()
        return written if self.pattern.matches(written) else None


ID_TYPES: Final[Mapping[str, IdType]] = {
    "pin": IdType(Pattern("^[A-HJ-NP-Z0-9]{7}$"), "pin-malformed", "5FQ2K7M"),
    "voen": IdType(Pattern("^[0-9]{10}$"), "voen-malformed", "1300200301"),
    "case-number": IdType(Pattern("^[A-Z]{2}-[0-9]{4}-[0-9]{6,9}-[0-9]$"), "case-number-malformed", "AZ-2026-000123-7"),
    "country": IdType(Pattern("^[A-Z]{2}$"), "country-malformed", "GE"),
}
