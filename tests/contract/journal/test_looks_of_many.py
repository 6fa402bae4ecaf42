"""Several chains written in one transaction, by many at once: none waits for another for good, and all of them hold."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from engine.audit import Entry
from engine.casework.look import LookKind, looks_chain
from engine.runtime.verify_journal import verify_journal
from tests.builders.a_runtime import Running
from tests.builders.statements import statements_of
from tests.builders.threads import at_once

AT = datetime(2026, 3, 2, tzinfo=UTC)
CASES = [looks_chain(f"01hk3v8b6s9e4w2m7q5t0x1y{number:02}") for number in range(12)]


def looks(reader: int, chains: list[str]) -> dict[str, list[Entry]]:
    """One look of somebody at each."""
    return {
        chain: [Entry(at=AT, actor=f"reader-{reader}", action=LookKind.payments, subject=chain)] for chain in chains
    }


def test_readers_of_the_same_cases_in_any_order_leave_chains_that_hold(office: Running) -> None:
    def read(reader: int) -> None:
        shuffled = Random(reader)
        for _ in range(5):
            some = looks(reader, shuffled.sample(CASES, 7))
            office.runtime.database.run(lambda work, some=some: work.journal.append_to_many(some))

    at_once(8, read)

    report = verify_journal(office.runtime.database.url)
    assert report.findings == []
    assert office.rows("SELECT count(*) AS n FROM journal_entry WHERE chain LIKE 'readings-%'")[0]["n"] == 8 * 5 * 7


def test_many_chains_cost_no_more_statements_than_two(office: Running) -> None:
    def statements(chains: list[str]) -> int:
        with statements_of(office.runtime.database.engines[0]) as seen:
            office.runtime.database.run(lambda work: work.journal.append_to_many(looks(0, chains)))
        return len(seen)

    office.runtime.database.run(lambda work: work.journal.append_to_many(looks(0, CASES)))

    assert statements(CASES) == statements(CASES[:2]) <= 4
