"""The provider's daily file is read whole or not at all, with every fault named by its line."""

from __future__ import annotations

import pytest

from engine.casework.fee import Money
from engine.casework.statement import COLUMNS, StatementMalformed, read_statement

HEAD = ",".join(COLUMNS)
PAID = "payment,pay-1,,AZ-1,2500,AZN,2026-03-02T10:00:00Z"


def test_payments_and_refunds_are_read() -> None:
    refund = "refund,pay-1,ref-1,AZ-1,1000,AZN,2026-03-02T12:00:00+04:00"

    paid, sent = read_statement(f"{HEAD}\n{PAID}\n{refund}\n".encode())

    assert (paid.is_refund, paid.payment_id, paid.amount) == (False, "pay-1", Money(2500, "AZN"))
    assert (sent.is_refund, sent.refund_id, sent.amount, sent.number) == (True, "ref-1", Money(1000, "AZN"), 3)


def test_further_columns_and_a_mark_of_byte_order_are_passed_over() -> None:
    assert len(read_statement(f"﻿{HEAD},fee\n{PAID},12\n".encode())) == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("gift,pay-1,,AZ-1,2500,AZN,2026-03-02T10:00:00Z", "payment or refund"),
        ("payment,,,AZ-1,2500,AZN,2026-03-02T10:00:00Z", "payment_id"),
        ("refund,pay-1,,AZ-1,2500,AZN,2026-03-02T10:00:00Z", "refund_id"),
        ("payment,pay-1,,AZ-1,25.00,AZN,2026-03-02T10:00:00Z", "minor units"),
        ("payment,pay-1,,AZ-1,-5,AZN,2026-03-02T10:00:00Z", "minor units"),
        ("payment,pay-1,,AZ-1,2500,manat,2026-03-02T10:00:00Z", "three letters"),
        ("payment,pay-1,,AZ-1,2500,AZN,2026-03-02", "time zone"),
        ("payment,pay-1,,AZ-\x07,2500,AZN,2026-03-02T10:00:00Z", "control characters"),
        (f"payment,{'x' * 300},,AZ-1,2500,AZN,2026-03-02T10:00:00Z", "short text"),
    ],
)
def test_a_wrong_line_is_named(line: str, told: str) -> None:
    with pytest.raises(StatementMalformed) as caught:
        read_statement(f"{HEAD}\n{PAID}\n{line}\n".encode())

    assert [place.path for place in caught.value.places] == ["/3"]
    assert told in caught.value.message


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b'type,"'])
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    with pytest.raises(StatementMalformed):
        read_statement(content)
