"""The provider's daily file: what it took and what it sent back, line by line.

CSV in UTF-8 with the columns `type` (payment or refund), `payment_id`, `refund_id` (of refunds), `reference`, `amount`
(whole minor units), `currency`, `at` (RFC 3339). Further columns are passed over. Pure: what a line means for our books
is for `engine.runtime.reconcile`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.casework.fee import Money
from engine.errors import Invalid, Place

COLUMNS: Final = ("type", "payment_id", "refund_id", "reference", "amount", "currency", "at")
MOST_BYTES: Final = 20_000_000
MOST_LINES: Final = 100_000
_LONGEST_FIELD: Final = 255
_MOST_FAULTS: Final = 50


class StatementMalformed(Invalid):
    """The file cannot be read; `places` name its lines. Nothing was booked."""

    code = "statement-malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One line."""

    number: int
    """In the file, from 1; the header is 1."""
    is_refund: bool
    payment_id: str
    refund_id: str
    """Empty for a payment."""
    reference: str
    amount: Money
    """Above zero, for refunds too."""
    at: datetime


def read_statement(content: bytes) -> tuple[StatementLine, ...]:
    """The lines of a file. Raises StatementMalformed with every fault, up to 50."""
    if len(content) > MOST_BYTES:
        raise StatementMalformed(f"Expected at most {MOST_BYTES:,} bytes, found {len(content):,}.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise StatementMalformed("The file is no UTF-8 text.", remedy="Take it from the provider anew.") from fault
    reader = csv.DictReader(io.StringIO(text), strict=True)
    lines: list[StatementLine] = []
    faults: list[Place] = []
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise StatementMalformed(
                f"Expected the columns {', '.join(COLUMNS)}; {', '.join(missing)} is not there.",
                places=[Place("/1", "A column is missing.", "missing")],
                remedy="Take the daily file of payments, with its header.",
            )
        for row in reader:
            if reader.line_num > MOST_LINES:
                raise StatementMalformed(f"Expected at most {MOST_LINES:,} lines.")
            try:
                lines.append(_line(row, reader.line_num))
            except Invalid as fault:
                faults.append(Place(f"/{reader.line_num}", fault.message))
            if len(faults) >= _MOST_FAULTS:
                break
    except csv.Error as fault:
        raise StatementMalformed(f"Line {reader.line_num} is no CSV: {fault}.", remedy="Take the file anew.") from fault
    if faults:
        raise StatementMalformed(
            f"{len(faults)} lines cannot be read, the first is {faults[0].path[1:]}: {faults[0].message}",
            places=faults,
            remedy="Nothing was booked. Take the file from the provider anew.",
        )
    return tuple(lines)


def _line(row: Mapping[str, str | None], number: int) -> StatementLine:
    said = {name: (row.get(name) or "").strip() for name in COLUMNS}
    for name, value in said.items():
        if len(value) > _LONGEST_FIELD or not value.isprintable():
            raise Invalid(f"Expected {name} as a short text without control characters.")
    if said["type"] not in ("payment", "refund"):
        raise Invalid(f"Expected the type payment or refund, found {said['type']!r:.40}.")
    is_refund = said["type"] == "refund"
    if not said["payment_id"] or (is_refund and not said["refund_id"]):
        raise Invalid("Expected a payment_id, and a refund_id of a refund.")
    digits = said["amount"]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 14 and int(digits) > 0):
        raise Invalid(f"Expected the amount as a whole number of minor units, found {digits!r:.40}.")
    try:
        at = datetime.fromisoformat(said["at"])
    except ValueError:
        at = datetime(1, 1, 1)
    if at.tzinfo is None:
        raise Invalid(f"Expected the moment as RFC 3339 with a time zone, found {said['at']!r:.40}.")
    return StatementLine(
        number=number,
        is_refund=is_refund,
        payment_id=said["payment_id"],
        refund_id=said["refund_id"],
        reference=said["reference"],
        amount=Money(int(digits), said["currency"]),
        at=at,
    )
