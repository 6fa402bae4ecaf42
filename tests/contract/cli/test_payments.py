"""`onewindow payments`: the daily file and revenue, over a database in which a fee was paid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.casework.actor import SYSTEM
from engine.runtime.apply import apply
from engine.runtime.deploy import deploy
from tests.builders.a_paid_permit import a_paid_service
from tests.builders.a_provider import ProviderAt, a_provider
from tests.builders.a_runtime import a_runtime
from tests.builders.an_actor import a_citizen
from tests.contract.cli.conftest import Command

PAID_AT = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
DAY = "2026-03-02"
HEAD = "type,payment_id,refund_id,reference,amount,currency,at\n"


@pytest.fixture
def provider() -> Iterator[ProviderAt]:
    """The simulated provider."""
    with a_provider() as listening:
        yield listening


@pytest.fixture
def paid(onewindow: Command, tmp_path: Path, provider: ProviderAt) -> str:
    """A fee of 25 AZN was paid; gives the provider's key of the payment."""
    running = a_runtime(f"sqlite:///{tmp_path / 'onewindow.db'}", at=PAID_AT, connectors=[provider.connector()])
    deploy(running.runtime, a_paid_service(), by=SYSTEM)
    apply(running.runtime, "permit", {}, by=a_citizen())
    running.work_off()
    payment = provider.act("pay")
    with running.runtime.database.work() as work:
        work.payments.hurry_job(running.rows("SELECT watch_job_id AS id FROM payment")[0]["id"], PAID_AT)
    running.work_off()
    running.close()
    return payment


def a_file(folder: Path, *lines: str) -> str:
    path = folder / "daily.csv"
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def test_a_file_that_agrees_ends_well(onewindow: Command, paid: str, tmp_path: Path) -> None:
    told = onewindow("payments", "reconcile", a_file(tmp_path, f"payment,{paid},,R,2500,AZN,{DAY}T06:00:00Z"))

    assert (told.exit_code, told.stderr) == (0, "")
    assert "1 confirmed what is booked, 0 were booked now" in told.stdout
    assert "No differences" in told.stdout


def test_differences_are_told_and_end_with_1(onewindow: Command, paid: str, tmp_path: Path) -> None:
    lines = (f"payment,{paid},,R,2400,AZN,{DAY}T06:00:00Z", f"refund,{paid},ref-9,R,100,AZN,{DAY}T07:00:00Z")

    told = onewindow("payments", "reconcile", a_file(tmp_path, *lines), "--json")

    assert told.exit_code == 1
    kinds = sorted(one["kind"] for one in json.loads(told.stdout)["differences"])
    assert kinds == ["amount", "missing-here", "missing-there"]


def test_a_file_of_nothing_names_what_it_does_not_confirm(onewindow: Command, paid: str, tmp_path: Path) -> None:
    told = onewindow("payments", "reconcile", a_file(tmp_path), "--day", DAY)

    assert told.exit_code == 1
    assert "missing-there: payment AZ-2026-000001-5-" in told.stdout
    assert paid in told.stdout


@pytest.mark.parametrize("content", ["", "nonsense\n", HEAD + "payment,p,,r,1.5,AZN,today\n"])
def test_a_file_that_cannot_be_read_is_wrong_use(onewindow: Command, tmp_path: Path, content: str) -> None:
    (tmp_path / "daily.csv").write_text(content, encoding="utf-8")

    told = onewindow("payments", "reconcile", str(tmp_path / "daily.csv"))

    assert told.exit_code == 2
    assert told.stderr


def test_revenue_is_told_by_agency(onewindow: Command, paid: str) -> None:
    period = ("--since", DAY, "--until", DAY)

    (row,) = json.loads(onewindow("payments", "revenue", *period, "--json").stdout)

    assert (row["agency"], row["received"], row["net"]) == ("city", "25.00", "25.00")
    assert "25.00" in onewindow("payments", "revenue", *period, "--agency", "city").stdout
    assert "Nothing" in onewindow("payments", "revenue", *period, "--agency", "elsewhere").stdout
    assert onewindow("payments", "revenue", "--since", DAY, "--until", "2026-03-01").exit_code == 2
