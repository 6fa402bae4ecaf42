"""What the journal costs: what it adds to a step, and how fast a whole one is verified. On SQLite, in this process.

A step appends its entries within its own transaction, so that the journal adds hashing, one read, two writes, and no
commit of its own. Chains are as long as those of usual cases.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from engine.audit import Entry
from engine.errors import Refused
from engine.runtime.verify_journal import verify_journal
from engine.store.database import Database
from engine.store.migrate import upgrade

_AT = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
ENTRIES_OF_A_STEP = 2
"""A task was completed, the next one opened."""
ENTRIES_OF_A_CHAIN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFigures:
    """What was measured."""

    journal_ms: float
    """Median of what appending the entries of a step adds to its transaction."""
    verify_entries_per_s: float
    """Entries verified by `onewindow audit verify`, reading included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalScale:
    """How much is measured."""

    steps: int = 1_000
    chains: int = 10_000


QUICK = JournalScale(steps=20, chains=50)


def measure_journal(url: str, scale: JournalScale) -> JournalFigures:
    """Measure on an empty database. Raises Refused when what was written does not verify: then no figure counts."""
    upgrade(url)
    database = Database(url)
    try:
        added = [_one_step(database, f"step-{number % 100}", number) for number in range(scale.steps)]
        for first in range(0, scale.chains, 100):
            _fill(database, range(first, min(first + 100, scale.chains)))
    finally:
        database.close()
    began = time.perf_counter()
    report = verify_journal(url)
    seconds = time.perf_counter() - began
    if report.findings:
        raise Refused(f"The journal of the bench does not verify: {report.findings[0].message}")
    return JournalFigures(journal_ms=median(added) * 1_000, verify_entries_per_s=report.entries / seconds)


def _one_step(database: Database, chain: str, number: int) -> float:
    """Seconds that the entries of one step take within its transaction."""
    with database.work() as work:
        began = time.perf_counter()
        work.journal.append_to(chain, _entries(number, ENTRIES_OF_A_STEP))
        return time.perf_counter() - began


def _fill(database: Database, numbers: range) -> None:
    with database.work() as work:
        for number in numbers:
            work.journal.append_to(f"chain-{number}", _entries(number, ENTRIES_OF_A_CHAIN))


def _entries(number: int, count: int) -> list[Entry]:
    """Entries such as a case has: keys, words, and the digest of what was decided."""
    return [
        Entry(
            at=_AT + timedelta(seconds=number + step),
            actor="01hk3v8b6s9e4w2m7q5t0x1y2z",
            action="task.completed",
            subject=f"01hk3v8b6s9e4w2m7q5t0x1y2z-{step}",
            detail={"element": "check", "answers": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
        )
        for step in range(count)
    ]
